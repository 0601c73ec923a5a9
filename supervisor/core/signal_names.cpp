#include "supervisor/core/signal_names.h"

#include <array>
#include <csignal>

#include "supervisor/base/units.h"

namespace sup {
namespace {

struct SignalName {
  char name[8];  // not a pointer: a table of pointers would have to be relocated, page and all
  int number;
};

constexpr std::array<SignalName, 33> signal_names{
    {{"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},
     {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},     {"IOT", SIGABRT},  {"BUS", SIGBUS},
     {"FPE", SIGFPE},   {"KILL", SIGKILL},     {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},
     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},     {"ALRM", SIGALRM}, {"TERM", SIGTERM},
     {"CHLD", SIGCHLD}, {"STKFLT", SIGSTKFLT}, {"CONT", SIGCONT}, {"STOP", SIGSTOP},
     {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},
     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},     {"PROF", SIGPROF}, {"VTALRM", SIGVTALRM},
     {"IO", SIGIO},     {"POLL", SIGIO},       {"PWR", SIGPWR},   {"WINCH", SIGWINCH},
     {"SYS", SIGSYS}}};

constexpr int first_real_time = 34;
constexpr int last_real_time = 64;

/// "+3" after SIGRTMIN, "-1" after SIGRTMAX; nothing is 0.
std::optional<int> real_time_signal(int base, char sign, std::string_view rest) {
  if (rest.empty()) return base;
  if (rest.front() != sign) return std::nullopt;
  const auto offset = parse_number(rest.substr(1));
  if (!offset || *offset > last_real_time - first_real_time) return std::nullopt;
  return sign == '+' ? base + static_cast<int>(*offset) : base - static_cast<int>(*offset);
}

}  // namespace

std::optional<int> parse_signal(std::string_view text) {
  if (const auto number = parse_number(text)) {
    if (*number >= 1 && *number <= last_real_time) return static_cast<int>(*number);
    return std::nullopt;
  }
  if (text.starts_with("SIG")) text.remove_prefix(3);
  if (text.starts_with("RTMIN")) return real_time_signal(first_real_time, '+', text.substr(5));
  if (text.starts_with("RTMAX")) return real_time_signal(last_real_time, '-', text.substr(5));
  for (const SignalName& signal : signal_names) {
    if (text == signal.name) return signal.number;
  }
  return std::nullopt;
}

}  // namespace sup
