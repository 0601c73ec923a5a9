#include "probes/status.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/probes/json_schema.h"
#include "tests/unit/probes/some_view.h"

namespace probes {
namespace {

using Json = nlohmann::ordered_json;

Json parsed(const View& view) {
  return Json::parse(status_json(view), nullptr, false);
}

TEST(Status, TheFieldsAreThoseOfTheHeader) {
  const Json json = parsed(some_view());
  ASSERT_TRUE(json.is_object());
  std::vector<std::string> keys;
  for (const auto& item : json.items())
    keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"version", "instance", "phase", "since", "started",
                                            "now", "reason", "safe_mode", "row", "probes", "qlist",
                                            "qlist_failure", "data", "freeze", "restarts", "merge",
                                            "pid1", "counters", "events"}));
  EXPECT_EQ(json["phase"], "up");
  EXPECT_EQ(json["qlist"]["state"], "running");
  EXPECT_EQ(json["qlist"]["health"], "alert");
  EXPECT_EQ(json["qlist"]["ports"]["superserver"], 1972);
  EXPECT_EQ(json["probes"]["ready"]["ok"], false);
  EXPECT_EQ(json["probes"]["ready"]["checks"][1]["why"], "health alert");
  EXPECT_TRUE(json["probes"]["ready"]["checks"][0]["why"].is_null());
  EXPECT_EQ(json["freeze"]["held_total"], 2);
  EXPECT_EQ(json["restarts"]["policy"], "restart");
  EXPECT_EQ(json["pid1"]["reaped_total"], 17);
  EXPECT_EQ(json["events"][1]["event"], "health.changed");
}

TEST(Status, EveryValueIsAsTheSchemaSays) {
  std::ifstream file{STATUS_SCHEMA};
  const JsonSchema schema{nlohmann::json::parse(file)};
  View full = some_view();
  full.data.trouble = DataTrouble::read_only;
  full.data.trouble_since = full.now;
  full.freeze.owner = full.freeze.last_reason = "x";
  full.freeze.last_outcome = "did_not_hold";
  full.freeze.since = full.freeze.lease_end = full.freeze.last_ended = 1;
  full.pid1.stop_step = full.qlist_failure = full.freeze.last_journal = "x";
  full.merge_json = "{}";
  full.freeze.windows = {{.owner = "job", .outcome = "held", .ended = 1, .frozen_seconds = 2.5},
                         {.owner = "x", .outcome = "unknown", .reason = "x", .journal = "/j/1"}};
  std::vector<View> views{View{}, some_view(), full};
  for (int i = 0; i < phase_count; ++i) {
    View view = full;
    view.phase = static_cast<Phase>(i);
    view.qlist.state = static_cast<State>(i % 6);
    view.qlist.health = static_cast<Health>(i % 6);
    view.freeze.state = static_cast<FreezeState>(i % freeze_state_count);
    view.data.trouble = static_cast<DataTrouble>(i % data_trouble_count);
    view.data.report->write = static_cast<TriedWrite>(i % tried_write_count);
    views.push_back(view);
  }
  for (const View& view : views)
    EXPECT_EQ(schema.problems_of(nlohmann::json::parse(status_json(view))),
              std::vector<std::string>{});
}

TEST(Status, TheSchemaFindsWhatDoesNotFit) {
  std::ifstream file{STATUS_SCHEMA};
  const JsonSchema schema{nlohmann::json::parse(file)};
  auto json = nlohmann::json::parse(status_json(some_view()));
  json["phase"] = "sideways";
  json["probes"]["live"]["ok"] = "yes";
  json["restarts"].erase("limit");
  json["news"] = 1;
  EXPECT_EQ(schema.problems_of(json).size(), 4U);
}

TEST(Status, WhatIsNotKnownIsNull) {
  const Json json = parsed(View{});
  for (const char* key : {"since", "started", "qlist", "qlist_failure", "merge"}) {
    EXPECT_TRUE(json[key].is_null()) << key;
  }
  EXPECT_TRUE(json["freeze"]["lease_end"].is_null());
  EXPECT_TRUE(json["freeze"]["owner"].is_null());
}

TEST(Status, TheMergeIsShownAsGiven) {
  View view = some_view();
  view.merge_json = R"({"b":[1,{"x":"]}"}],"a":null})";
  EXPECT_EQ(parsed(view)["merge"].dump(), view.merge_json);
}

TEST(Status, AMergeThatIsNoObjectOrTooLargeOrTooDeepIsLeftOut) {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const std::string large = "{\"a\":\"" + std::string(300'000, 'x') + "\"}";
  for (const std::string& text : {std::string{"{"}, std::string{"[1]"}, std::string{"1"},
                                  std::string{"{\"a\":1} x"}, deep, large}) {
    View view = some_view();
    view.merge_json = text;
    EXPECT_TRUE(parsed(view)["merge"].is_null()) << text.substr(0, 20);
    EXPECT_EQ(merge_text(text), "");
  }
}

TEST(Status, BytesThatAreNotUtf8AreReplaced) {
  View view = some_view();
  view.reason = "a\xff\"b";
  EXPECT_EQ(parsed(view)["reason"], "a\xef\xbf\xbd\"b");
}

TEST(Status, OnlyTheLastThousandEventsAreShown) {
  View view = some_view();
  view.events.clear();
  for (int i = 0; i < 1005; ++i)
    view.events.push_back({i, "a.b", std::to_string(i)});
  const Json json = parsed(view);
  ASSERT_EQ(json["events"].size(), 1000U);
  EXPECT_EQ(json["events"][0]["message"], "5");
  EXPECT_EQ(json["events"][999]["message"], "1004");
}

}  // namespace
}  // namespace probes
