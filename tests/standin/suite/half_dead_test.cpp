// What the commands answer when processes of an instance were killed: the table in the README, row
// by row, with the switches that decide what nobody has documented.
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

struct Row {
  const char* killed;    // a role of irisdb, or "all"
  const char* switches;  // "name=value …"; the others have their defaults
  const char* marks;     // one for each answer, as in the README
  const char* qlist;     // status and health
  const char* start;     // exit status and the last line
  const char* stop;
  const char* force;
};

constexpr const char* up = "0 IRIS is already up!";
constexpr const char* refused = "1 Startup halted: shared memory of IRIS is still attached";
constexpr const char* started = "0 Starting IRIS";
constexpr const char* forced = "1 Forcing IRIS down";
constexpr const char* failed = "1 IRIS cannot be stopped";
constexpr const char* stopped = "0 Shutdown of IRIS complete";
constexpr const char* is_down = "0 IRIS is already down";
constexpr const char* force = "0 IRIS forced down";

constexpr auto table = std::to_array<Row>({
    {"CONTROL", "", "IIII", "running ok", up, forced, force},
    {"CONTROL", "control_death_health=hung", "UIII", "running hung", up, forced, force},
    {"CONTROL", "half_dead_start=refuse half_dead_stop=force", "IUUI", "running ok", refused,
     forced, force},
    {"CONTROL", "half_dead_stop=fail force_status=1", "IIUU", "running ok", up, failed,
     "1 IRIS forced down"},
    {"CONTROL", "half_dead_stop=works", "IIUI", "running ok", up, stopped, force},
    {"CONTROL", "daemon_tree=flat lock_kind=ofd", "IIII", "running ok", up, forced, force},
    {"CONTROL", "control_death=end", "UUUI", "down", started, is_down, force},
    {"CONTROL", "control_death=end stale_shm=up", "UUUI", "running hung", up, forced, force},
    {"WRTDMN", "", "DIII", "running hung", up, forced, force},
    {"WRTDMN", "half_dead_start=refuse half_dead_stop=force", "DUUI", "running hung", refused,
     forced, force},
    {"WRTDMN", "half_dead_stop=works", "DIUI", "running hung", up, stopped, force},
    {"WRTDMN", "daemon_tree=flat", "DIII", "running hung", up, forced, force},
    {"WRTDMN", "daemon_death=end", "UUUI", "down", started, is_down, force},
    {"JRNDMN", "", "DIII", "running hung", up, forced, force},
    {"JRNDMN", "half_dead_start=refuse half_dead_stop=fail", "DUUI", "running hung", refused,
     failed, force},
    {"JRNDMN", "half_dead_stop=works", "DIUI", "running hung", up, stopped, force},
    {"JRNDMN", "daemon_death=end stale_shm=up", "UUUI", "running hung", up, forced, force},
    {"USER", "", "IIII", "running ok", up, stopped, force},
    {"USER", "user_death_health=warn", "UIII", "running warn", up, stopped, force},
    {"all", "", "IIII", "down", started, is_down, force},
    {"all", "stale_shm=remove down_stop_status=1", "IIUI", "down", started,
     "1 IRIS is already down", force},
    {"all", "stale_shm=up half_dead_start=refuse", "UUUI", "running hung", refused, forced, force},
});

class HalfDead : public Standin {
 protected:
  [[nodiscard]] std::string answer(const std::string& verb) const {
    const Ended ended = iris({verb, "IRIS"});
    const auto lines = lines_of(ended.output);
    std::string last;
    for (const std::string& line : lines)
      if (!line.empty()) last = line;
    return std::to_string(ended.status) + " " + last;
  }

  [[nodiscard]] std::string seen() const {
    const std::string line = iris({"qlist", "IRIS"}).output;
    const std::string field = qlist_field(line, 4);
    const std::string health = qlist_field(line, 9);
    return field.substr(0, field.find(',')) + (health.empty() ? "" : " " + health);
  }

  [[nodiscard]] std::vector<pid_t> processes(const std::string& role) const {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator{"/proc"}) {
      const std::string line = read(entry.path() / "cmdline");
      if (contains(line, "-s" + mgr().string() + "/") &&
          (role == "all" || contains(line, "-r" + role)))
        found.push_back(std::stoi(entry.path().filename().string()));
    }
    return found;
  }

  /// A killed process holds its locks until it is a zombie.
  static bool is_gone(pid_t pid) {
    const std::string stat = read("/proc/" + std::to_string(pid) + "/stat");
    const auto name_end = stat.rfind(") ");
    return name_end == std::string::npos || stat.at(name_end + 2) == 'Z';
  }

  /// A running instance with these processes killed, and the others gone that go for it.
  void prepare(const Row& row) const {
    ASSERT_LE(iris({"force", "IRIS"}).status, 1);
    std::istringstream in{row.switches};
    for (std::string word; in >> word;)
      fault(word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
    start();
    // Users are still on their way when the start is over.
    ASSERT_TRUE(eventually([this] { return processes("USER").size() == 2; }));
    std::vector<pid_t> killed = processes(row.killed);
    ASSERT_FALSE(killed.empty());  // kill(0) would be the test's own end
    if (std::string{row.killed} == "USER") killed.resize(1);
    for (const pid_t pid : killed)
      ASSERT_EQ(::kill(pid, SIGKILL), 0);
    // Before that qlist may say what is waited for of an instance that is well.
    ASSERT_TRUE(eventually([&] { return std::all_of(killed.begin(), killed.end(), is_gone); }));
    ASSERT_TRUE(eventually([&] { return seen() == row.qlist; })) << seen();
  }
};

