#include "supervisor/irisctl/verbs.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace sup {
namespace {

constexpr std::array<VerbText, 13> verbs{{
    {Verb::status, "status", "status [-o json]", "what IRIS and its supervisor are doing, and why",
     "Shows the instance, the three probes, the freeze, restarts, the configuration merge and the\n"
     "last events. With -o json: the same as /status.\n"},
    {Verb::probe, "probe", "probe live|ready|startup [-o json]",
     "one of the probes: exit code 0 or 1, and why in one line", ""},
    {Verb::wait, "wait", "wait --for ready|live|started|down [--timeout TIME] [-o json]",
     "wait until it is so, also while there is no agent yet",
     "  --for WHAT              ready, live and started are the probes; down: IRIS is not running\n"
     "  --timeout TIME          give up after so long, with exit code 124 (default: never)\n"},
    {Verb::freeze, "freeze",
     "freeze [--lease TIME] [--owner NAME] [--timeout TIME] [--iris-status] [-o json]",
     "suspend IRIS's writes to its databases, for a snapshot",
     "Prints the token that thaws, on a line of its own: 'token: …'. When the lease ends, IRIS is\n"
     "thawed without being asked. The same owner asking again gets the same token and the same "
     "end.\n"
     "\n"
     "  --lease TIME            how long the freeze lasts at most (default: the setting FREEZE "
     "LEASE;\n"
     "                          at most 540s)\n"
     "  --owner NAME            who asks (default: USER@HOST)\n"
     "  --timeout TIME          how long to wait for the answer (default: no limit); a freeze "
     "that\n"
     "                          nobody waits for any longer is undone\n"
     "  --iris-status           IRIS's own convention instead of our exit codes: 5 frozen,\n"
     "                          3 anything else\n"},
    {Verb::thaw, "thaw",
     "thaw (--token T | --owner NAME | --force | --foreign) [--timeout TIME] [--iris-status]\n"
     "       [-o json]",
     "resume writes, and tell whether the freeze held",
     "Exit code 0: the freeze held; a copy cut meanwhile is application-consistent. Exit code 4: "
     "it\n"
     "did not hold; the copy is crash-consistent only. IRIS is thawed in both cases. Asking again\n"
     "gives the same answer: with the token, and with the owner's name until that owner asks for\n"
     "another freeze; by name, that it held is told for 5 minutes.\n"
     "\n"
     "  --token T               the freeze that this token belongs to\n"
     "  --owner NAME            the freeze of this owner\n"
     "  --force                 our freeze, whoever owns it: for its owner it has not held\n"
     "  --foreign               a suspension that was not made by 'irisctl freeze'\n"
     "  --timeout TIME          how long to wait for the answer (default: no limit); the thaw goes "
     "on\n"
     "  --iris-status           IRIS's own convention instead of our exit codes: 5 held,\n"
     "                          3 anything else\n"},
    {Verb::with_freeze, "with-freeze",
     "with-freeze [--lease TIME] [--owner NAME] -- COMMAND [ARG…]",
     "freeze, run COMMAND, thaw whatever happens",
     "Exit code: COMMAND's, 128 + the signal that ended it, 4 when it succeeded but the freeze "
     "did\n"
     "not hold, 125 when it could not be started. When the freeze fails, COMMAND is not run and "
     "the\n"
     "exit code is that of 'freeze'. Signals are passed on to COMMAND. Our messages go to "
     "standard\n"
     "error; standard output is COMMAND's.\n"
     "\n"
     "  --lease TIME            how long the freeze lasts at most (default: the setting FREEZE "
     "LEASE;\n"
     "                          at most 540s)\n"
     "  --owner NAME            who asks (default: USER@HOST:PID); never one for two runs at "
     "once\n"},
    {Verb::hold, "hold", "hold REASON [--for TIME] [-o json]",
     "leave IRIS alone while somebody works on it by hand",
     "Until the hold is released or over, IRIS is neither forced nor started, whatever happens to "
     "it;\n"
     "the probes startup and live say yes, and ready says what IRIS says. It outlives the agent, "
     "not the\n"
     "container. Another hold takes the place of the first.\n"
     "\n"
     "  --for TIME              how long at most, 1s to 720h (default: 4h)\n"},
    {Verb::release, "release", "release [-o json]", "end a hold",
     "When IRIS is not running then, it is restarted as usual.\n"},
    {Verb::restart, "restart", "restart [-o json]", "stop IRIS and start it again, in place",
     "Answers when it has begun; 'irisctl wait --for ready' waits for the end. It is not counted "
     "as "
     "one\n"
     "of the restarts that the budget allows. Refused while IRIS is frozen or held, and where "
     "iris-main's\n"
     "own commands (--before, --after) or its --key would be left out.\n"},
    {Verb::stop, "stop", "stop [--now] [-o json]", "stop IRIS and end the container",
     "As a SIGTERM does: a drain delay, a thaw if IRIS is frozen, and then as long as the setting "
     "STOP\n"
     "TIMEOUT allows for a clean stop. Answers when it has begun. Whether another container is "
     "started\n"
     "then is for Kubernetes to say: it is, in a pod with restartPolicy Always. Refused while IRIS "
     "is\n"
     "held.\n"
     "\n"
     "  --now                   no drain, and the rest within a minute: IRIS has 30 s for a clean "
     "stop,\n"
     "                          10 s more if 'iris stop' has to be run, and is then forced, so "
     "that\n"
     "                          its next start has to recover. Also for a stop that has begun\n"},
    {Verb::merge, "merge", "merge [-o json]",
     "what became of each configuration source, and of each parameter",
     "Shows the sources of the configuration merge with what is wrong in them, whether IRIS has\n"
     "taken a live edit over, and for each parameter whether it is in iris.cpf, differs, or takes\n"
     "effect at the next start. Secrets are never shown.\n"},
    {Verb::version, "version", "version [-o json]", "versions of irisctl and of the agent", ""},
    {Verb::help, "help", "help [VERB]", "this text, or that of a verb", ""},
}};

constexpr std::string_view common =
    "  --run-dir DIR           directory of control.sock (default: IRIS_INIT_PATHS_RUN_DIR, else\n"
    "                          /run/iris-init)\n"
    "  -o, --output text|json  the form of the answer (default: text)\n"
    "  -h, --help              this text, or that of a verb\n";

}  // namespace

