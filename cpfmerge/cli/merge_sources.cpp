#include "cpfmerge/cli/merge_sources.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cpfmerge/check.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/password_source.h"
#include "cpfmerge/compose.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr std::size_t most_files = 256;

MergeSource read_source(const std::string& path) {
  const auto text = sup::read_file(path, largest_cpf);
  if (!text) return refused_source(path, text.error().what);
  MergeSource source;
  source.name = path;
  source.document = Document::parse(*text);
  source.diagnostics = check(path, source.document);
  if (has_errors(source.diagnostics)) source.status = SourceStatus::refused;
  source.actions = actions_in(source.document).size();
  return source;
}

/// As IRIS does, a file that is not there is passed over.
MergeSource read_user_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 || errno != ENOENT) return read_source(path);
  MergeSource source;
  source.name = path;
  source.status = SourceStatus::missing;
  source.diagnostics.push_back(
      {.severity = Severity::warning,
       .file = path,
       .found = "ISC_CPF_MERGE_FILE names it, but it does not exist; skipped"});
  return source;
}

/// A ConfigMap's files are symbolic links into `..data`: followed; dot entries are not ours.
bool is_merge_file(std::string_view name) {
  return !name.starts_with('.') && name.size() > 4 && name.ends_with(".cpf");
}

/// Its merge files by name; 0, or the errno of the failure.
int list_directory(const std::string& path, std::vector<std::string>& files) {
  if (path.empty()) return 0;
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return errno == ENOENT ? 0 : errno;
  while (const dirent* entry = ::readdir(directory))
    if (is_merge_file(entry->d_name)) files.push_back(fmt::format("{}/{}", path, entry->d_name));
  ::closedir(directory);
  std::erase_if(files, [](const std::string& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  });
  std::sort(files.begin(), files.end());
  return 0;
}

void read_directory(const std::string& path, std::vector<MergeSource>& sources) {
  std::vector<std::string> files;
  if (const int error = list_directory(path, files); error != 0)
    return sources.push_back(refused_source(path, std::strerror(error)));
  if (files.size() > most_files)
    return sources.push_back(refused_source(
        path, fmt::format("{} merge files; at most {} are allowed", files.size(), most_files)));
  for (const std::string& file : files)
    sources.push_back(read_source(file));
}

}  // namespace

MergeSource refused_source(std::string name, std::string reason) {
  MergeSource source;
  source.status = SourceStatus::refused;
  source.diagnostics.push_back({.file = name, .found = std::move(reason)});
  source.name = std::move(name);
  return source;
}

std::vector<std::string> files_in_merge_dir(const PrepareInput& input) {
  std::vector<std::string> files;
  list_directory(input.settings.text(sup::setting::merge_dir), files);
  return files;
}

std::vector<MergeSource> gather_sources(const PrepareInput& input, const KnownPassword& known) {
  std::vector<MergeSource> sources;
  if (!input.user_merge_file.empty()) sources.push_back(read_user_file(input.user_merge_file));
  read_directory(input.settings.text(sup::setting::merge_dir), sources);
  if (auto password = gather_password(input, known)) sources.push_back(*std::move(password));
  return sources;
}

}  // namespace cpf::cli
