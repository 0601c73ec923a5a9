// Every row of the table, by hand: which facts lead to it and what the three probes say.
#include <gtest/gtest.h>

#include "probes/health.h"
#include "tests/unit/probes/health_facts.h"

namespace probes {

// gtest prints it in failures.
std::ostream& operator<<(std::ostream& out, const Decision& d) {
  return out << "row " << d.row << (d.startup ? " 200" : " 503") << (d.live ? " 200" : " 503")
             << (d.ready ? " 200" : " 503");
}

namespace {

constexpr bool ok = true;
constexpr bool bad = false;

Decision decided(const Facts& facts, const HealthSettings& settings = {}) {
  return decide(facts, settings, now);
}

TEST(HealthRow, OneStoppingOrDrainingIsLiveAndNotReadyAndStartupStaysAsItWas) {
  for (const Phase phase : {Phase::stopping, Phase::draining}) {
    Facts facts = in_phase(phase);
    EXPECT_EQ(decided(facts), (Decision{1, ok, ok, bad}));
    facts.ever_up = false;
    facts.may_restart = false;
    facts.broken = true;
    EXPECT_EQ(decided(facts), (Decision{1, bad, ok, bad}));
  }
}

TEST(HealthRow, TwoHeldOrUpFalseIsReadyAsQlistSays) {
  for (const Phase phase : {Phase::held, Phase::up_false}) {
    Facts facts = in_phase(phase);
    facts.ever_up = false;
    EXPECT_EQ(decided(facts), (Decision{2, ok, ok, ok}));
    facts.last_good = qlist(State::down);
    facts.may_restart = false;
    EXPECT_EQ(decided(facts), (Decision{2, ok, ok, bad}));
    facts.last_good.reset();
    EXPECT_EQ(decided(facts), (Decision{2, ok, ok, bad}));
  }
}

TEST(HealthRow, TwoDoesNotBelieveAQlistThatIsOldOrContradictedByADeath) {
  Facts facts = in_phase(Phase::held);
  fail_since(facts, ago(61));
  EXPECT_EQ(decided(facts), (Decision{2, ok, ok, bad}));
  facts = in_phase(Phase::held);
  facts.broken = true;
  EXPECT_EQ(decided(facts), (Decision{2, ok, ok, bad}));
}

TEST(HealthRow, ThreePreparingIsLiveOnly) {
  Facts facts;
  EXPECT_EQ(decided(facts), (Decision{3, bad, ok, bad}));
  facts = in_phase(Phase::preparing);
  EXPECT_EQ(decided(facts), (Decision{3, bad, ok, bad}));
}

TEST(HealthRow, FourStartingIsLiveForHoweverLongItTakes) {
  for (const Phase phase : {Phase::starting, Phase::restarting}) {
    Facts facts = in_phase(phase);
    EXPECT_EQ(decided(facts), (Decision{4, ok, ok, bad}));
    facts.ever_up = false;
    facts.last_good = qlist(State::sign_on_inhibited);
    fail_since(facts, ago(5 * 3600));
    EXPECT_EQ(decided(facts), (Decision{4, bad, ok, bad}));
  }
}

TEST(HealthRow, FiveFrozenByUsIsWellUntilTheLeaseIsOver) {
  Facts facts = well();
  facts.last_good->health = Health::hung;
  facts.hung_since = ago(100);
  facts.frozen_by_us = FrozenByUs{ago(100), now + 1};
  EXPECT_EQ(decided(facts), (Decision{5, ok, ok, ok}));
  fail_since(facts, ago(300));
  EXPECT_EQ(decided(facts), (Decision{5, ok, ok, ok}));
  facts.failing.reset();
  facts.frozen_by_us->lease_end_at = now;
  EXPECT_EQ(decided(facts), (Decision{11, ok, ok, bad}));
}

TEST(HealthRow, FiveAndSixEndWhenTheDatabaseDies) {
  Facts facts = well();
  facts.frozen_by_us = FrozenByUs{ago(10), now + sup::seconds(100)};
  facts.suspended_by_other_since = ago(10);
  facts.broken = true;
  EXPECT_EQ(decided(facts), (Decision{7, ok, ok, bad}));
}

TEST(HealthRow, SixSuspendedByAnotherIsReadyForTenMinutes) {
  Facts facts = well();
  facts.last_good->health = Health::hung;
  facts.suspended_by_other_since = ago(599);
  EXPECT_EQ(decided(facts), (Decision{6, ok, ok, ok}));
  facts.suspended_by_other_since = ago(600);
  EXPECT_EQ(decided(facts), (Decision{6, ok, ok, bad}));
  EXPECT_EQ(decided(facts, {.hung_after = 1}), (Decision{6, ok, ok, bad}));
}

TEST(HealthRow, SevenBrokenWinsOverAQlistThatSaysRunning) {
  Facts facts = well();
  facts.broken = true;
  EXPECT_EQ(decided(facts), (Decision{7, ok, ok, bad}));
}

TEST(HealthRow, SevenDownMayBeRestarted) {
  Facts facts = well();
  facts.last_good = qlist(State::down);
  EXPECT_EQ(decided(facts), (Decision{7, ok, ok, bad}));
  fail_since(facts, ago(1));  // silence does not make it less down
  EXPECT_EQ(decided(facts), (Decision{7, ok, ok, bad}));
}

TEST(HealthRow, EightDownForGoodIsTheOneThatIsNotLive) {
  Facts facts = well();
  facts.may_restart = false;
  EXPECT_EQ(decided(facts).row, 13);
  facts.broken = true;
  EXPECT_EQ(decided(facts), (Decision{8, ok, bad, bad}));
  facts.broken = false;
  facts.last_good = qlist(State::down);
  EXPECT_EQ(decided(facts), (Decision{8, ok, bad, bad}));
}

TEST(HealthRow, NineTroubleWithTheDataIsNotReady) {
  for (const DataTrouble trouble :
       {DataTrouble::full, DataTrouble::read_only, DataTrouble::stuck, DataTrouble::failing}) {
    Facts facts = well();
    facts.data_trouble = trouble;
    fail_since(facts, ago(9999));
    EXPECT_EQ(decided(facts, {.stale_after = 1}), (Decision{9, ok, ok, bad}));
  }
}

TEST(HealthRow, TenSilenceCostsReadinessAfterAMinuteAndLifeOnlyIfSet) {
  const HealthSettings strict{.stale_after = sup::seconds(300)};
  Facts facts = well();
  fail_since(facts, ago(59));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, ok}));
  fail_since(facts, ago(60));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
  fail_since(facts, ago(299));
  EXPECT_EQ(decided(facts, strict), (Decision{10, ok, ok, bad}));
  fail_since(facts, ago(300));
  EXPECT_EQ(decided(facts, strict), (Decision{10, ok, bad, bad}));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
}

