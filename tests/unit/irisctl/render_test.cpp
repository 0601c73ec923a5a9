#include "supervisor/irisctl/render.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

constexpr std::string_view status = R"({
  "version": "1.2.3", "instance": "IRIS", "phase": "up", "since": 1800000000,
  "started": 1799999000, "now": 1800000100, "reason": "health alert", "safe_mode": false,
  "row": 13,
  "probes": {
    "startup": {"ok": true, "reason": "started", "checks": []},
    "live": {"ok": true, "reason": "well", "checks": [{"name": "health", "ok": true, "why": null}]},
    "ready": {"ok": false, "reason": "health alert", "checks": [
      {"name": "data", "ok": false, "why": "full"},
      {"name": "health", "ok": false, "why": "health alert"}]}},
  "qlist": {"state": "running", "status": "running, since Mon Jan  5 10:00:00 2026",
            "health": "alert", "version": "2025.3.0", "at": 1800000095},
  "qlist_failure": null,
  "freeze": {"state": "frozen", "owner": "me", "since": 1800000090, "lease_end": 1800000210,
             "last": {"outcome": "did_not_hold", "reason": "IRIS restarted", "journal": "/j/1",
                      "ended": 1799999500},
             "held_total": 2, "not_held_total": 1, "unknown_total": 3, "failed_total": 0},
  "restarts": {"in_window": 1, "limit": 3, "window_seconds": 600, "total": 4, "policy": "restart"},
  "merge": {"sources": [{"name": "a.cpf", "status": "used", "password": false, "errors": []},
                        {"name": "c.cpf", "status": "refused", "errors": ["c.cpf:3:1: broken"]},
                        {"name": "/run/pw", "status": "used", "password": true}],
            "warnings": ["two sources differ"]},
  "events": [{"time": 1799999001, "event": "iris.started", "message": "up after 12s"}]
})";

TEST(IrisctlRender, StatusTellsEverythingInOrder) {
  EXPECT_EQ(status_text(status),
            "instance   IRIS\n"
            "state      up: health alert\n"
            "since      2027-01-15 08:00:00 UTC, 1m40s ago\n"
            "           container started 2027-01-15 07:43:20 UTC, 18m20s ago\n"
            "startup    ok: started\n"
            "live       ok: well\n"
            "ready      FAILS: health alert\n"
            "           data: full\n"
            "qlist      running, since Mon Jan  5 10:00:00 2026; health alert; version 2025.3.0\n"
            "           asked 2027-01-15 08:01:35 UTC, 5.0s ago\n"
            "freeze     frozen by 'me' since 2027-01-15 08:01:30 UTC, 10.0s ago\n"
            "           lease ends 2027-01-15 08:03:30 UTC, in 1m50s\n"
            "           last: did_not_hold: IRIS restarted; ended 2027-01-15 07:51:40 UTC, "
            "10m00s ago\n"
            "           journal: /j/1\n"
            "           in all: 2 held, 1 did not hold, 3 unknown, 0 failed\n"
            "restarts   1 of 3 within 10m00s, 4 in all; policy restart\n"
            "merge      used     a.cpf\n"
            "           refused  c.cpf\n"
            "                    c.cpf:3:1: broken\n"
            "           used     /run/pw (password)\n"
            "           two sources differ\n"
            "events     2027-01-15 07:43:21 UTC  iris.started          up after 12s\n");
}

TEST(IrisctlRender, AStatusThatKnowsLittleIsStillShown) {
  EXPECT_EQ(status_text(R"({"instance":"IRIS","phase":"preparing","reason":"","now":1800000000,
      "qlist":null,"qlist_failure":"no answer","merge":null,"safe_mode":true})"),
            "instance   IRIS\n"
            "state      preparing\n"
            "agent      safe mode: it died too often and does only the necessary\n"
            "qlist      nothing yet\n"
            "           FAILS: no answer\n");
}

TEST(IrisctlRender, StatusOfTheWrongShapeIsHarmless) {
  for (const std::string_view data :
       {"", "[]", "{}", R"({"probes":7,"freeze":[],"events":{},"merge":"x","qlist":3,"now":"x"})",
        R"({"probes":{"live":{"checks":[1,null]}},"events":[null,1,"x"],"restarts":{}})",
        R"({"since":9223372036854775807,"now":9223372036854775807,"freeze":{"since":-5}})"})
    EXPECT_EQ(status_text(data).find('\x1b'), std::string::npos) << data;
}

TEST(IrisctlRender, OnlyTheLastEventsAreShown) {
  std::string events;
  for (int i = 0; i < 30; ++i)
    events += (i == 0 ? "" : ",") + std::string{R"({"time":1,"event":"e","message":"m)"} +
              std::to_string(i) + "\"}";
  const std::string text = status_text(R"({"events":[)" + events + "]}");
  EXPECT_EQ(text.find("m19\n"), std::string::npos);
  EXPECT_NE(text.find("m20\n"), std::string::npos);
  EXPECT_NE(text.find("m29\n"), std::string::npos);
}

