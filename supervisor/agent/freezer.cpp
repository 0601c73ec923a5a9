#include "supervisor/agent/freezer.h"

#include <sys/random.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

using nlohmann::json;

constexpr std::size_t longest_owner = 128;

std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  std::string token;
  for (const unsigned char byte : bytes)
    token += fmt::format("{:02x}", byte);
  return token;
}

control::Reply refused(std::string why) {
  return {control::refused, std::move(why), "{}"};
}

std::string dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
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
      changed_{std::move(changed)} {}

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
  if (token.empty()) return respond({control::failed, "cannot make a token", "{}"});
  const IrisNow iris = iris_();
  if (iris.runs && iris.data_dir.empty())
    return respond(refused("qlist does not say where the data is: nothing could be flushed"));
  const auto refusal =
      machine_.request_freeze(request.owner, token, lease, iris.runs, iris.since, monotonic_now());
  if (!refusal.why.empty()) return respond(refused("not frozen: " + refusal.why));
  if (refusal.already && machine_.phase() == FreezePhase::frozen)
    return respond(frozen_reply(true));
  if (!refusal.already)
    timeline_.add(Level::info, "freeze.begun", "freezing for '{}', lease {}", request.owner,
                  format_duration(lease).view());
  freeze_waiters_.push_back(std::move(respond));
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
  if (!refusal.why.empty()) return respond(refused("not thawed: " + refusal.why));
  thaw_waiters_.push_back(std::move(respond));
  changed_();
}

void Freezer::keep_lease() {
  // Before IRIS is asked, too: an agent that dies in between leaves a suspension behind, and the
  // next one must know that it is ours. Without a witness it undoes it.
  StateRecord record;
  record.kind = StateRecord::Kind::lease;
  record.lease = *machine_.lease();
  state_.append(std::move(record));
}

void Freezer::remember(bool held, std::int64_t ended_wall) {
  ++(held ? totals_.held : totals_.not_held);
  totals_.last_ended_wall = ended_wall;
  last_held_ = held;
}

void Freezer::turn() {
  const FreezeStep step = machine_.next_step(monotonic_now());
  if (step != FreezeStep::none) run(step);
  tell_news();
}

void Freezer::run(FreezeStep step) {
  const auto finished = [this](const JobResult& result) { step_ended(result); };
  const auto session = [&](const Argv& argv) {
    jobs_.run(argv, settings_.step_timeout, Jobs::Keep::output_and_errors, finished);
  };
  const auto& lease = machine_.lease();
  const auto help = [&](const char* what) {
    session({settings_.helper, "helper", what, iris_().data_dir});
  };
  switch (step) {
    case FreezeStep::none:
      return;
    case FreezeStep::probe:
    case FreezeStep::confirm:
    case FreezeStep::recheck:
    case FreezeStep::confirm_resumed:
      return session(is_suspended_command(settings_.instance));
    case FreezeStep::suspend:
      keep_lease();
      return session(freeze_command(settings_.instance, "iris-init: " + lease->owner,
                                    lease->end_at - lease->began_at));
    case FreezeStep::suspend_plain:
      keep_lease();
      return session(freeze_command(settings_.instance, "iris-init: " + lease->owner, 0));
    case FreezeStep::sync:
      return help("sync");
    case FreezeStep::witness:
    case FreezeStep::rewitness:
      return help("witness");
    case FreezeStep::undo:
    case FreezeStep::resume:
      return session(thaw_command(settings_.instance));
    case FreezeStep::resume_forced:
      timeline_.add(Level::warning, "freeze.forced_thaw",
                    "thawing without a session: iris stat -W");
      return thaw_without_session_();
  }
}

void Freezer::step_ended(const JobResult& result) {
  StepResult step;
  step.status = result.started ? result.code : 127;
  step.timed_out = result.timed_out;
  step.output = result.output;
  machine_.step_ended(step, iris_().since, monotonic_now());
  changed_();
}

