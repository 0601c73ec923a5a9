// Requests, steps, sessions. What came of them is told in freeze_news.cpp.
#include "supervisor/agent/freezer.h"

#include <sys/random.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "supervisor/agent/freeze_replies.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/process_table.h"

namespace sup {
namespace {

constexpr std::size_t longest_owner = 128;
/// Sessions that an earlier agent started are not our children: nobody tells us of their end.
constexpr Nanos look_at_stragglers_every = milliseconds(500);
constexpr Nanos longest_wait_for_qlist = seconds(10);
/// Once a lease is over a helper is asked only for what the answer is to say.
constexpr Nanos shortest_help = seconds(1);

std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  std::string token;
  for (const unsigned char byte : bytes)
    token += fmt::format("{:02x}", byte);
  return token;
}

bool is_alive(const WatchedProcess& watched) {
  ProcessInfo process;
  return watched.pid > 0 && read_process(watched.pid, process) &&
         process.started == watched.started && process.state != 'Z' && process.state != 'X';
}

/// When IRIS wrote this line, as a point on our clock; 0: not known.
Nanos written_at(std::string_view line) {
  const auto told = time_of_line(line);
  if (!told) return 0;
  tm local{};
  local.tm_year = told->year - 1900;
  local.tm_mon = told->month - 1;
  local.tm_mday = told->day;
  local.tm_hour = told->hour;
  local.tm_min = told->minute;
  local.tm_sec = told->second;
  local.tm_isdst = -1;
  const time_t at = ::mktime(&local);
  if (at == time_t{-1}) return 0;
  return monotonic_now() - (wall_now() - seconds(at) - milliseconds(told->millisecond));
}

Nanos until(Nanos now, Nanos timeout) {
  return timeout == 0 || timeout > never - now ? never : now + timeout;
}

}  // namespace

Freezer::Freezer(FreezerSettings settings, Jobs& jobs, Timeline& timeline, StateFile& state,
                 std::function<IrisNow()> iris, std::function<void()> thaw_without_session,
                 std::function<void()> changed)
    : settings_{std::move(settings)},
      jobs_{jobs},
      timeline_{timeline},
      state_{state},
      iris_{std::move(iris)},
      thaw_without_session_{std::move(thaw_without_session)},
      changed_{std::move(changed)},
      hooks_{settings_.hooks, settings_.hook_timeout, jobs_, timeline_} {}

void Freezer::freeze(const control::Request& request, ControlServer::Respond respond) {
  const Nanos lease = request.lease != 0 ? request.lease : settings_.lease;
  if (request.owner.empty() || request.owner.size() > longest_owner)
    return respond(
        {control::usage, fmt::format("an owner has 1 to {} bytes", longest_owner), "{}"});
  if (lease < seconds(1) || lease > settings_.longest_lease)
    return respond({control::usage,
                    fmt::format("a lease of {} is not possible; allowed: 1s to {}",
                                format_duration(lease).view(),
                                format_duration(settings_.longest_lease).view()),
                    "{}"});
  const std::string token = new_token();
  if (token.empty()) return respond(no_freeze_reply(control::failed, "cannot make a token"));
  const IrisNow iris = iris_();
  const Nanos now = monotonic_now();
  const auto refusal =
      machine_.request_freeze(request.owner, token, lease, iris.why_not, iris.since, now);
  if (!refusal.why.empty()) return respond(no_freeze_reply(control::refused, refusal.why));
  if (refusal.already && machine_.phase() == FreezePhase::frozen)
    return respond(frozen_reply(*machine_.lease(), true));
  if (!refusal.already)
    timeline_.add(Level::info, "freeze.begun", "freezing for '{}', lease {}", request.owner,
                  format_duration(lease).view());
  freeze_waiters_.push_back({std::move(respond), until(now, request.timeout), refusal.already});
  changed_();
}

