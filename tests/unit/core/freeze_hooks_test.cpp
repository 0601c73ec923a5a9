// Which files are hooks of a freeze, and what they are told.
#include "supervisor/core/freeze_hooks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

TEST(FreezeHooks, AreNamedAsRunPartsHasIt) {
  for (const char* const name : {"10-quiesce", "a", "A_b-9", "0"})
    EXPECT_TRUE(is_hook_name(name)) << name;
  for (const char* const name :
       {"", ".", "..data", "10-x.sh", "x~", "x.dpkg-old", "a b", "a/b", "h\303\266ok"})
    EXPECT_FALSE(is_hook_name(name)) << name;
}

TEST(FreezeHooks, AreToldWhoFreezesAndHowItEnded) {
  const Lease lease{.owner = "job=1", .token = "abc", .began_at = 0, .end_at = seconds(90)};
  FreezeOutcome outcome;
  EXPECT_EQ(hook_environment(HookPhase::pre, lease, outcome, false),
            (std::vector<std::string>{"IRIS_FREEZE_PHASE=pre", "IRIS_FREEZE_OWNER=job=1",
                                      "IRIS_FREEZE_TOKEN=abc", "IRIS_FREEZE_LEASE=90"}));
  const auto has = [&](bool frozen, const std::string& entry) {
    const auto all = hook_environment(HookPhase::post, lease, outcome, frozen);
    return std::find(all.begin(), all.end(), entry) != all.end();
  };
  outcome.reason = "confirm: a\nb";
  EXPECT_TRUE(has(false, "IRIS_FREEZE_OUTCOME=failed"));
  EXPECT_TRUE(has(false, "IRIS_FREEZE_REASON=confirm: a b"));
  EXPECT_TRUE(has(true, "IRIS_FREEZE_OUTCOME=did_not_hold"));
  outcome.known = false;
  EXPECT_TRUE(has(true, "IRIS_FREEZE_OUTCOME=unknown"));
  outcome = {.held = true};
  EXPECT_TRUE(has(true, "IRIS_FREEZE_OUTCOME=held"));
  EXPECT_TRUE(has(true, "IRIS_FREEZE_REASON="));
}

}  // namespace
}  // namespace sup
