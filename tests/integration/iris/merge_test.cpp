// Live edits of the merge sources, from the file to IRIS's own CPF and back to the status.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;
namespace fs = std::filesystem;

/// As an editor does it: whoever reads it meets the whole of it.
void edit(const IrisContainer& container, const string& name, const string& text) {
  fs::rename(container.dir.write("edit.new", text), container.dir / name);
}

nlohmann::json merge_of(const IrisContainer& container, const Program& init) {
  const auto answer = container.irisctl(init, {"merge", "-o", "json"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  return nlohmann::json::parse(answer.out, nullptr, false);
}

/// What IRIS started with is read back once it is up; an edit before that counts as there at the
/// start.
bool wait_for_reading(const IrisContainer& container, const Program& init, Deadline deadline) {
  return wait_until(
      [&] { return !merge_of(container, init).value("read_back", nlohmann::json()).is_null(); },
      deadline);
}

TEST(IrisMerge, AnEditReachesIrisThroughIrisMainAndIsReadBack) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.fault("merge_file_swap", "noticed");  // by iris-main; without it we have to ask
  container.fault("merge_poll_ms", "100");
  Program init = container.start_up();
  ASSERT_TRUE(wait_for_reading(container, init, within(20s))) << init.log();
  edit(container, "merge.d/60-live.cpf",
       "[config]\ngmheap=300000\n[SQL]\nLockTimeout=20\n"
       "[Actions]\nCreateNamespace:Name=LIVE,Globals=USER\n");
  ASSERT_TRUE(init.wait_for_event("merge.edited", within(20s))) << init.log();
  const auto applied = init.wait_for_event("merge.applied", within(20s));
  ASSERT_TRUE(applied) << init.log() << init.out();
  EXPECT_NE(applied->value("msg", "").find("iris-main"), string::npos);
  const string cpf = container.dir.read("data/iris/iris.cpf");
  EXPECT_NE(cpf.find("gmheap=300000\n"), string::npos) << cpf;
  EXPECT_NE(cpf.find("LIVE=USER\n"), string::npos) << cpf;
  ASSERT_TRUE(init.wait_for_event("merge.next_start", within(20s))) << init.log();
  const auto shown = merge_of(container, init);
  EXPECT_EQ(shown.at("live").at("state"), "settled");
  EXPECT_EQ(shown.at("live").at("applied_total"), 1);
  EXPECT_EQ(shown.at("read_back").at("differs"), 0) << shown;
  EXPECT_EQ(shown.at("read_back").at("next_start"), 1) << shown;
  EXPECT_TRUE(init.events("merge.asked").empty()) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
}

TEST(IrisMerge, WhatIrisMainDoesNotSeeIsMergedOnceByIrisMerge) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_MERGE_APPLY_AFTER", "1s");
  container.fault("merge_poll_ms", "3600000");  // it looks once, right after the start
  Program init = container.start_up();
  edit(container, "merge.d/60-live.cpf",
       "[SQL]\nLockTimeout=20\n[Actions]\nCreateNamespace:Name=LIVE,Globals=USER\n");
  ASSERT_TRUE(init.wait_for_event("merge.edited", within(20s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("merge.asked", within(20s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("merge.applied", within(20s))) << init.log();
  const string cpf = container.dir.read("data/iris/iris.cpf");
  EXPECT_NE(cpf.find("LockTimeout=20\n"), string::npos) << cpf;
  EXPECT_NE(cpf.find("LIVE=USER\n"), string::npos) << cpf;
  EXPECT_EQ(init.events("merge.asked").size(), 1U);
}

TEST(IrisMerge, ABrokenEditNeverReachesIrisAndShowsEverywhere) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  Program init = container.start_up();
  const string before = container.dir.read("run/merge.cpf");
  edit(container, "merge.d/50-port.cpf", "[Startup\nDefaultPort=1999\n");
  const auto refused = init.wait_for_event("merge.refused", within(20s));
  ASSERT_TRUE(refused) << init.log();
  EXPECT_NE(refused->value("msg", "").find("50-port.cpf:1:1: error: "), string::npos);
  EXPECT_EQ(container.dir.read("run/merge.cpf"), before);
  const auto text = container.irisctl(init, {"merge"});
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("refused"), string::npos) << text.out;
  EXPECT_NE(text.out.find("50-port.cpf:1:1: error: "), string::npos) << text.out;
  const auto metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  EXPECT_NE(metrics.find("iris_init_merge_sources{status=\"refused\"} 1\n"), string::npos)
      << metrics;
  EXPECT_NE(metrics.find("iris_init_merge_edits_total{outcome=\"held\"} 1\n"), string::npos);
  EXPECT_NE(http_get(IrisContainer::port, "/", within(5s)).body.find("50-port.cpf:1:1"),
            string::npos);
  EXPECT_EQ(IrisContainer::probe("readyz"), 200) << "a bad edit costs nothing";
}

TEST(IrisMerge, AFailedMergeIsToldAndNotRepeated) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_MERGE_APPLY_AFTER", "1s");
  Program init = container.start_up();
  container.fault("merge_fault", "fail");
  edit(container, "merge.d/60-live.cpf", "[SQL]\nLockTimeout=20\n");
  ASSERT_TRUE(init.wait_for_event("merge.failed", within(20s))) << init.log();
  EXPECT_EQ(merge_of(container, init).at("live").at("state"), "failed");
  container.fault("merge_fault", "");
  edit(container, "merge.d/60-live.cpf", "[SQL]\nLockTimeout=30\n");
  ASSERT_TRUE(init.wait_for_event("merge.applied", within(20s))) << init.log();
  EXPECT_EQ(init.events("merge.failed").size(), 1U) << init.log();
  EXPECT_NE(container.dir.read("data/iris/iris.cpf").find("LockTimeout=30\n"), string::npos);
}

TEST(IrisMerge, AnotherAgentCarriesAnEditOn) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_MERGE_APPLY_AFTER", "2s");
  Program init = container.start_up();
  container.fault("merge_fault", "hang");
  edit(container, "merge.d/60-live.cpf", "[SQL]\nLockTimeout=20\n");
  ASSERT_TRUE(init.wait_for_event("merge.edited", within(20s))) << init.log();
  // The oldest; a younger one is about to become a helper.
  const auto agents = descendants_named(init.pid(), "iris-agent");
  ASSERT_FALSE(agents.empty());
  ::kill(agents.front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(10s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("merge.asked", within(20s))) << init.log();
}

TEST(IrisMerge, AMergeThatHangsGivesWayToARestart) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_MERGE_APPLY_AFTER", "1s");
  container.main_outlives_iris();
  Program init = container.start_up();
  container.fault("merge_fault", "hang");
  edit(container, "merge.d/60-live.cpf", "[SQL]\nLockTimeout=20\n");
  ASSERT_TRUE(init.wait_for_event("merge.asked", within(20s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("command.started", within(10s))) << init.log();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(30s))) << init.log();
}

TEST(IrisMerge, TheSecretsOfAnEditAreShownNowhere) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.fault("merge_file_swap", "noticed");  // by iris-main; without it we have to ask
  container.fault("merge_poll_ms", "100");
  Program init = container.start_up();
  const string hash(40, 'b');
  edit(container, "merge.d/60-live.cpf",
       "[Actions]\nModifyUser:Name=Admin,PasswordHash=" + hash + ",abcdefgh\n");
  ASSERT_TRUE(init.wait_for_event("merge.applied", within(20s))) << init.log();
  container.dir.write("secret/password", "Another-Horse-8\n");
  ASSERT_TRUE(init.wait_for_event("merge.password", within(20s))) << init.log();
  const string shown = merge_of(container, init).dump() + container.irisctl(init, {"merge"}).out +
                       http_get(IrisContainer::port, "/status", within(5s)).body +
                       http_get(IrisContainer::port, "/metrics", within(5s)).body + init.log();
  EXPECT_EQ(shown.find(hash), string::npos);
  EXPECT_EQ(shown.find("Horse"), string::npos);
}

}  // namespace
}  // namespace testing_support
