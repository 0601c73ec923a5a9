// What PID 1 has done, for the timeline: it tells its state, and what has changed in it is news.
#include <fmt/core.h>

#include "supervisor/agent/agent.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/core/stop_ladder.h"

namespace sup {

void Agent::note_news_of_init(const std::optional<InitSnapshot>& before) {
  if (!before) {
    // What it did while no agent lived is in its log only.
    if (init_->agent_deaths > 0)
      timeline_.note("agent.died", fmt::format("iris-agent died and was started again; {} so far",
                                               init_->agent_deaths));
    return;
  }
  const CommandReport& was = before->command;
  const CommandReport& is = init_->command;
  const bool another = is.number != was.number || is.command != was.command || is.pid != was.pid;
  if (is.state == CommandState::running && (another || was.state != CommandState::running))
    timeline_.note("command.started", std::string{name_of(is.command)});
  if (is.state == CommandState::ended && (another || was.state != CommandState::ended))
    timeline_.note("command.ended",
                   fmt::format("{} {}", name_of(is.command), describe_end(is.status).view()));
  if (init_->stop_began_at != 0 && init_->stop_step != before->stop_step)
    timeline_.note("stop.step",
                   fmt::format("stop: {}", name_of(static_cast<LadderStep>(init_->stop_step))));
}

}  // namespace sup