const VerbText& text_of(Verb verb) {
  return *std::find_if(verbs.begin(), verbs.end(),
                       [verb](const VerbText& text) { return text.verb == verb; });
}

const VerbText* find_verb(std::string_view name) {
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [name](const VerbText& text) { return text.name == name; });
  return found == verbs.end() ? nullptr : &*found;
}

std::vector<std::string_view> verb_names() {
  std::vector<std::string_view> names;
  names.reserve(verbs.size());
  for (const VerbText& text : verbs)
    names.push_back(text.name);
  return names;
}

std::string general_help() {
  std::string out =
      "Usage: irisctl [--run-dir DIR] [-o text|json] VERB …\n"
      "\n"
      "Talks to the iris-agent of this container through its control socket.\n"
      "\n";
  for (const VerbText& text : verbs)
    out += fmt::format("  {:<13}{}\n", text.name, text.summary);
  out += "\n";
  out += common;
  out +=
      "      --version           version of irisctl alone\n"
      "\n"
      "TIME is written as 500ms, 5s, 2m or 1h. 'irisctl VERB --help' tells more of a verb.\n"
      "\n"
      "Exit code: 0 done; 1 failed; 2 wrong usage; 3 refused in this state; 4 the freeze did not\n"
      "hold; 69 no agent; 77 not permitted; 124 timed out.\n";
  return out;
}

std::string help_of(Verb verb) {
  if (verb == Verb::help) return general_help();
  const VerbText& text = text_of(verb);
  std::string summary{text.summary};
  summary.front() = static_cast<char>(summary.front() - 'a' + 'A');
  std::string out = fmt::format("Usage: irisctl {}\n\n{}.\n", text.usage, summary);
  if (!text.help.empty()) out += fmt::format("\n{}", text.help);
  if (text.help.find("  --") == std::string_view::npos) out += '\n';
  if (verb == Verb::with_freeze) {
    out += common.substr(0, common.find("  -o"));
    return out + "  -h, --help              this text\n";
  }
  out += common;
  return out;
}

}  // namespace sup
