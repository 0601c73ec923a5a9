#include "supervisor/init/children.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "supervisor/os/spawn.h"

namespace sup {
namespace {

constexpr std::string_view merge_variable = "ISC_CPF_MERGE_FILE=";
using Directory = FixedText<512>;
using Path = FixedText<600>;

/// Where our own program lies: the agent and cpfmerge are installed beside it.
Directory own_directory() {
  std::array<char, 511> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string_view text{path.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  const std::size_t slash = text.rfind('/');
  // As long as the room for it: cut, most likely.
  if (slash == std::string_view::npos || text.size() == path.size()) return Directory{};
  return Directory{text.substr(0, slash + 1)};
}

/// Beside us, or, without /proc, wherever PATH finds it.
Path beside_us(const Directory& directory, std::string_view program) {
  Path path{directory.view()};
  path.append(program);
  if (!directory.empty() && ::access(path.c_str(), X_OK) == 0) return path;
  return Path{program};
}

}  // namespace

bool Children::prepare(const InitOptions& options, const char* const* environment,
                       const CallersSignals& callers) {
  options_ = &options;
  given_ = environment;
  callers_ = callers;
  return !options.iris || prepare_iris(environment);
}

bool Children::prepare_iris(const char* const* environment) {
  directory_ = own_directory();
  instance_.append(options_->instance);
  run_dir_.append(options_->run_dir);
  merge_assignment_.append(merge_variable).append(options_->run_dir).append("/merge.cpf");
  if (!main_.copy(environment)) return false;
  // Whom our own supervisor told to report is us, not IRIS.
  main_.leave_out("NOTIFY_SOCKET");
  return true;
}

void Children::use_effective_merge_file() {
  main_.set(merge_assignment_.c_str());
}

ErrnoOr<LinkedChild> Children::start_linked(const char* file, const char* const* argv,
                                            const char* const* environment, int also_passed) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return ErrnoOr<LinkedChild>::failed(errno);
  LinkedChild child{0, UniqueFd{pair[0]}};
  const UniqueFd theirs{pair[1]};
  SpawnOptions spawning;
  spawning.file = file;
  spawning.argv = argv;
  spawning.environment = environment;
  spawning.own_session = true;
  spawning.default_signals = true;
  spawning.passed_fd = theirs.get();
  spawning.also_passed_fd = also_passed;
  const auto pid = spawn(spawning);
  if (!pid) return ErrnoOr<LinkedChild>::failed(pid.error());
  child.pid = *pid;
  return ErrnoOr<LinkedChild>{std::move(child)};
}

ErrnoOr<LinkedChild> Children::start_agent(bool safe_mode, int listener) {
  const auto program = beside_us(directory_, "iris-agent");
  // The main program's arguments go along: the agent reads --up, --before and the like from them.
  std::array<const char*, 256> argv{"iris-agent",    "--link-fd",       "3",
                                    "--instance",    instance_.c_str(), "--run-dir",
                                    run_dir_.c_str()};
  std::size_t count = 7;
  if (safe_mode) argv[count++] = "--safe";
  if (listener >= 0) {
    argv[count++] = "--listen-fd";
    argv[count++] = "4";
  }
  argv[count++] = "--";
  for (const char* const* word = options_->program; *word != nullptr && count + 1 < argv.size();
       ++word)
    argv[count++] = *word;
  // It alone gets NOTIFY_SOCKET: it knows whether IRIS is ready, and keeps it from its children.
  return start_linked(program.c_str(), argv.data(), given_, listener);
}

ErrnoOr<LinkedChild> Children::start_cpfmerge() {
  const auto program = beside_us(directory_, "cpfmerge");
  const std::array<const char*, 7> argv{"cpfmerge",  "prepare",        "--report-fd", "3",
                                        "--run-dir", run_dir_.c_str(), nullptr};
  return start_linked(program.c_str(), argv.data(), main_.table(), -1);
}

ErrnoOr<pid_t> Children::start_main() {
  SpawnOptions spawning;
  spawning.file = options_->program[0];
  spawning.argv = options_->program;
  spawning.environment = options_->iris ? main_.table() : given_;
  spawning.mask = &callers_.mask;
  spawning.child_ignored = callers_.child_ignored;
  spawning.own_group = true;
  spawning.foreground = true;
  // As tini: sockets that were handed to the container are the program's.
  spawning.keep_descriptors = !options_->iris;
  return spawn(spawning);
}

ErrnoOr<pid_t> Children::start_command(Command command) {
  std::array<const char*, 6> argv{"iris", nullptr, instance_.c_str()};
  switch (command) {
    case Command::none:
      return ErrnoOr<pid_t>::failed(EINVAL);
    case Command::start:
      argv[1] = "start";
      // As iris-main was told: who wants ^STU and the users kept out wants it after a restart, too.
      if (options_->nostu) argv[3] = "nostu";
      argv[options_->nostu ? 4 : 3] = "quietly";
      break;
    case Command::stop:
      argv[1] = "stop";
      argv[3] = "quietly";
      break;
    case Command::force:
      argv[1] = "force";
      break;
    case Command::thaw:
      argv[1] = "stat";
      argv[3] = "-W";
      break;
    case Command::merge:
      argv[1] = "merge";
      argv[3] = merge_assignment_.c_str() + merge_variable.size();
      break;
  }
  SpawnOptions spawning;
  spawning.file = argv[0];
  spawning.argv = argv.data();
  spawning.environment = main_.table();
  spawning.mask = &callers_.mask;
  spawning.own_session = true;
  return spawn(spawning);
}

}  // namespace sup