void Freezer::forced_thaw_ended(const StepResult& result) {
  machine_.step_ended(result, iris_().since, monotonic_now());
  changed_();
}

void Freezer::tell_news() {
  StateRecord record;
  const FreezeOutcome& outcome = machine_.outcome();
  switch (machine_.take_news()) {
    case FreezeNews::none:
      return;
    case FreezeNews::frozen: {
      const Lease& lease = *machine_.lease();
      keep_lease();
      timeline_.add(Level::info, "freeze.frozen",
                    "frozen for '{}', {} left, restore from journal {}", lease.owner,
                    describe_duration(lease.end_at - monotonic_now()).view(),
                    lease.journal.empty() ? "(not told)" : lease.journal);
      if (!lease.iris_deadman)
        timeline_.add(Level::warning, "freeze.no_deadman",
                      "this IRIS knows no WDSuspendLimit: only our own timer ends the freeze");
      return answer(freeze_waiters_, frozen_reply(false));
    }
    case FreezeNews::freeze_failed:
      ++totals_.failed;
      totals_.last_ended_wall = wall_now();
      record.kind = StateRecord::Kind::thawed;
      record.failed = true;
      state_.append(std::move(record));
      timeline_.add(outcome.refused ? Level::warning : Level::error, "freeze.failed",
                    "not frozen: {}", outcome.reason);
      return answer(freeze_waiters_, {outcome.refused ? control::refused : control::failed,
                                      "not frozen: " + outcome.reason, "{}"});
    case FreezeNews::thawed:
      record.kind = StateRecord::Kind::thawed;
      record.held = outcome.held;
      state_.append(std::move(record));
      remember(outcome.held, wall_now());
      if (outcome.held) {
        timeline_.add(Level::info, "freeze.thawed", "thawed after {}; the freeze held",
                      describe_duration(outcome.lasted).view());
      } else {
        timeline_.add(Level::warning, "freeze.not_held", "thawed after {}; it did not hold: {}",
                      describe_duration(outcome.lasted).view(), outcome.reason);
      }
      return answer(thaw_waiters_, thawed_reply());
  }
}

control::Reply Freezer::frozen_reply(bool already) const {
  const Lease& lease = *machine_.lease();
  const Nanos left = lease.end_at - monotonic_now();
  const json data{{"token", lease.token},
                  {"owner", lease.owner},
                  {"lease_end", (wall_now() + left) / seconds(1)},
                  {"lease_seconds", static_cast<double>(lease.end_at - lease.began_at) / 1e9},
                  {"already", already},
                  {"iris_deadman", lease.iris_deadman},
                  {"journal", lease.journal},
                  {"seconds", static_cast<double>(monotonic_now() - lease.began_at) / 1e9}};
  return {control::done,
          fmt::format("frozen by '{}', {} left", lease.owner, describe_duration(left).view()),
          dump(data)};
}

control::Reply Freezer::thawed_reply() const {
  const FreezeOutcome& outcome = machine_.outcome();
  const json data{{"held", outcome.held},
                  {"reason", outcome.reason},
                  {"frozen_seconds", static_cast<double>(outcome.lasted) / 1e9},
                  {"journal", outcome.journal},
                  {"how", outcome.without_session ? "without a session" : "session"}};
  const auto lasted = describe_duration(outcome.lasted);
  if (outcome.held)
    return {control::done,
            fmt::format("thawed after {}; the freeze held: application-consistent", lasted.view()),
            dump(data)};
  return {control::not_held,
          fmt::format("thawed after {}; the freeze did not hold, crash-consistent only: {}",
                      lasted.view(), outcome.reason),
          dump(data)};
}

void Freezer::answer(std::vector<ControlServer::Respond>& waiting, const control::Reply& reply) {
  for (const auto& respond : std::exchange(waiting, {}))
    respond(reply);
}

}  // namespace sup
