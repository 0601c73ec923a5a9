#include "supervisor/base/result.h"

#include <cerrno>
#include <system_error>

namespace sup {

Error errno_error(std::string what, int code) {
  return {std::move(what) + ": " + std::generic_category().message(code), code};
}

Error errno_error(std::string what) {
  const int code = errno;
  return errno_error(std::move(what), code);
}

}  // namespace sup