TEST_F(HalfDead, IsAnsweredAsTheTableSays) {
  for (const Row& row : table) {
    SCOPED_TRACE(std::string{row.killed} + " " + row.switches);
    fs::remove_all(top_ / "faults");
    fs::create_directory(top_ / "faults");
    fault("clock_scale", "500");  // ShutdownTimeout: 600 ms
    fault("dirty_health", "ok");  // a forced one comes back as if nothing had been
    prepare(row);
    EXPECT_EQ(answer("start"), row.start);
    prepare(row);
    EXPECT_EQ(answer("stop"), row.stop);
    prepare(row);
    EXPECT_EQ(answer("force"), row.force);
    EXPECT_TRUE(down());
    EXPECT_EQ(answer("start"), started);  // whatever it was, after a force it starts
  }
}

TEST_F(HalfDead, TheReadmeHasTheTable) {
  const std::string readme = read(STANDIN_README);
  for (const Row& row : table) {
    std::string text = "| " + std::string{row.killed} + " |";
    text += *row.switches == '\0' ? " |" : " `" + std::string{row.switches} + "` |";
    const char* mark = row.marks;
    for (const char* const cell : {row.qlist, row.start, row.stop, row.force})
      text += " `" + std::string{cell} + "` " + *mark++ + " |";
    EXPECT_TRUE(contains(readme, text)) << text;
  }
}

TEST_F(HalfDead, DiesWhereItIsTold) {
  fault("die_at", "start_merge");
  EXPECT_EQ(iris({"start", "IRIS"}).status, 128 + SIGKILL);
  fault("die_at", "start_daemons");
  EXPECT_EQ(iris({"start", "IRIS"}).status, 128 + SIGKILL);
  EXPECT_TRUE(eventually([this] { return processes("all").empty(); }));
  heal("die_at");
  start();
  fault("die_at", "stop_daemons");
  EXPECT_EQ(answer("stop"), "1 IRIS has ended before its shutdown was complete");
  heal("die_at");
  EXPECT_TRUE(contains(iris({"start", "IRIS"}).output, "WIJ compare"));
}

TEST_F(HalfDead, ADeathAroundAFreezeIsRecoveredFrom) {
  environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
  const auto user = [this](const std::string& code) {
    return iris({"session", "IRIS", "-U", "USER", code});
  };
  for (const std::string point : {"freeze", "frozen", "pass"}) {
    SCOPED_TRACE(point);
    start();
    fault("die_at", point);
    const bool acknowledged = user("set ^a=\"" + point + "\"").status == 0;
    if (point != "pass") {
      EXPECT_NE(session(freeze), 5);
    }
    ASSERT_TRUE(eventually([this] { return down(); })) << status();
    heal("die_at");
    start();
    if (acknowledged) {
      EXPECT_EQ(user("write ^a").output, point);
    }
    ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  }
  start();
  ASSERT_EQ(session(freeze), 5);
  fault("die_at", "thaw");
  EXPECT_NE(session(thaw), 5);
  heal("die_at");
  EXPECT_TRUE(eventually([this] { return down(); })) << status();
  start();
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(HalfDead, HundredsOfUsersComeAndGo) {
  environment_["IRIS_STANDIN_USER_PROCESSES"] = "300";
  environment_["IRIS_STANDIN_USER_CHURN"] = "200";
  start();
  // Some of them are still on their way when the start is over.
  EXPECT_TRUE(eventually([this] { return processes("USER").size() >= 300; }));
  EXPECT_TRUE(eventually([this] { return !processes("PASSING").empty(); }));
  EXPECT_EQ(seen(), "running ok");
  EXPECT_EQ(iris({"stop", "IRIS"}).status, 0);
  EXPECT_EQ(processes("all").size(), 0U);
}

TEST_F(HalfDead, AStopDuringAStopWaitsOrIsRefused) {
  start();
  ASSERT_EQ(session(freeze), 5);  // a stop waits for its end
  const pid_t first = launch("iris", {"stop", "IRIS"}, top_ / "first");
  ASSERT_TRUE(eventually([this] { return status() == "starting or stopping"; }));
  EXPECT_EQ(iris({"stop", "IRIS"}).status, 1);
  fault("busy", "wait");
  const pid_t second = launch("iris", {"stop", "IRIS"}, top_ / "second");
  EXPECT_EQ(status(), "starting or stopping");
  EXPECT_TRUE(still_running(first));
  EXPECT_TRUE(still_running(second));
  EXPECT_EQ(iris({"stat", "IRIS", "-W"}).status, 0);
  EXPECT_EQ(await(first), 0);
  EXPECT_EQ(await(second), 0);
  EXPECT_TRUE(contains(read(top_ / "second"), "IRIS is already down"));
  EXPECT_TRUE(down());
}

TEST_F(HalfDead, AStopThatWaitsInVainEndsWithAForce) {
  start();
  for (const pid_t pid : processes("WRTDMN"))
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
  ASSERT_TRUE(eventually([this] { return seen() == "running hung"; })) << seen();
  const pid_t stop = launch("iris", {"stop", "IRIS"}, top_ / "stop");
  ASSERT_TRUE(eventually([this] { return contains(messages(), "Shutting down"); }));
  EXPECT_EQ(iris({"stop", "IRIS"}).status, 1);  // that one keeps others out
  EXPECT_TRUE(still_running(stop));
  EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
  EXPECT_EQ(await(stop), 1);
  EXPECT_EQ(read(top_ / "stop"), "IRIS has ended before its shutdown was complete\n");
  start();
}

}  // namespace
}  // namespace standin_test
