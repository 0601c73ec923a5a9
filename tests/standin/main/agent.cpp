// Starting the agent, and being it.
#include "main/agent.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/profile.h"
#include "base/switches.h"
#include "base/text.h"
#include "main/checks.h"

namespace standin {
namespace {

constexpr int readiness_fd = 3;

bool is_port(std::string_view text) {
  const auto number = to_number(text);
  return number && *number >= 1 && *number <= 65535;
}

}  // namespace

void Agent::start(const std::string& port) {
  const std::string command = (registry_directory() / "startISCAgent.sh").string() + " " + port;
  const AgentWords words = profile().agent;
  if (words == AgentWords::command_and_status) log_.info("Executing command " + command + "...");
  const std::string status = launch(port);
  if (words != AgentWords::nothing) log_.info(status);
  if (words == AgentWords::command_and_status) log_.info("...executed command " + command);
}

/// Its lines: the first process reads the configuration, the second one is the server.
std::string Agent::launch(const std::string& port) {
  const std::string registry = registry_directory().string();
  const fs::path status = registry + "/iscagent.status";
  std::string opening = "Writing status to file: " + status.string() +
                        "\nReading configuration from file: " + registry + "/iscagent.conf\n";
  if (!is_port(port) || switch_is("agent_fault", "busy"))
    return opening + "ISCAgent[" + std::to_string(::getpid()) +
           "]: Cannot start ApplicationServer on *:" + port + "\n";
  const bool recorded = append_file(status, "", Append::create);
  const UniqueFd ready = spawn_daemon({"ISCAgent"}, recorded ? status : "/dev/null", "/");
  const std::string said = read_file("/proc/self/fd/" + std::to_string(ready.get())).value_or("");
  const auto pids = words_of(said);
  if (pids.size() != 2) return opening;
  pid_ = static_cast<pid_t>(to_number(pids[0]).value_or(0));
  return opening + "ISCAgent[" + pids[0] + "]: Starting\nISCAgent[" + pids[1] +
         "]: Starting ApplicationServer on *:" + port + "\n";
}

void Agent::stop() const {
  if (pid_ > 0 && switch_is("agent_at_stop", "ends")) ::kill(pid_, SIGTERM);
}

int agent_main() {
  const pid_t master = ::getpid();
  const pid_t server = ::fork();
  if (server < 0) return 1;
  if (server == 0) {
    // The server does not outlive its master.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ::close(readiness_fd);
    if (::getppid() == master) hang();
    return 0;
  }
  write_all(readiness_fd, std::to_string(master) + " " + std::to_string(server) + "\n");
  ::close(readiness_fd);
  hang();
}

}  // namespace standin
