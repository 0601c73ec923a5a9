#pragma once
// Where to listen, as people write it: `[::]:8008`, `127.0.0.1:0`, `:8008`. Numeric addresses only:
// a static program has no resolver.
#include <cstdint>
#include <string>
#include <string_view>

#include "supervisor/base/result.h"

namespace probes {

struct ListenAddress {
  std::string host = "::";  ///< without brackets
  std::uint16_t port = 8008;

  [[nodiscard]] bool is_v6() const { return host.find(':') != std::string::npos; }
  bool operator==(const ListenAddress&) const = default;
};

/// `:PORT` is `[::]:PORT`; port 0 lets the kernel choose. At most 64 bytes.
sup::Result<ListenAddress> parse_listen_address(std::string_view text);

/// `[::]:8008`, `127.0.0.1:8008`
std::string to_text(const ListenAddress& address);

}  // namespace probes
