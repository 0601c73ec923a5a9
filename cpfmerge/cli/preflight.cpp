#include "cpfmerge/cli/preflight.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "cpfmerge/advice.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/surroundings.h"
#include "supervisor/base/log.h"
#include "supervisor/base/text.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

/// IRIS clones its own data into an empty directory: InterSystems' documentation asks for 200 MB.
constexpr std::uint64_t room_for_a_clone = 200'000'000;

Refusal refuse(std::string message) {
  return {"prepare.refused", std::move(message)};
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

/// 0, or why the effective user may not write.
int write_error(const std::string& path, bool is_directory) {
  const int mode = is_directory ? R_OK | W_OK | X_OK : W_OK;
  // Not AT_EACCESS: it is faccessat2, which old seccomp profiles answer with EPERM. Nothing of ours
  // is set-user-id, so that real and effective user are one.
  return ::access(path.c_str(), mode) == 0 ? 0 : errno;
}

struct Contents {
  bool empty = true;
  bool has_mgr = false;
  bool has_lost_and_found = false;
};

Contents contents_of(const std::string& path) {
  Contents found;
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    found.empty = false;
    found.has_mgr = found.has_mgr || name == "mgr";
    found.has_lost_and_found = found.has_lost_and_found || name == "lost+found";
  }
  ::closedir(directory);
  return found;
}

Step check_room(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return std::nullopt;
  const std::uint64_t room = std::uint64_t{info.f_bavail} * info.f_frsize;
  if (room >= room_for_a_clone) return std::nullopt;
  return refuse(
      fmt::format("only {} MB are free in '{}'; a new instance needs 200 MB: enlarge the volume",
                  room / 1'000'000, path));
}

Step check_log_file(const PrepareInput& input) {
  const std::string log = input.data_directory + "/mgr/messages.log";
  if (exists(log)) return std::nullopt;
  if (!exists(input.active_cpf)) {
    // A first start that was cut short: IRIS deletes the part and begins anew.
    sup::log::warning("prepare.incomplete",
                      "'{}' has mgr/ but no iris.cpf: an instance that was never finished",
                      input.data_directory);
    return std::nullopt;
  }
  return refuse(
      fmt::format("'{}' is missing, and IRIS does not start without it (empty it, never "
                  "delete it); as the owner of the data: touch '{}'",
                  log, log));
}

/// What an instance writes: one that was copied or restored by root is often not its own.
Step check_instance_files(const PrepareInput& input) {
  const std::string mgr = input.data_directory + "/mgr";
  for (const std::string& path :
       {mgr, input.active_cpf, mgr + "/messages.log", mgr + "/IRIS.DAT"}) {
    if (!exists(path)) continue;
    if (const int error = write_error(path, path == mgr); error != 0)
      return refuse(fmt::format("user {} cannot write to '{}'{}: {}; {}", ::geteuid(), path,
                                describe_owner(path), std::strerror(error),
                                ownership_remedy(path)));
  }
  return std::nullopt;
}

Step check_data_directory(const PrepareInput& input) {
  const std::string& path = input.data_directory;
  if (path.empty()) return std::nullopt;
  if (const int error = write_error(path, true); error == EROFS)
    return refuse(fmt::format("'{}' is mounted read-only; mount the volume read-write", path));
  else if (error != 0)
    return refuse(fmt::format("user {} cannot write to '{}'{}; {}", ::geteuid(), path,
                              describe_owner(path), ownership_remedy(path)));
  const Contents contents = contents_of(path);
  if (contents.empty) return check_room(path);
  if (contents.has_mgr) {
    if (auto refusal = check_instance_files(input)) return refusal;
    return check_log_file(input);
  }
  return refuse(fmt::format(
      "'{}' is not empty but has no mgr/: not IRIS's data{}; let ISC_DATA_DIRECTORY name an empty "
      "subdirectory of the mount, such as '{}/iris'",
      path, contents.has_lost_and_found ? " (lost+found: it is the root of a file system)" : "",
      path));
}

Step check_working_directory() {
  const std::string log = "iris-main.log";  // iris-main keeps it in the working directory
  const int error = exists(log) ? write_error(log, false) : write_error(".", true);
  if (error == 0) return std::nullopt;
  std::array<char, 4096> directory{};
  if (::getcwd(directory.data(), directory.size()) == nullptr) directory[0] = '.';
  return refuse(
      fmt::format("user {} cannot write '{}/{}': {}; set the container's workingDir to a writable "
                  "directory such "
                  "as /home/irisowner, or mount an emptyDir there",
                  ::geteuid(), directory.data(), log, std::strerror(error)));
}

/// iris-main checks them itself unless it is told --check-caps false: a warning, not a refusal.
void check_capabilities() {
  struct Capability {
    std::string_view name;
    unsigned bit;
  };
  constexpr std::array<Capability, 4> needed{
      {{"cap_setuid", 7}, {"cap_setgid", 6}, {"cap_dac_override", 1}, {"cap_fowner", 3}}};
  const auto status = sup::read_file("/proc/self/status", 65536);
  if (!status) return;
  for (const std::string_view line : sup::lines_of(*status)) {
    if (!line.starts_with("CapBnd:")) continue;
    const std::string_view digits = sup::trim(line.substr(7));
    std::uint64_t bounding = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), bounding, 16);
    std::string missing;
    for (const Capability& capability : needed)
      if ((bounding >> capability.bit & 1U) == 0)
        missing.append(missing.empty() ? "" : ", ").append(capability.name);
    if (!missing.empty())
      sup::log::warning("prepare.capabilities",
                        "missing: {}; iris-main refuses to start without them unless it gets "
                        "--check-caps false; or leave them in securityContext.capabilities",
                        missing);
    const auto meminfo = sup::read_file("/proc/meminfo", 65536);
    const std::string advice = meminfo ? advice_on_huge_pages(*meminfo, bounding) : "";
    if (!advice.empty()) sup::log::warning("prepare.capabilities", "{}", advice);
  }
}

}  // namespace

Step check_run_directory(const PrepareInput& input) {
  const std::string& path = input.run_dir;
  const std::string remedy =
      "mount an emptyDir (medium: Memory) there, or set IRIS_INIT_PATHS_RUN_DIR";
  if (!input.data_directory.empty() &&
      (path == input.data_directory || path.starts_with(input.data_directory + "/")))
    return refuse(
        fmt::format("the run directory '{}' lies in the data directory, where IRIS refuses "
                    "foreign files; {}",
                    path, remedy));
  if (::mkdir(path.c_str(), 0770) == 0) {
    if (::chmod(path.c_str(), 0770) != 0)  // whatever the umask took away
      return refuse(fmt::format("cannot change the mode of '{}': {}", path, std::strerror(errno)));
  } else if (errno != EEXIST) {
    const int error = errno;
    return refuse(fmt::format("cannot create the run directory '{}': {}; {}", path,
                              std::strerror(error), remedy));
  }
  if (const int error = write_error(path, true); error != 0)
    return refuse(fmt::format("user {} cannot write to the run directory '{}'{}: {}; {}",
                              ::geteuid(), path, describe_owner(path), std::strerror(error),
                              remedy));
  return std::nullopt;
}

Step check_surroundings(const PrepareInput& input) {
  check_capabilities();
  warn_of_surroundings(input);
  if (auto refusal = check_data_directory(input)) return refusal;
  return check_working_directory();
}

}  // namespace cpf::cli
