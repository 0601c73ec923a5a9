// What irisctl asks.
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "probes/status.h"
#include "supervisor/agent/agent.h"
#include "supervisor/base/units.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/core/settings_table.h"
#include "supervisor/os/clock.h"

namespace sup {
void Agent::on_request(const control::Request& request, ControlServer::Respond respond) {
  if (request.verb == "status") {
    const probes::View shown = view(probes::Detail::all);
    return respond({control::done, shown.reason, probes::status_json(shown)});
  }
  if (request.verb == "merge") {
    const std::string& merge = merge_.text();
    if (merge.empty())
      return respond({control::refused,
                      "there is nothing to tell of a merge: IRIS was not started "
                      "yet, or from no merge source",
                      "{}"});
    return respond({control::done, "merge", merge});
  }
  if (request.verb == "version")
    return respond({control::done, "iris-agent " IRIS_INIT_VERSION, "{}"});
  if (request.verb == "probe") return respond(probe_reply(request.probe));
  if (request.verb == "hold") return respond(hold(request));
  if (request.verb == "release") return respond(release());
  if (request.verb == "restart") return respond(restart());
  if (request.verb == "stop") return respond(stop(request.now));
  const bool freezes = request.verb == "freeze" || request.verb == "thaw";
  if (!freezes) return respond({control::usage, "there is no verb '" + request.verb + "'", "{}"});
  // What an earlier agent has left is not known yet: whoever asks again is told then.
  if (!init_) return respond({control::no_agent, "the agent has only just started", "{}"});
  if (request.verb == "thaw") return freezer_.thaw(request, std::move(respond));
  freezer_.keep_asked(request.owner);  // whatever becomes of it
  if (options_.safe)
    return respond({control::refused, "the agent runs in safe mode: it does not freeze", "{}"});
  if (life_.state() == LifeState::up && !iris_now().heard)
    return respond(
        {control::no_agent, "the agent has only just started: it has not heard of IRIS yet", "{}"});
  freezer_.freeze(request, std::move(respond));
}

control::Reply Agent::hold(const control::Request& request) {
  const Nanos length = request.length != 0 ? request.length : default_hold;
  if (request.reason.empty() || request.reason.size() > control::longest_reason)
    return {control::usage, fmt::format("a reason has 1 to {} bytes", control::longest_reason),
            "{}"};
  if (length < seconds(1) || length > longest_hold)
    return {control::usage,
            fmt::format("a hold of {} is not possible; allowed: 1s to {}",
                        format_duration(length).view(), format_duration(longest_hold).view()),
            "{}"};
  if (!init_ || init_->phase == InitPhase::stopping)
    return {control::refused, "not held: the container is starting or stopping", "{}"};
  if (freezer_.machine().is_under_way())
    return {control::refused, "not held: a freeze is under way, thaw first", "{}"};
  StateRecord record;
  record.kind = StateRecord::Kind::hold;
  record.message = request.reason;
  record.at = monotonic_now() + length;
  state_.append(record);
  life_.hold({record.message, record.at});
  turn();
  return {control::done,
          fmt::format("held for {}: IRIS is neither forced, started nor stopped by us",
                      format_duration(length).view()),
          nlohmann::json{{"reason", request.reason}, {"until", wall_of(record.at)}}.dump(
              -1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

control::Reply Agent::release() {
  if (!life_.release()) return {control::refused, "not released: IRIS is not held", "{}"};
  StateRecord record;
  record.kind = StateRecord::Kind::release;
  state_.append(std::move(record));
  turn();
  return {control::done, "released: " + life_.why(), "{}"};
}

control::Reply Agent::restart() {
  // A stop of IRIS while something may be suspended can hang, and keeps PID 1 from thawing it.
  if (freezer_.machine().is_under_way() || freezer_.machine().ours())
    return {control::refused, "not restarted: a freeze is under way, thaw first", "{}"};
  const std::string why_not = life_.ask_restart();
  if (!why_not.empty()) return {control::refused, "not restarted: " + why_not, "{}"};
  turn();
  return {control::done, "restarting IRIS: 'irisctl wait --for ready' tells when it is back", "{}"};
}

control::Reply Agent::stop(bool at_once) {
  if (!init_) return {control::refused, "not stopped: the container is only starting", "{}"};
  const bool begun = init_->phase == InitPhase::stopping || told_.end_wanted != 0;
  if (begun && !at_once)
    return {control::done, "the container is being stopped already; '--now' cuts it short", "{}"};
  if (!begun && life_.held())
    return {control::refused, fmt::format("not stopped: IRIS is held: {}", life_.held()->reason),
            "{}"};
  const std::string_view asked =
      at_once ? "asked by 'irisctl stop --now'" : "asked by 'irisctl stop'";
  if (told_.end_now == 0) timeline_.add(Level::warning, "stop.asked", "{}", asked);
  ask_for_end(ExitCode::clean, asked, at_once);
  return {control::done,
          at_once
              ? "stopping at once: IRIS has 30 s for a clean stop, 10 s more if 'iris stop' has "
                "to be run, and is then forced"
              : "stopping: the container ends when IRIS is down",
          "{}"};
}

control::Reply Agent::probe_reply(const std::string& which) const {
  const probes::Verdict verdict = probes::judge(health_facts(), health_settings_, monotonic_now());
  const probes::Answer* answer = nullptr;
  if (which == "live") answer = &verdict.live;
  if (which == "ready") answer = &verdict.ready;
  if (which == "startup") answer = &verdict.startup;
  if (answer == nullptr)
    return {control::usage, "there is no probe '" + which + "'; one of: live, ready, startup",
            "{}"};
  const nlohmann::json data{{"probe", which}, {"ok", answer->ok}, {"reason", answer->reason}};
  return {answer->ok ? control::done : control::failed, answer->reason,
          data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

IrisNow Agent::iris_now() const {
  IrisNow now;
  const auto& qlist = observed_.last_good();
  const bool says_running = qlist && qlist->state == probes::State::running;
  now.heard = qlist || init_->phase == InitPhase::stopping;
  if (says_running) now.since = qlist->since;
  now.data_dir = data_directory();
  const LifeState state = life_.state();
  if (init_->phase == InitPhase::stopping)
    now.why_not = "the container is being stopped";
  else if (state == LifeState::held)
    now.why_not = "IRIS is " + life_.why();
  else if (state != LifeState::up || watch_.somebody_died() || !says_running)
    now.why_not = "IRIS is not running: " + life_.why();
  else if (now.data_dir.empty())
    now.why_not = "qlist does not say where the data is: nothing could be flushed";
  return now;
}

}  // namespace sup
