#include "supervisor/irisctl/wait.h"

#include <poll.h>

#include <algorithm>

#include "supervisor/base/units.h"
#include "supervisor/irisctl/render.h"

namespace sup {
namespace {

constexpr Nanos ask_every = milliseconds(200);
constexpr Nanos longest_question = seconds(5);

control::Request question(Awaited awaited) {
  switch (awaited) {
    case Awaited::ready:
      return {.verb = "probe", .probe = "ready"};
    case Awaited::live:
      return {.verb = "probe", .probe = "live"};
    case Awaited::started:
      return {.verb = "probe", .probe = "startup"};
    case Awaited::down:
      return {.verb = "status"};
  }
  return {.verb = "status"};
}

bool is_so(const Answer& answer, Awaited awaited) {
  if (!answer.from_agent || answer.reply.code != control::done) return false;
  return awaited != Awaited::down || is_down(answer.reply.data);
}

/// Whoever may not ask, or is not understood, will not be later.
bool is_hopeless(const Answer& answer) {
  const int code = answer.reply.code;
  if (answer.from_agent) return code == control::usage || code == control::not_permitted;
  return answer.garbled || code == control::not_permitted;
}

void sleep_until(Nanos at) {
  const Nanos left = std::max<Nanos>(at - steady_now(), 0);
  ::poll(nullptr, 0, static_cast<int>((left + milliseconds(1) - 1) / milliseconds(1)));
}

}  // namespace

Answer wait_until(const Options& options) {
  const control::Request request = question(options.awaited);
  const Nanos began_at = steady_now();
  const Nanos deadline_at = options.timeout == 0 ? never : later(began_at, options.timeout);
  for (;;) {
    const Nanos asked_at = steady_now();
    const Nanos limit = std::min(deadline_at, asked_at + longest_question);
    Answer answer = ask(options.socket, request, {.deadline_at = limit});
    if (is_so(answer, options.awaited)) {
      if (options.awaited == Awaited::down) answer.reply.text = "IRIS is down";
      return answer;
    }
    if (is_hopeless(answer)) return answer;
    const Nanos next_at = asked_at + ask_every;
    if (next_at >= deadline_at) {
      sleep_until(deadline_at);
      std::string text{"not "};
      text.append(name_of(options.awaited)).append(" within ");
      text.append(format_duration(options.timeout).view()).append("; last answer: ");
      answer.reply.text = text + answer.reply.text;
      answer.reply.code = control::timed_out;
      return answer;
    }
    sleep_until(next_at);
  }
}

}  // namespace sup
