#pragma once
// Why a session's code did not do what it should.
#include <stdexcept>

namespace standin {

/// As ObjectScript says it: `<UNDEFINED> ^a(1)`.
class SessionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace standin
