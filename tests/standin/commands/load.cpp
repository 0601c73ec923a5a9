// Load: sessions that write for a while, each in a process of its own.
#include "commands/load.h"

#include <signal.h>
#include <unistd.h>

#include <optional>

#include "base/clock.h"
#include "base/process.h"
#include "base/text.h"
#include "commands/session.h"

namespace standin {
namespace {

constexpr std::int64_t most_sessions = 256;
constexpr const char* usage =
    "usage: iris-standin load SECONDS SESSIONS [--acknowledged FILE] [--namespace NS] [--hang "
    "SECONDS]\n";

struct Load {
  std::int64_t seconds = 0;
  std::int64_t sessions = 0;
  fs::path acknowledged;
  std::string name_space = "USER";
  std::string hang = "0";
};

std::optional<Load> parse(const Words& arguments) {
  if (arguments.size() < 2 || arguments.size() % 2 != 0) return std::nullopt;
  Load load;
  load.seconds = to_number(arguments[0]).value_or(-1);
  load.sessions = to_number(arguments[1]).value_or(-1);
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    if (arguments[i] == "--acknowledged")
      load.acknowledged = arguments[i + 1];
    else if (arguments[i] == "--namespace")
      load.name_space = arguments[i + 1];
    else if (arguments[i] == "--hang")
      load.hang = arguments[i + 1];
    else
      return std::nullopt;
  }
  if (load.seconds < 0 || load.sessions < 1 || load.sessions > most_sessions) return std::nullopt;
  return load;
}

/// A number for the whole load; by it and its value each node says who wrote it.
std::string code_of(const Load& load, std::int64_t session) {
  std::string code = "for i=1:1:1000000000 set ^k8stest($increment(^k8stest))=\"" +
                     std::to_string(::getpid()) + "." + std::to_string(session) + "\"";
  if (load.hang != "0") code += " hang " + load.hang;
  return code;
}

}  // namespace

int load_main(const Instance& instance, const Words& arguments) {
  const auto load = parse(arguments);
  if (!load) {
    write_all(STDERR_FILENO, usage);
    return 64;
  }
  SessionRequest request;
  request.name_space = load->name_space;
  request.until = now_ms() + load->seconds * 1000;
  if (!load->acknowledged.empty())
    request.acknowledge = [file = load->acknowledged](const std::string& line) {
      append_file(file, line, Append::create);
    };
  std::vector<pid_t> children;
  for (std::int64_t i = 1; i <= load->sessions; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      request.code = code_of(*load, i);
      ::_exit(run_session(instance, request));
    }
    children.push_back(child);
  }
  int worst = 0;
  for (const pid_t child : children)
    if (child < 0 || await(child) != 0) worst = 1;
  return worst;
}

}  // namespace standin
