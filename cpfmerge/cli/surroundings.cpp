#include "cpfmerge/cli/surroundings.h"

#include <fmt/core.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "cpfmerge/check.h"
#include "cpfmerge/cli/files.h"
#include "supervisor/base/log.h"
#include "supervisor/base/text.h"
#include "supervisor/core/settings_table.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr int cores_of_community = 20;

std::string variable(std::string_view name) {
  return std::string{sup::environment_value(environ, name).value_or("")};
}

/// "Without them, container creation from the image will fail", says InterSystems.
void warn_of_variables() {
  std::string missing;
  for (const char* const name :
       {"ISC_PACKAGE_INSTANCENAME", "ISC_PACKAGE_INSTALLDIR", "ISC_PACKAGE_IRISUSER",
        "ISC_PACKAGE_IRISGROUP", "ISC_PACKAGE_MGRUSER", "ISC_PACKAGE_MGRGROUP"})
    if (variable(name).empty()) missing.append(missing.empty() ? "" : ", ").append(name);
  if (!missing.empty())
    sup::log::warning("prepare.environment",
                      "not set: {}; IRIS's image sets them: was the environment cleared?", missing);
}

void warn_of_volume(const PrepareInput& input) {
  if (input.data_directory.empty())
    return sup::log::warning("prepare.no_volume",
                             "ISC_DATA_DIRECTORY is not set: the data lie in the container and are "
                             "lost with it; mount a volume and set it to a directory there");
  const auto mountinfo = sup::read_file("/proc/self/mountinfo", std::size_t{1} << 20U);
  if (!mountinfo) return;
  const Mount mount = mount_of(*mountinfo, input.data_directory);
  if (mount.point == "/")
    sup::log::warning(
        "prepare.no_volume",
        "'{}' lies on the container's own file system: IRIS wants a volume there, and "
        "without one the data are lost with the container",
        input.data_directory);
  const bool is_shared = mount.type.starts_with("nfs") || mount.type == "cifs" ||
                         mount.type == "smb3" || mount.type.find("fuse") != std::string::npos;
  if (is_shared)
    sup::log::warning("prepare.network_share",
                      "'{}' is a file system of type {}, which InterSystems advises against, and "
                      "where locks may outlive their holder; use block storage",
                      mount.point, mount.type);
}

/// IRIS says "Invalid registry ownership" and goes no further.
void warn_of_registry() {
  const std::string path = variable("IRISSYS");
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0 || info.st_uid == ::geteuid()) return;
  sup::log::warning(
      "prepare.registry",
      "the registry '{}' belongs to user {}, we are {}: IRIS may refuse it (\"Invalid "
      "registry ownership\"); do not mount over it, or set runAsUser: {}",
      path, info.st_uid, ::geteuid(), info.st_uid);
}

/// A licensed instance has its key; without one a Community licence counts.
void warn_of_cores(const PrepareInput& input) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return;
  const int cores = CPU_COUNT(&set);
  struct stat info {};
  const std::string root =
      input.data_directory.empty() ? input.install_directory : input.data_directory;
  if (cores <= cores_of_community || ::stat((root + "/mgr/iris.key").c_str(), &info) == 0) return;
  sup::log::warning("prepare.cores",
                    "{} cores are to be seen and there is no iris.key: a Community licence ends at "
                    "{}, and IRIS does not start beyond it; limit them with a static CPU policy or "
                    "cpuset, or bring a key (--key)",
                    cores, cores_of_community);
}

/// Only IRIS can say for sure that it does not start with it; so it is tried.
void warn_of_active_cpf(const PrepareInput& input) {
  const auto text = sup::read_file(input.active_cpf, largest_cpf);
  if (!text) return;
  for (const Diagnostic& diagnostic :
       check(input.active_cpf, Document::parse(*text), FileKind::active))
    if (diagnostic.severity == Severity::error)
      sup::log::error("prepare.active_cpf", "{}", render(diagnostic));
}

}  // namespace

Mount mount_of(std::string_view mountinfo, std::string_view path) {
  Mount best;
  for (const std::string_view line : sup::lines_of(mountinfo)) {
    const auto fields = sup::split(line, ' ');
    const std::size_t dash = line.find(" - ");
    if (fields.size() < 5 || dash == std::string_view::npos) continue;
    const std::string_view point = fields[4];
    const bool holds = point == "/" || path == point ||
                       (path.starts_with(point) && path.substr(point.size()).starts_with('/'));
    if (!holds || point.size() < best.point.size()) continue;  // a later one lies above
    best = {std::string{point}, std::string{sup::split(line.substr(dash + 3), ' ').front()}};
  }
  return best;
}

void warn_of_surroundings(const PrepareInput& input) {
  warn_of_variables();
  warn_of_volume(input);
  warn_of_registry();
  warn_of_cores(input);
  warn_of_active_cpf(input);
}

}  // namespace cpf::cli
