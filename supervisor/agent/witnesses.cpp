// What the witnesses say: qlist, a session that is asked, iris-main.log, the helper on the data.
#include <utility>

#include "supervisor/agent/agent.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

/// Of what iris-main.log tells, at most so much is believed in a minute.
constexpr int most_main_news = 20;

}  // namespace

void Agent::on_qlist(const probes::QlistPoll& poll, Nanos began_at, Nanos took) {
  ++counters_.qlist_polls;
  counters_.qlist_last_seconds = static_cast<double>(took) / 1e9;
  counters_.qlist_took.observe(counters_.qlist_last_seconds);
  const auto news = observed_.poll(poll, began_at, frozen_by_us());
  record_wrong();  // first what the next agent must know, then the word to the world
  if (const auto* failure = std::get_if<probes::QlistFailure>(&poll)) {
    ++counters_.qlist_failures;
    const bool main_runs = init_ && init_->phase == InitPhase::running;
    if (main_runs && news.new_failure)
      timeline_.add(Level::warning, "qlist.failed", "{}", failure->why);
    data_.look_soon();  // a volume that is stuck is a likely cause
  }
  if (news.maybe_foreign || suspension_check_is_due()) ask_who_suspended();
  main_log_.look();
  data_.watch(data_directory());
  data_.read_mounts();
  turn();
}

/// A suspended write daemon is a documented cause of `hung`, but nobody has published a qlist of
/// one: where health stays `ok` only a session tells.
bool Agent::suspension_check_is_due() const {
  const Nanos every = settings_.duration(setting::freeze_foreign_check);
  const bool up = life_.state() == LifeState::up && !watch_.somebody_died();
  return every != 0 && up && !options_.safe &&
         (suspicion_at_ == 0 || monotonic_now() - suspicion_at_ >= every);
}

void Agent::ask_who_suspended() {
  // One at a time, and none beside a freeze of ours. Once a session is refused (after IRIS's own
  // freeze timeout) what was known stays.
  if (jobs_.alive(suspicion_) || freezer_.machine().phase() != FreezePhase::thawed) return;
  suspicion_at_ = monotonic_now();
  suspicion_ = jobs_.run(
      is_suspended_command(options_.instance), settings_.duration(setting::freeze_step_timeout),
      Jobs::Keep::session, [this, asked_at = suspicion_at_](const JobResult& result) {
        const bool answered = result.started && !result.timed_out;
        // A freeze of ours that has begun meanwhile makes the answer ambiguous.
        const bool ours = freezer_.machine().phase() != FreezePhase::thawed;
        const bool yes = answered && result.code == 5 && !ours;
        const bool no = answered && result.code == 3;
        if (no) not_suspended_at_ = asked_at;
        if (no && lost_counts()) poller_.poll_soon();  // does it hang all the same?
        if (!(yes || no) || !observed_.suspended_by_other(yes, monotonic_now())) return;
        record_wrong();
        if (yes)
          timeline_.add(Level::warning, "freeze.foreign",
                        "IRIS is suspended by somebody else: it is not thawed here; 'irisctl thaw "
                        "--foreign' does");
        else
          timeline_.add(Level::info, "freeze.foreign_over",
                        "IRIS is no longer suspended by somebody else");
        turn();
      });
}

void Agent::on_main_log(const probes::MainLogNews& news) {
  using Kind = probes::MainLogNews::Kind;
  // Hooks of iris-main write there as well: what one of them repeats for ever is no news.
  const Nanos now = monotonic_now();
  if (now - main_news_since_ > seconds(60)) {
    main_news_since_ = now;
    main_news_ = 0;
  }
  if (++main_news_ > most_main_news) return;
  const bool starts = life_.state() == LifeState::preparing || life_.state() == LifeState::starting;
  const bool failed = news.kind == Kind::fatal || news.kind == Kind::start_failed;
  // First what the next agent must know, then the word to the world.
  const StartFailure known = start_failure_;
  if (starts && failed && known.said.empty()) start_failure_.said = "iris-main says: " + news.text;
  // A hook may print anything, a [FATAL] of its own as well, and go on.
  if (starts && news.kind == Kind::start_failed) start_failure_.of_the_command = true;
  if (start_failure_ != known) record_failed_start();
  switch (news.kind) {
    case Kind::started:
      break;
    case Kind::recovers:  // said twice in every such start
      if (!std::exchange(recovers_, true))
        timeline_.add(Level::warning, "iris.recovers",
                      "IRIS had not been shut down cleanly and recovers, says iris-main: {}",
                      news.text);
      break;
    case Kind::incurable:
      if (!starts) break;
      is_incurable(news.text);
      break;
    case Kind::fatal:
      timeline_.add(Level::error, "main.fatal", "{}", news.text);
      break;
    case Kind::start_failed:
    case Kind::command_failed:
      timeline_.add(Level::warning, "main.command_failed", "{}", news.text);
      break;
  }
  tell_why_it_may_end();
  poller_.poll_soon();
}

void Agent::is_incurable(const std::string& why) {
  if (!start_failure_.incurable.empty()) return;
  start_failure_.incurable = why;
  record_failed_start();
  timeline_.add(Level::error, "iris.incurable", "no restart can heal this: {}", why);
}

void Agent::record_failed_start() {
  StateRecord record;
  record.kind = StateRecord::Kind::start_failed;
  record.message = start_failure_.said;
  record.failed = start_failure_.of_the_command;
  record.incurable = start_failure_.incurable;
  state_.append(std::move(record));
}

void Agent::restore_wrong() {
  observed_.restore({wrong_.silent, wrong_.hung, wrong_.suspended});
  for (int i = 0; i < probes::data_trouble_count; ++i) {
    const auto trouble = static_cast<probes::DataTrouble>(i);
    if (name_of(trouble) != wrong_.trouble) continue;
    data_.restore(trouble, wrong_.data);
    observed_.data(trouble);
  }
}

void Agent::record_wrong() {
  if (!init_) return;  // the file of this container is not open yet
  const probes::Observed::Wrong seen = observed_.wrong();
  Wrong now{seen.silent, seen.hung, seen.suspended_by_other, 0, {}};
  if (data_.trouble()) {
    now.data = data_.trouble_since();
    now.trouble = name_of(*data_.trouble());
  }
  if (now == wrong_) return;
  wrong_ = now;
  StateRecord record;
  record.kind = StateRecord::Kind::wrong;
  record.wrong = std::move(now);
  state_.append(std::move(record));
}

void Agent::forget_failed_start() {
  recovers_ = false;
  start_failure_ = {};
  tell_why_it_may_end();
}

void Agent::on_data_news(const std::string& before) {
  const std::string now = data_.why();
  observed_.data(data_.trouble());
  record_wrong();
  if (now.empty()) {
    timeline_.add(Level::info, "data.well", "the data file system is well again; it was: {}",
                  before);
  } else {
    // A read-only remount cannot be healed in place.
    const bool remount = data_.trouble() == probes::DataTrouble::read_only;
    timeline_.add(Level::error, "data.trouble", "{}{}", now,
                  remount ? "; it cannot be healed here: delete the pod" : "");
  }
}

void Agent::count_freezes(const Freezer::Totals& before) {
  const auto seconds_frozen = static_cast<double>(freezer_.machine().outcome().lasted) / 1e9;
  if (freezer_.totals().held > before.held) freezes_held_.observe(seconds_frozen);
  if (freezer_.totals().not_held > before.not_held) freezes_not_held_.observe(seconds_frozen);
  if (freezer_.totals().unknown > before.unknown) freezes_unknown_.observe(seconds_frozen);
}

}  // namespace sup