TEST(HealthRow, TenAlsoFitsAQlistThatWasNotEvenAsked) {
  Facts facts = well();
  facts.last_good_at = ago(59);
  EXPECT_EQ(decided(facts).row, 13);
  facts.last_good_at = ago(60);
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
}

TEST(HealthRow, TenDoesNotMakeReadyWhatWasNotReadyBeforeTheSilence) {
  Facts facts = well();
  facts.last_good->health = Health::hung;
  fail_since(facts, ago(2));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
  facts.last_good = qlist(State::sign_on_inhibited);
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
}

TEST(HealthRow, TenTrustsThePhaseUntilANewAgentHasHeardOfQlist) {
  Facts facts = well();
  facts.last_good.reset();
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, ok}));
  fail_since(facts, ago(59));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, ok}));
  fail_since(facts, ago(60));
  EXPECT_EQ(decided(facts), (Decision{10, ok, ok, bad}));
}

TEST(HealthRow, ElevenHungIsNotReadyAndLiveUnlessALimitIsSet) {
  const HealthSettings strict{.hung_after = sup::seconds(120)};
  Facts facts = well();
  facts.last_good->health = Health::hung;
  EXPECT_EQ(decided(facts), (Decision{11, ok, ok, bad}));
  facts.hung_since = ago(119);
  EXPECT_EQ(decided(facts, strict), (Decision{11, ok, ok, bad}));
  facts.hung_since = ago(120);
  EXPECT_EQ(decided(facts, strict), (Decision{11, ok, bad, bad}));
  EXPECT_EQ(decided(facts), (Decision{11, ok, ok, bad}));
}

TEST(HealthRow, TwelveNotOpenForLoginsIsNotReady) {
  for (const State state :
       {State::sign_on_inhibited, State::starting_or_stopping, State::other_node, State::unknown}) {
    SCOPED_TRACE(name_of(state));
    Facts facts = well();
    facts.last_good = qlist(state, Health::ok);
    EXPECT_EQ(decided(facts), (Decision{12, ok, ok, bad}));
    facts.ever_up = false;
    EXPECT_EQ(decided(facts), (Decision{12, bad, ok, bad}));
  }
}

TEST(HealthRow, ThirteenRunningIsReadyWithEveryHealth) {
  for (const Health health :
       {Health::ok, Health::warn, Health::alert, Health::blank, Health::unknown}) {
    Facts facts = well();
    facts.last_good->health = health;
    EXPECT_EQ(decided(facts), (Decision{13, ok, ok, ok}));
  }
}

TEST(HealthRow, ThirteenTheHealthsThatAreReadyAreASetting) {
  const HealthSettings only_ok{.ready_warn = false, .ready_alert = false};
  Facts facts = well();
  EXPECT_EQ(decided(facts, only_ok), (Decision{13, ok, ok, ok}));
  for (const Health health : {Health::warn, Health::alert}) {
    facts.last_good->health = health;
    EXPECT_EQ(decided(facts, only_ok), (Decision{13, ok, ok, bad}));
  }
}

}  // namespace
}  // namespace probes
