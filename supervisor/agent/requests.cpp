// What irisctl asks.
#include <nlohmann/json.hpp>
#include <utility>

#include "probes/status.h"
#include "supervisor/agent/agent.h"
#include "supervisor/os/clock.h"

namespace sup {

void Agent::on_request(const control::Request& request, ControlServer::Respond respond) {
  if (request.verb == "status") {
    const probes::View shown = view();
    return respond({control::done, shown.reason, probes::status_json(shown)});
  }
  if (request.verb == "version")
    return respond({control::done, "iris-agent " IRIS_INIT_VERSION, "{}"});
  if (request.verb == "probe") return respond(probe_reply(request.probe));
  const bool freezes = request.verb == "freeze" || request.verb == "thaw";
  if (!freezes) return respond({control::usage, "there is no verb '" + request.verb + "'", "{}"});
  if (options_.safe && request.verb == "freeze")
    return respond({control::refused, "the agent runs in safe mode: it does not freeze", "{}"});
  if (!init_ || init_->phase == InitPhase::stopping)
    return respond({control::refused, "the container is starting or stopping", "{}"});
  if (request.verb == "freeze")
    freezer_.freeze(request, std::move(respond));
  else
    freezer_.thaw(request, std::move(respond));
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
  now.runs = life_.state() == LifeState::up && !watch_.somebody_died() && last_good_ &&
             last_good_->state == probes::State::running;
  if (!last_good_) return now;
  if (last_good_->state == probes::State::running) now.since = last_good_->since;
  now.data_dir = last_good_->data_dir.empty() ? last_good_->install_dir : last_good_->data_dir;
  return now;
}

}  // namespace sup
