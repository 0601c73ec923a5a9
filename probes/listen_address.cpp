#include "probes/listen_address.h"

#include <algorithm>
#include <optional>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

bool is_v4(std::string_view text) {
  const auto parts = sup::split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = sup::parse_number(part);
           const bool leading_zero = part.size() > 1 && part[0] == '0';  // octal to some readers
           return number && *number <= 255 && part.size() <= 3 && !leading_zero;
         });
}

bool is_hex_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// How many 16-bit groups `text` is; nullopt when it is none. A last part may be an IPv4 address.
std::optional<std::size_t> groups_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto parts = sup::split(text, ':');
  std::size_t groups = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_hex_group(parts[i])) {
      groups += 1;
    } else if (i + 1 == parts.size() && is_v4(parts[i])) {
      groups += 2;
    } else {
      return std::nullopt;
    }
  }
  return groups;
}

bool is_v6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return groups_of(text) == std::size_t{8};
  const auto before = groups_of(text.substr(0, gap));
  const auto after = groups_of(text.substr(gap + 2));
  const bool v4_before = text.substr(0, gap).find('.') != std::string_view::npos;
  return before && after && !v4_before && *before + *after <= 7;
}

sup::Error refused(std::string_view text) {
  return {"'" + std::string{text.substr(0, 64)} +
          "' is not an address to listen on; allowed: '[::]:8008', '127.0.0.1:8008' or ':8008', "
          "a numeric address and a port from 0 to 65535"};
}

}  // namespace

sup::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (text.size() > 64 || colon == std::string_view::npos) return refused(text);
  const auto port = sup::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return refused(text);

  std::string_view host = text.substr(0, colon);
  if (host.empty()) {
    host = "::";
  } else if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_v6(host)) return refused(text);
  } else if (!is_v4(host)) {
    return refused(text);
  }
  return ListenAddress{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::string to_text(const ListenAddress& address) {
  const std::string port = ":" + std::to_string(address.port);
  return address.is_v6() ? "[" + address.host + "]" + port : address.host + port;
}

}  // namespace probes