TEST(IrisctlRender, NothingCommandsTheTerminal) {
  EXPECT_EQ(line_text("a\x1b[2Jb\nc\x7f"), "a [2Jb c \n");
  EXPECT_EQ(line_text("\xc2\x9b"
                      "2J ü \xc2\xa0"),
            " 2J ü \xc2\xa0\n");
  const std::string text = status_text(R"({"phase":"up","reason":"x\u001b[2J\n\u009by",
      "merge":{"\u001bkey":[{"a\u001b":"b\u001b"},["\u001b"]]}})");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("x [2J  y"), std::string::npos) << text;
}

TEST(IrisctlRender, FreezeTellsTheTokenOnALineOfItsOwn) {
  EXPECT_EQ(freeze_text({0, "frozen",
                         R"({"token":"abc","owner":"me","lease_end":1800000120,"lease_seconds":120,
      "already":false,"iris_deadman":true,"journal":"/j/2","seconds":1.25})"}),
            "frozen for 'me' until 2027-01-15 08:02:00 UTC, a lease of 2m00s; it took 1.2s\n"
            "journal: /j/2\n"
            "token: abc\n");
}

TEST(IrisctlRender, FreezeWarnsWhenIrisHasNoTimerOfItsOwn) {
  EXPECT_EQ(freeze_text({0, "", R"({"token":"abc","owner":"me","lease_end":1800000120,
      "lease_seconds":120,"already":true,"iris_deadman":false})"}),
            "already frozen for 'me' until 2027-01-15 08:02:00 UTC, a lease of 2m00s\n"
            "warning: IRIS has no time limit of its own for this freeze; only iris-agent ends it\n"
            "token: abc\n");
  EXPECT_EQ(freeze_text({0, "frozen", "{}"}), "frozen\n");
}

TEST(IrisctlRender, ThawTellsWhetherItHeld) {
  EXPECT_EQ(thaw_text({0, "", R"({"held":true,"reason":"","frozen_seconds":12.34,"journal":"/j/2",
      "how":"session"})"}),
            "held; frozen for 12.3s; a copy cut meanwhile is application-consistent\n"
            "journal: /j/2\n");
  EXPECT_EQ(thaw_text({4, "", R"({"held":false,"reason":"IRIS restarted","frozen_seconds":3,
      "ended_at":"2026-11-26T14:56:21.000Z","how":"without a session"})"}),
            "did not hold: IRIS restarted; it ended at 2026-11-26T14:56:21.000Z; frozen for 3.0s; "
            "a copy cut meanwhile is "
            "crash-consistent only\n"
            "thawed without a session\n");
  EXPECT_EQ(thaw_text({0, "thawed", "{}"}), "thawed\n");
  EXPECT_EQ(thaw_text({4, "", R"({"held":false,"verdict":"unknown","reason":"no session",
                     "evidence":"a line","already":true,"hooks":"'10-x' ended with 1"})"}),
            "not known to have held: no session; a copy cut meanwhile is crash-consistent only\n"
            "IRIS says: a line\nit was thawed before\n"
            "warning: post hook '10-x' ended with 1\n");
}

TEST(IrisctlRender, JsonIsIndented) {
  EXPECT_EQ(json_text(R"({"a":[1]})"), "{\n  \"a\": [\n    1\n  ]\n}\n");
  EXPECT_EQ(json_text("nonsense"), "{}\n");
}

TEST(IrisctlRender, DownIsWhatTheLastQlistTells) {
  EXPECT_TRUE(is_down(R"({"qlist":{"state":"down"},"qlist_failure":null})"));
  EXPECT_FALSE(is_down(R"({"qlist":{"state":"down"},"qlist_failure":"silent"})"));
  EXPECT_FALSE(is_down(R"({"qlist":{"state":"running"}})"));
  EXPECT_FALSE(is_down(R"({"qlist":null})"));
  EXPECT_EQ(token_in(R"({"token":"t"})"), "t");
  EXPECT_EQ(token_in(R"({"token":7})"), "");
}

TEST(MergeText, ShowsSourcesEditsAndEachParameter) {
  EXPECT_EQ(merge_text(R"({"sources": [
      {"name": "a.cpf", "status": "used", "warnings": ["a.cpf:1:1: warning: odd"]},
      {"name": "b.cpf", "status": "refused", "errors": ["b.cpf:3:1: error: broken"]},
      {"name": "/run/pw", "status": "used", "password": true, "password_changed": true}],
      "live": {"state": "waiting", "followed": true},
      "read_back": {"in_cpf": 1, "differs": 1, "next_start": 0, "parameters": [
        {"section": "config", "name": "gmheap", "state": "differs", "wanted": "1", "found": ""},
        {"section": "config", "name": "routines", "state": "in iris.cpf"}]}})"),
            "merge      used     a.cpf\n"
            "                    a.cpf:1:1: warning: odd\n"
            "           refused  b.cpf\n"
            "                    b.cpf:3:1: error: broken\n"
            "           used     /run/pw (password): changed, without effect\n"
            "edits      an edit waits for iris-main to take it over\n"
            "parameters 1 in iris.cpf, 1 differ, 0 take effect at the next start\n"
            "           [config] gmheap: differs; wanted 1, found nothing\n"
            "           [config] routines: in iris.cpf\n");
  EXPECT_EQ(merge_text("{}"), "");
  EXPECT_EQ(merge_text(R"({"cut": true})"), "merge      too long to be shown here: see /status\n");
}

}  // namespace
}  // namespace sup
