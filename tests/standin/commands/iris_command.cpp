// The verbs of the iris command.
#include "commands/iris_command.h"

#include <unistd.h>

#include <algorithm>

#include "base/switches.h"
#include "commands/freeze.h"
#include "commands/lifecycle.h"
#include "commands/session.h"
#include "config/merge.h"
#include "instance/listing.h"

namespace standin {
namespace {

constexpr std::string_view usage =
    "usage: iris start|stop|restart|force|merge|stat|session INSTANCE [...]\n"
    "       iris freeze INSTANCE [timeout=SECONDS]\n"
    "       iris thaw INSTANCE\n"
    "       iris list|qlist [INSTANCE]\n"
    "       iris qall\n";

using Words = std::vector<std::string>;

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string word_or_empty(const Words& words, std::size_t number) {
  return number < words.size() ? words[number] : std::string{};
}

int stop_and_start(const Instance& instance, bool quietly) {
  if (const int status = iris_stop(instance, quietly); status != 0) return status;
  return iris_start(instance);
}

/// `iris freeze INSTANCE [timeout=seconds]`, `iris thaw INSTANCE`: 0 or 1.
int suspend_or_resume(const std::string& verb, const Words& words) {
  constexpr std::string_view key = "timeout=";
  std::string timeout;
  for (const std::string& word : words)
    if (word.starts_with(key)) timeout = word.substr(key.size());
  const std::string method =
      verb == "freeze" ? "ExternalFreeze(,,,,,,\"" + timeout + "\")" : "ExternalThaw()";
  const int status =
      iris_session({word_or_empty(words, 0), "-U", "%SYS", "##class(Backup.General)." + method});
  return status == backup_success ? 0 : 1;
}

int with_instance(const std::string& verb, const Words& words) {
  const std::string name = word_or_empty(words, 0);
  const auto instance = find_instance(name);
  if (!instance) {
    write_all(STDOUT_FILENO, "iris: invalid instance name '" + name + "'\n");
    return 1;
  }
  const bool quietly = has(words, "quietly");
  if (verb == "start") return iris_start(*instance);
  if (verb == "stop")
    return has(words, "restart") ? stop_and_start(*instance, quietly)
                                 : iris_stop(*instance, quietly);
  if (verb == "restart") return stop_and_start(*instance, quietly);
  if (verb == "force") return iris_force(*instance);
  if (verb == "stat" && has(words, "--journal")) return stat_journal(*instance);
  if (verb == "stat") return has(words, "-W") ? stat_thaw(*instance) : stat_show(*instance);
  return iris_merge(*instance, word_or_empty(words, 1), word_or_empty(words, 2));
}

}  // namespace

int iris_command_main(const std::vector<std::string>& arguments) {
  const std::string verb = word_or_empty(arguments, 0);
  const Words rest{arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()};
  if (verb == "qlist") return iris_qlist(word_or_empty(rest, 0));
  if (verb == "list") return iris_list(word_or_empty(rest, 0));
  if (verb == "qall" || verb == "all") return iris_qall();
  if (verb == "session" || verb == "terminal") return iris_session(rest);
  if ((verb == "freeze" || verb == "thaw") && switch_is("profile", "2026.1"))
    return suspend_or_resume(verb, rest);
  if (has({"start", "stop", "restart", "force", "stat", "merge"}, verb))
    return with_instance(verb, rest);
  write_all(STDOUT_FILENO, usage);
  return 1;
}

}  // namespace standin
