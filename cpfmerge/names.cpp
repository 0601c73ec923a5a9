#include "cpfmerge/names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::array<std::string_view, 33> known_sections{"Actions",
                                                          "Archives",
                                                          "Cluster",
                                                          "ComPorts",
                                                          "ConfigFile",
                                                          "Conversions",
                                                          "Databases",
                                                          "DeviceSubTypes",
                                                          "Devices",
                                                          "ECP",
                                                          "ECPServers",
                                                          "Gateways",
                                                          "IO",
                                                          "Journal",
                                                          "LDAP",
                                                          "LicenseServers",
                                                          "Logging",
                                                          "MagTapes",
                                                          "MapMirrors",
                                                          "MapShadows",
                                                          "MirrorMember",
                                                          "Mirrors",
                                                          "Miscellaneous",
                                                          "Monitor",
                                                          "Namespaces",
                                                          "SQL",
                                                          "SqlSysDatatypes",
                                                          "SqlUserDatatypes",
                                                          "Startup",
                                                          "Telnet",
                                                          "WorkQueues",
                                                          "Debug",
                                                          "config"};

constexpr std::string_view map_prefix = "map.";

bool is_map(std::string_view section) {
  return section.size() > map_prefix.size() &&
         sup::equal_ignoring_case(section.substr(0, map_prefix.size()), map_prefix);
}

}  // namespace

std::string section_id(std::string_view section) {
  return sup::to_lower(section);
}

std::string key_id(std::string_view section, std::string_view key) {
  return is_map(section) ? std::string{key} : sup::to_lower(key);
}

bool is_actions(std::string_view section) {
  return sup::equal_ignoring_case(section, "Actions");
}

bool may_be_ordered(std::string_view section) {
  return !is_map(section) && !sup::equal_ignoring_case(section, "Databases");
}

bool is_known_section(std::string_view section) {
  return is_map(section) || std::any_of(known_sections.begin(), known_sections.end(),
                                        [section](std::string_view known) {
                                          return sup::equal_ignoring_case(known, section);
                                        });
}

std::string_view nearest_section(std::string_view section) {
  if (section.size() > 64) return {};
  return sup::nearest(section, {known_sections.begin(), known_sections.end()});
}

bool is_password_hash(std::string_view section, std::string_view key) {
  return sup::equal_ignoring_case(section, "Startup") &&
         sup::equal_ignoring_case(key, "PasswordHash");
}

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string out{text.substr(0, longest)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  if (text.size() > longest) out += "…";
  return out;
}

}  // namespace cpf
