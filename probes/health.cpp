#include "probes/health.h"

#include <algorithm>
#include <array>

#include "supervisor/base/units.h"

namespace probes {
namespace {

/// All that a rule may look at.
struct Case {
  const Facts& facts;
  const HealthSettings& settings;
  sup::Nanos now;
};

bool is_phase(const Case& c, Phase a, Phase b) {
  return c.facts.phase == a || c.facts.phase == b;
}

std::string age(sup::Nanos since, sup::Nanos now) {
  return std::string{sup::describe_duration(std::max<sup::Nanos>(now - since, 0)).view()};
}

/// True until `limit` has passed since `since`; a limit of 0 never passes.
bool within(sup::Nanos limit, sup::Nanos since, sup::Nanos now) {
  return limit <= 0 || now - since < limit;
}

bool is_state(const Facts& facts, State state) {
  return facts.last_good && facts.last_good->state == state;
}

/// The last word of qlist on it stays true while qlist is silent: only a good poll takes it back.
bool is_dead(const Facts& facts) {
  return facts.broken || is_state(facts, State::down);
}

bool says_hung(const Facts& facts) {
  return is_state(facts, State::running) && facts.last_good->health == Health::hung;
}

sup::Nanos hung_since(const Facts& facts) {
  return facts.hung_since.value_or(facts.last_good_at);
}

sup::Nanos silent_since(const Case& c) {
  if (c.facts.failing) return c.facts.failing_since;
  return c.facts.last_good ? c.facts.last_good_at : c.now;
}

bool is_ready_health(Health health, const HealthSettings& settings) {
  switch (health) {
    case Health::warn:
      return settings.ready_warn;
    case Health::alert:
      return settings.ready_alert;
    case Health::hung:
      return false;
    case Health::ok:
    case Health::blank:
    case Health::unknown:
      return settings.ready_ok;
  }
  return false;
}

// ---- answers: what a column of the table may say

bool yes(const Case&) {
  return true;
}
bool no(const Case&) {
  return false;
}
bool once_up(const Case& c) {
  return c.facts.ever_up;
}

/// As qlist says, for as long as its last word counts.
bool ready_by_qlist(const Case& c) {
  return !is_dead(c.facts) && is_state(c.facts, State::running) &&
         is_ready_health(c.facts.last_good->health, c.settings) &&
         within(c.settings.stale_ready_after, silent_since(c), c.now);
}
bool ready_while_suspended(const Case& c) {
  return within(c.settings.suspended_ready_for, *c.facts.suspended_by_other_since, c.now);
}
bool live_while_silent(const Case& c) {
  return within(c.settings.stale_after, silent_since(c), c.now);
}
/// A short silence changes nothing. Never heard at all: the phase says that it is up, and an
/// earlier observer whether it hangs.
bool ready_while_silent(const Case& c) {
  return within(c.settings.stale_ready_after, silent_since(c), c.now) &&
         (c.facts.last_good ? ready_by_qlist(c) : !c.facts.hung_since);
}
bool live_while_hung(const Case& c) {
  return within(c.settings.hung_after, hung_since(c.facts), c.now);
}
bool ready_by_health(const Case& c) {
  return is_ready_health(c.facts.last_good->health, c.settings);
}

// ---- rows: which one fits, and why, for people

bool fits_stopping(const Case& c) {
  return is_phase(c, Phase::stopping, Phase::draining);
}
std::string why_phase(const Case& c) {
  return std::string{name_of(c.facts.phase)};
}

std::string why_dead(const Case& c) {
  if (!c.facts.broken) return c.facts.last_good->status_text;
  return c.facts.broken_why.empty() ? "IRIS is down" : c.facts.broken_why;
}

bool fits_held(const Case& c) {
  return is_phase(c, Phase::held, Phase::up_false);
}
std::string why_held(const Case& c) {
  const std::string what = c.facts.phase == Phase::held ? "held" : "not to be up (--up false)";
  if (is_dead(c.facts)) return what + "; " + why_dead(c);
  return what + "; " + (c.facts.last_good ? c.facts.last_good->status_text : "qlist not heard yet");
}

bool fits_preparing(const Case& c) {
  return c.facts.phase == Phase::preparing;
}
bool fits_starting(const Case& c) {
  return is_phase(c, Phase::starting, Phase::restarting);
}

/// A freeze of a database that died meanwhile is no freeze any more, hence !is_dead().
bool fits_frozen(const Case& c) {
  return c.facts.frozen_by_us && c.now < c.facts.frozen_by_us->lease_end_at && !is_dead(c.facts);
}
std::string why_frozen(const Case& c) {
  return "frozen by us for " + age(c.facts.frozen_by_us->since_at, c.now) + ", thawed in " +
         age(c.now, c.facts.frozen_by_us->lease_end_at) + " at the latest";
}

bool fits_suspended(const Case& c) {
  return c.facts.suspended_by_other_since.has_value() && !is_dead(c.facts);
}
std::string why_suspended(const Case& c) {
  return "write daemon suspended by someone else for " +
         age(*c.facts.suspended_by_other_since, c.now);
}

bool fits_dead(const Case& c) {
  return is_dead(c.facts) && c.facts.may_restart;
}
bool fits_lost(const Case& c) {
  return is_dead(c.facts);
}
std::string why_lost(const Case& c) {
  const std::string& why = c.facts.no_restart_why;
  return why_dead(c) + "; not restarted here" + (why.empty() ? why : ": " + why);
}

bool fits_data_trouble(const Case& c) {
  return c.facts.data_trouble.has_value();
}
std::string why_data_trouble(const Case& c) {
  return "data file system is " + std::string{name_of(*c.facts.data_trouble)};
}

bool fits_silent(const Case& c) {
  return c.facts.failing || !c.facts.last_good ||
         !within(c.settings.stale_ready_after, c.facts.last_good_at, c.now);
}
std::string why_silent(const Case& c) {
  if (!c.facts.failing && !c.facts.last_good) return "qlist not heard yet";
  const std::string length = ", for " + age(silent_since(c), c.now);
  return (c.facts.failing ? c.facts.failing->why : "qlist is silent") + length;
}

bool fits_hung(const Case& c) {
  return c.facts.hung_since.has_value() || says_hung(c.facts);
}
std::string why_hung(const Case& c) {
  return "hung for " + age(hung_since(c.facts), c.now);
}

/// Also what nobody foresaw: another node's instance, an unknown status.
bool fits_not_open(const Case& c) {
  return !is_state(c.facts, State::running);
}
std::string why_status(const Case& c) {
  return c.facts.last_good->status_text;
}

bool fits_running(const Case&) {
  return true;
}
std::string why_running(const Case& c) {
  const QlistFacts& qlist = *c.facts.last_good;
  const bool named = qlist.health != Health::blank;
  return qlist.status_text + (named ? "; health " + qlist.health_text : "");
}

using Rule = bool (*)(const Case&);

struct Row {
  int number;
  std::string_view check;  ///< its name in ?verbose
  Rule fits;
  Rule startup;
  Rule live;
  Rule ready;
  std::string (*why)(const Case&);
};

/// The contract of the three probes. The first row that fits decides; the last one always fits.
// clang-format off
constexpr std::array<Row, 13> rows{{
    // no  check          situation          startupz  livez              readyz                 why
    {1,  "supervisor",  fits_stopping,     once_up,  yes,               no,                    why_phase},
    {2,  "hold",        fits_held,         yes,      yes,               ready_by_qlist,        why_held},
    {3,  "preparation", fits_preparing,    no,       yes,               no,                    why_phase},
    {4,  "start",       fits_starting,     once_up,  yes,               no,                    why_phase},
    {5,  "freeze",      fits_frozen,       yes,      yes,               yes,                   why_frozen},
    {6,  "suspension",  fits_suspended,    yes,      yes,               ready_while_suspended, why_suspended},
    {7,  "processes",   fits_dead,         yes,      yes,               no,                    why_dead},
    {8,  "restart",     fits_lost,         yes,      no,                no,                    why_lost},
    {9,  "data",        fits_data_trouble, yes,      yes,               no,                    why_data_trouble},
    {10, "qlist",       fits_silent,       yes,      live_while_silent, ready_while_silent,    why_silent},
    {11, "hung",        fits_hung,         yes,      live_while_hung,   no,                    why_hung},
    {12, "sign-on",     fits_not_open,     once_up,  yes,               no,                    why_status},
    {13, "health",      fits_running,      yes,      yes,               ready_by_health,       why_running},
}};
// clang-format on

const Row& first_that_fits(const Case& c) {
  return *std::find_if(rows.begin(), rows.end(), [&c](const Row& row) { return row.fits(c); });
}

/// The rows before the one that decides were looked at and did not fit: they are fine.
Answer answer(const Row& row, Rule rule, const Case& c) {
  Answer answer;
  answer.ok = rule(c);
  answer.reason = row.why(c);
  for (const Row& other : rows) {
    if (other.number == row.number) break;
    answer.checks.push_back({std::string{other.check}, true, {}});
  }
  answer.checks.push_back(
      {std::string{row.check}, answer.ok, answer.ok ? std::string{} : answer.reason});
  return answer;
}

}  // namespace

Decision decide(const Facts& facts, const HealthSettings& settings, sup::Nanos now) {
  const Case c{facts, settings, now};
  const Row& row = first_that_fits(c);
  return {row.number, row.startup(c), row.live(c), row.ready(c)};
}

Verdict judge(const Facts& facts, const HealthSettings& settings, sup::Nanos now) {
  const Case c{facts, settings, now};
  const Row& row = first_that_fits(c);
  return {row.number, answer(row, row.startup, c), answer(row, row.live, c),
          answer(row, row.ready, c)};
}

}  // namespace probes