void Freezer::thaw(const control::Request& request, ControlServer::Respond respond) {
  const int ways = (request.token.empty() ? 0 : 1) + (request.owner.empty() ? 0 : 1) +
                   (request.force ? 1 : 0) + (request.foreign ? 1 : 0);
  if (ways != 1)
    return respond({control::usage, "say one of: a token, an owner, force, foreign", "{}"});
  const Nanos now = monotonic_now();
  const auto refusal = request.foreign ? machine_.request_foreign_thaw(now)
                                       : machine_.request_thaw(request.owner, request.token, now);
  if (!refusal.why.empty()) return respond(no_thaw_reply(control::refused, refusal.why));
  if (refusal.already) return respond(thawed_reply(*refusal.ended, true));
  if (request.foreign) thaws_foreign_ = true;
  thaw_waiters_.push_back({std::move(respond), until(now, request.timeout)});
  changed_();
}

void Freezer::restore(StateRecord record) {
  Lease& lease = record.lease;
  const char* what = lease.over              ? "it is over but for its post hooks"
                     : lease.witness.empty() ? "it was not complete and is undone"
                                             : "its lease goes on";
  timeline_.add(Level::warning, "freeze.resumed", "an earlier agent froze for '{}'; {}",
                lease.owner, what);
  const bool suspending = lease.witness.empty() && lease.suspending && !lease.over;
  for (const WatchedProcess& process : record.processes) {
    if (is_alive(process)) stragglers_.push_back({process, suspending});
  }
  // It may have died between the start of the session and the record of it.
  if (suspending && record.processes.empty()) unseen_until_ = lease.end_at;
  const Nanos now = monotonic_now();
  unheard_until_ = now + longest_wait_for_qlist;
  machine_.restore(std::move(lease), living(), now);
}

bool Freezer::may_go_on() const {
  const IrisNow iris = iris_();
  // What is left of a freeze is looked for in an IRIS that runs, and by one session at a time.
  if (machine_.phase() == FreezePhase::settling)
    return machine_.has_next_step() || (!iris.since.empty() && !jobs_.alive(look_));
  // Whether it is the same IRIS only qlist tells: an agent that has just begun would have to say
  // that nobody knows. Once the lease is over that is all the same.
  const bool may_hold =
      machine_.phase() == FreezePhase::frozen || machine_.phase() == FreezePhase::thawing;
  const Nanos now = monotonic_now();
  return !may_hold || iris.heard || now >= std::min(unheard_until_, machine_.lease()->end_at);
}

Nanos Freezer::deadline() const {
  Nanos at = machine_.deadline();
  if (machine_.phase() == FreezePhase::settling || !may_go_on())
    at = monotonic_now() + look_at_stragglers_every;
  for (const auto* waiters : {&freeze_waiters_, &thaw_waiters_}) {
    for (const Waiter& waiter : *waiters)
      at = std::min(at, waiter.until);
  }
  return at;
}

Stragglers Freezer::living() {
  std::erase_if(stragglers_, [](const Session& session) { return !is_alive(session.process); });
  Stragglers living;
  for (const Session& session : stragglers_)
    (session.suspends ? living.suspend : living.resume) = true;
  if (monotonic_now() < unseen_until_) living.suspend = true;
  return living;
}

/// Whoever waited as long as --timeout says is told so. A freeze that nobody waits for any more is
/// broken off; a thaw goes on.
void Freezer::give_up_waiting(Nanos now) {
  const auto take_late = [now](std::vector<Waiter>& waiters) {
    std::vector<Waiter> late;
    for (Waiter& waiter : waiters) {
      if (waiter.until <= now) late.push_back(std::move(waiter));
    }
    std::erase_if(waiters, [now](const Waiter& waiter) { return waiter.until <= now; });
    return late;
  };
  std::vector<Waiter> late = take_late(freeze_waiters_);
  if (!late.empty()) {
    const bool nobody = freeze_waiters_.empty();
    if (nobody) machine_.thaw_now("nobody waited for it any longer (--timeout)", {}, now);
    answer(late, no_freeze_reply(control::timed_out,
                                 nobody ? "no freeze within --timeout; what was begun is undone"
                                        : "no freeze within --timeout; others still wait for it"));
  }
  late = take_late(thaw_waiters_);
  if (!late.empty())
    answer(late, no_thaw_reply(control::timed_out, "no thaw within --timeout; it goes on"));
}

