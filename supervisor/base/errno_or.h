#pragma once
// ErrnoOr<T>: a value or the errno of the system call that failed. For code that PID 1 shares: no
// heap, no exception. Everything else uses Result<T> (result.h).

namespace sup {

template <class T>
class [[nodiscard]] ErrnoOr {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `return value;` must read well
  constexpr ErrnoOr(T value) : value_{static_cast<T&&>(value)} {}
  // NOLINTEND(google-explicit-constructor)
  static constexpr ErrnoOr failed(int error) {
    ErrnoOr result{T{}};
    result.error_ = error;
    return result;
  }

  constexpr explicit operator bool() const { return error_ == 0; }
  constexpr T& operator*() { return value_; }
  constexpr const T& operator*() const { return value_; }
  constexpr T* operator->() { return &value_; }
  constexpr const T* operator->() const { return &value_; }
  /// 0 when there is a value.
  constexpr int error() const { return error_; }

 private:
  T value_;
  int error_ = 0;
};

}  // namespace sup
