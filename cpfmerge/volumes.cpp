#include "cpfmerge/volumes.h"

#include <fmt/core.h>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

std::string without_slashes(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  return std::string{path};
}

/// `directory, remote instance, mount at start, -, -, stream location`; all but the first may be
/// missing.
void add_database(const Line& line, std::vector<VolumeDirectory>& volumes) {
  const auto fields = sup::split(line.value(), ',');
  const std::string_view directory = sup::trim(fields[0]);
  const bool is_remote = fields.size() > 1 && !sup::trim(fields[1]).empty();
  if (directory.empty() || is_remote) return;
  const std::string what = fmt::format("database {}", line.name());
  volumes.push_back({what, without_slashes(directory), true});
  if (fields.size() > 5 && !sup::trim(fields[5]).empty())
    volumes.push_back({"streams of " + what, without_slashes(sup::trim(fields[5])), false});
}

}  // namespace

std::vector<VolumeDirectory> volumes_of(const Document& cpf, const std::string& data_directory) {
  std::vector<VolumeDirectory> volumes{{"data directory", without_slashes(data_directory), true}};
  bool in_databases = false;
  for (const Line& line : cpf.lines()) {
    if (line.kind == LineKind::section)
      in_databases = sup::equal_ignoring_case(line.name(), "Databases");
    if (in_databases && line.kind == LineKind::setting) add_database(line, volumes);
  }
  const auto add = [&](const char* what, const char* section, const char* key, bool is_witness) {
    const std::string_view path = sup::trim(cpf.get(section, key).value_or(""));
    if (!path.empty()) volumes.push_back({what, without_slashes(path), is_witness});
  };
  add("journals", "Journal", "CurrentDirectory", false);
  add("alternate journals", "Journal", "AlternateDirectory", false);
  add("write image journal", "config", "wijdir", true);
  return volumes;
}

std::string console_file(const Document& cpf, const std::string& data_directory) {
  const std::string_view value = cpf.get("config", "console").value_or("");
  const std::string_view file = sup::trim(sup::split(value, ',')[0]);
  const std::string mgr = without_slashes(data_directory) + "/mgr/";
  if (file.starts_with('/')) return std::string{file};
  return mgr + (file.empty() ? "messages.log" : std::string{file});
}

}  // namespace cpf
