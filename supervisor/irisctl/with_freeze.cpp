#include "supervisor/irisctl/with_freeze.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>

#include "supervisor/base/text.h"
#include "supervisor/irisctl/client.h"
#include "supervisor/irisctl/command.h"
#include "supervisor/irisctl/fields.h"
#include "supervisor/irisctl/render.h"

namespace sup {
namespace {

/// Told to end, we give a freeze that is under way so long to come about, so that we can undo it.
constexpr Nanos hurry = seconds(10);
/// A thaw takes as long as the agent's own deadlines; this is for an agent that is stuck.
constexpr Nanos longest_thaw = seconds(120);
/// The agent died: the next one carries on with the freeze, within 2 s as a rule.
constexpr Nanos new_agent_within = seconds(30);
constexpr Nanos undo_within = seconds(10);
constexpr Nanos ask_again_after = milliseconds(200);

/// On standard error; standard output is COMMAND's. A token is nobody's business there.
void say(std::string_view text) {
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("token: ")) continue;
    std::fprintf(stderr, "irisctl: %.*s\n", static_cast<int>(line.size()), line.data());
  }
}

/// Asks until the agent answers, and `until_not` is not its code.
Answer insist(const Options& options, const control::Request& request, Nanos limit, int until_not) {
  const Nanos began_at = steady_now();
  for (;;) {
    Answer answer =
        ask(options.socket, request, {.deadline_at = later(steady_now(), longest_thaw)});
    if (answer.from_agent && answer.reply.code != until_not) return answer;
    if (!answer.from_agent && answer.reply.code == control::timed_out) return answer;
    if (steady_now() + ask_again_after >= began_at + limit) return answer;
    ::poll(nullptr, 0, static_cast<int>(ask_again_after / milliseconds(1)));
  }
}

/// The agent was asked to freeze and has not told what became of it: it may be frozen all the same.
void undo(const Options& options) {
  // While the freeze is under way a thaw is refused.
  const Answer answer = insist(options, {.verb = "thaw", .owner = options.request.owner},
                               undo_within, control::refused);
  const bool thawed = answer.from_agent && (answer.reply.code == control::done ||
                                            answer.reply.code == control::not_held);
  say(thawed ? "thawed again"
             : "cannot tell whether IRIS is frozen; if it is, it is thawed when the lease ends");
}

/// Whether the freeze held.
bool thaw(const Options& options, const control::Reply& frozen) {
  control::Request request{.verb = "thaw", .token = token_in(frozen.data)};
  if (request.token.empty()) request.owner = options.request.owner;
  const Answer answer = insist(options, request, new_agent_within, control::no_agent);
  const control::Reply& reply = answer.reply;
  if (reply.code == control::done) {
    say(thaw_text(reply));
    return true;
  }
  if (reply.code == control::not_held)
    say(thaw_text(reply));
  else
    say("did not hold, as far as can be told: " + reply.text);
  return false;
}

}  // namespace

int with_freeze(const Options& options) {
  HeldSignals signals;
  const Answer frozen =
      ask(options.socket, options.request, {.hurry_fd = signals.fd(), .hurry = hurry});
  if (!frozen.from_agent || frozen.reply.code != control::done) {
    say("freeze: " + frozen.reply.text);
    if (!frozen.from_agent && frozen.asked) undo(options);
    const int signal = signals.ending_signal();
    return signal != 0 ? 128 + signal : exit_status(frozen.reply.code, false);
  }
  say(freeze_text(frozen.reply));
  // We have asked once: it is another one's, who thaws it while COMMAND is still at work.
  if (flag_in(field(object_of(frozen.reply.data), {"already"}))) {
    say("it is another one's freeze under the same name, so COMMAND is not run; give this run an "
        "--owner of its own");
    return control::refused;
  }

  int code = 0;
  if (const int signal = signals.ending_signal(); signal != 0) {
    say("a signal came while freezing: COMMAND is not run");
    code = 128 + signal;
  } else {
    std::string problem;
    code = run_command(options.command, signals, problem);
    if (!problem.empty()) say(problem);
  }
  const bool held = thaw(options, frozen.reply);
  return code == 0 && !held ? static_cast<int>(control::not_held) : code;
}

}  // namespace sup
