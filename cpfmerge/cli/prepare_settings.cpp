#include "cpfmerge/cli/prepare_settings.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "cpfmerge/cli/files.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr std::size_t largest_settings_file = std::size_t{64} << 10U;

std::string variable(std::string_view name) {
  return std::string{sup::environment_value(environ, name).value_or("")};
}

/// "" for a file that is not there.
sup::Result<std::string> read_settings_file(const std::string& path) {
  auto text = sup::read_file(path, largest_settings_file);
  if (!text && (text.error().code == ENOENT || text.error().code == ENOTDIR)) return std::string{};
  return text;
}

std::string without_slash_at_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

/// The file's own place is asked from environment and default alone: it cannot name itself.
std::string settings_file() {
  const auto name = sup::environment_name(sup::setting::paths_config);
  const std::string path = variable(name.view());
  return path.empty() ? std::string{sup::setting::paths_config.fallback} : path;
}

}  // namespace

sup::Result<PrepareInput> load_prepare_input(std::string_view run_dir) {
  const std::string file = settings_file();
  const auto text = read_settings_file(file);
  if (!text) return text.error();
  auto settings = sup::Settings::load({environ, *text, file});
  if (!settings) return settings.error();

  PrepareInput input{.settings = *std::move(settings),
                     .run_dir = {},
                     .data_directory = {},
                     .install_directory = {},
                     .active_cpf = {},
                     .user_merge_file = {}};
  input.run_dir = without_slash_at_end(
      run_dir.empty() ? input.settings.text(sup::setting::paths_run_dir) : std::string{run_dir});
  input.data_directory = without_slash_at_end(variable("ISC_DATA_DIRECTORY"));
  input.install_directory = without_slash_at_end(variable("ISC_PACKAGE_INSTALLDIR"));
  if (input.install_directory.empty()) input.install_directory = "/usr/irissys";
  input.active_cpf =
      (input.data_directory.empty() ? input.install_directory : input.data_directory) + "/iris.cpf";
  input.user_merge_file = variable("ISC_CPF_MERGE_FILE");
  // Ours from an earlier life, put there by PID 1: not a source.
  if (input.user_merge_file == input.merge_file()) input.user_merge_file.clear();
  return input;
}

std::string describe_owner(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return fmt::format(" (owned by {}:{}, mode {:04o})", info.st_uid, info.st_gid,
                     info.st_mode & 07777U);
}

std::string ownership_remedy(const std::string& path) {
  return fmt::format("set the pod's securityContext.fsGroup: {}, or once as root: chown {}:{} '{}'",
                     ::getegid(), ::geteuid(), ::getegid(), path);
}

}  // namespace cpf::cli