void Freezer::turn() {
  if (turning_) return;
  turning_ = true;
  const Nanos now = monotonic_now();
  give_up_waiting(now);
  machine_.still_live(living());
  while (may_go_on()) {
    const FreezeStep step = machine_.next_step(now);
    if (step == FreezeStep::none) break;
    run(step);
    tell_news();
  }
  tell_news();
  turning_ = false;
}

void Freezer::run(FreezeStep step) {
  const std::string& instance = settings_.instance;
  const auto& lease = machine_.lease();
  const auto suspend = [&](Nanos limit) {
    run_session(step, freeze_command(instance, "iris-init: " + lease->owner, limit));
  };
  switch (step) {
    case FreezeStep::none:
      return;
    case FreezeStep::probe:
    case FreezeStep::confirm:
    case FreezeStep::confirm_undone:
    case FreezeStep::recheck:
    case FreezeStep::confirm_resumed:
    case FreezeStep::settle:
      look_ = jobs_.run(is_suspended_command(instance), settings_.step_timeout, Jobs::Keep::session,
                        [this](const JobResult& result) { job_ended(result); });
      return;
    case FreezeStep::suspend:
      return suspend(lease->end_at - lease->began_at);
    case FreezeStep::suspend_plain:
      return suspend(0);
    case FreezeStep::before:
      return run_hooks(HookPhase::pre);
    case FreezeStep::after:
      return run_hooks(HookPhase::post);
    case FreezeStep::sync:
      return run_helper("sync");
    case FreezeStep::witness:
    case FreezeStep::rewitness:
      return run_helper("witness");
    case FreezeStep::ask_who:
      return run_helper("resumed");
    case FreezeStep::undo:
    case FreezeStep::resume:
      return run_session(step, thaw_command(instance));
    case FreezeStep::resume_forced:
      timeline_.add(Level::warning, "freeze.forced_thaw",
                    "thawing without a session: iris stat -W");
      return thaw_without_session_();
  }
}

/// A session that changes something is on record before and after its start: an agent that dies in
/// between leaves it behind, and the next one must know that it is ours.
void Freezer::run_session(FreezeStep step, const Argv& argv) {
  running_ = {};
  keep_lease();
  const std::uint64_t job = jobs_.run(argv, settings_.step_timeout, Jobs::Keep::session,
                                      [this](const JobResult& result) { job_ended(result); });
  running_ = {jobs_.process(job), step == FreezeStep::suspend || step == FreezeStep::suspend_plain};
  keep_lease();
}

/// Never beyond the lease: a volume that is stuck must not keep IRIS suspended.
void Freezer::run_helper(const char* what) {
  const Nanos left = machine_.lease()->end_at - monotonic_now();
  jobs_.run({settings_.helper, "helper", what, iris_().data_dir},
            std::min(settings_.step_timeout, std::max(left, shortest_help)),
            Jobs::Keep::output_and_errors, [this](const JobResult& result) {
              JobResult told = result;
              if (told.output.size() >= Jobs::max_output) {  // cut: what lies beyond is not known
                told.code = 1;
                told.output = "there are more databases than can be compared";
              }
              job_ended(told);
            });
}

void Freezer::run_hooks(HookPhase phase) {
  keep_lease();  // the next agent owes the post hooks, and after a thaw nothing else
  const bool frozen = !machine_.lease()->witness.empty();
  hooks_.run(
      phase, hook_environment(phase, *machine_.lease(), machine_.outcome(), frozen),
      [this] { return machine_.is_pointless(monotonic_now()); },
      [this](const std::string& failure, bool ran) {
        const bool failed = !failure.empty();
        step_ended({failed ? 1 : 0, false, failed || !ran ? failure : "hooks have run"});
      });
}

void Freezer::job_ended(const JobResult& result) {
  const Session session = std::exchange(running_, {});
  if (result.timed_out && session.process.pid != 0) stragglers_.push_back(session);
  step_ended({result.started ? result.code : 127, result.timed_out, result.output,
              written_at(result.output)});
}

void Freezer::step_ended(const StepResult& step) {
  machine_.step_ended(step, iris_().since, monotonic_now());
  if (!turning_) changed_();
}

void Freezer::forced_thaw_ended(const StepResult& result) {
  step_ended(result);
}

}  // namespace sup
