#pragma once
// Result<T>: a value or an Error. What can fail at run time returns one; no exception of ours is
// ever thrown.
#include <string>
#include <utility>
#include <variant>

namespace sup {

/// What went wrong, for people: starts with "cannot" or names the thing at fault, one line, no full
/// stop at the end, names in single ticks. `code` is an errno where there is one, else 0.
struct Error {
  std::string what;
  int code = 0;
};

/// "what: text of errno". Reads errno: call it first thing after the failing call.
Error errno_error(std::string what);
/// The same for an errno that was kept.
Error errno_error(std::string what, int code);

template <class T>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return error;` must read well
  Result(T value) : v_{std::in_place_index<0>, std::move(value)} {}
  Result(Error error) : v_{std::in_place_index<1>, std::move(error)} {}
  // NOLINTEND(google-explicit-constructor)

  explicit operator bool() const noexcept { return v_.index() == 0; }
  T& operator*() & noexcept { return *std::get_if<0>(&v_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&v_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&v_)); }
  T* operator->() noexcept { return std::get_if<0>(&v_); }
  const T* operator->() const noexcept { return std::get_if<0>(&v_); }
  [[nodiscard]] const Error& error() const noexcept { return *std::get_if<1>(&v_); }

 private:
  std::variant<T, Error> v_;
};

/// Success or an Error, for functions with nothing to return: `return ok;`
using Status = Result<std::monostate>;
inline constexpr std::monostate ok{};

}  // namespace sup
