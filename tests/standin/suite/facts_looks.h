#pragma once
// Looks: what the commands show of a switch, each look with an instance of its own. What is seen is
// one text.
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include <algorithm>
#include <sstream>

#include "main/main_fixture.h"

namespace standin_test {

class Looks : public StandinMain {
 public:
  std::string second_start() {
    start();
    return std::to_string(iris({"start", "IRIS"}).status);
  }
  std::string qlist_of_another() { return std::to_string(iris({"qlist", "OTHER"}).status); }
  std::string session_when_down() { return std::to_string(session(is_suspended)); }
  std::string session_while_starting() {
    hold_a_start("start_merge");
    EXPECT_TRUE(eventually([this] { return !down(); }));
    return std::to_string(session(is_suspended));
  }
  std::string session_with_an_error() {
    start();
    return std::to_string(user_session("quit").status);
  }
  std::string text_while_starting() {
    hold_a_start("start_merge");
    EXPECT_TRUE(eventually([this] { return !down(); }));
    return without_date(status());
  }
  std::string text_at_the_end_of_a_start() {
    const fs::path said = hold_a_start("start_end");
    EXPECT_TRUE(eventually([&] { return contains(read(said), "1 alert(s) during startup"); }));
    return without_date(status());
  }

  std::string main_after_an_orderly_stop() {
    const pid_t child = launch_main();
    EXPECT_TRUE(says("...started ")) << output();
    return std::to_string(terminate(child));
  }
  std::string main_whose_iris_is_gone() {
    const pid_t child = launch_main({"--key", (top_ / "key").string()});
    EXPECT_TRUE(says("...started ")) << output();
    EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
    look_with_key(child);
    return end_of(child);
  }
  std::string main_whose_after_command_fails() {
    EXPECT_EQ(run("iris-main", {"--after", "exit 1"}).status, 1);
    return running() ? "running" : "down";
  }
  std::string main_whose_after_command_says_an_error() {
    const pid_t child = launch_main({"--after", "echo word >&2"});
    EXPECT_TRUE(eventually(
        [&] { return contains(output(), "...executed command echo") || has_ended(child); }));
    return end_of(child);
  }
  std::string main_and_a_line_of_messages_log() {
    const pid_t child = launch_main({"--key", (top_ / "key").string()});
    EXPECT_TRUE(says("...started ")) << output();
    EXPECT_EQ(session(freeze), 5);
    look_with_key(child);
    EXPECT_EQ(session(thaw), 5);
    EXPECT_EQ(end_of(child), "goes on");
    return contains(output(), "ExternalFreeze: System suspended") ? "copied" : "not copied";
  }

  std::string recovery_at_work() {
    start();
    EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
    fault("recovery_ms", "600000");
    launch_in_background({"start", "IRIS"});
    EXPECT_TRUE(eventually([this] { return process("-rRECOVERY") > 0; }));
    const pid_t pid = process("-rRECOVERY");
    std::string seen;
    int asleep = 0;
    EXPECT_TRUE(eventually([&] {
      asleep = is_asleep(pid) ? asleep + 1 : 0;
      if (processor_ticks(pid) >= 10) seen = "computes";
      if (asleep >= 5) seen = "waits";
      return !seen.empty();
    }));
    return seen;
  }
  std::string health_after_a_death() {
    start();
    EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
    start();
    return health();
  }
  std::string health_with_the_identity_of_another_host() {
    start();
    EXPECT_EQ(iris({"stop", "IRIS"}).status, 0);
    write(mgr() / "iris.ids", "another-host\n");
    start();
    return health();
  }
  std::string health_script_at_warn_and_alert() {
    start();
    std::string seen;
    for (const char* const value : {"warn", "alert"}) {
      fault("health", value);
      seen += std::to_string(run("irisHealth.sh", {}).status) + " ";
    }
    return seen;
  }

  std::string stop_while_frozen() {
    start();
    EXPECT_EQ(session(freeze), 5);
    return told(iris({"stop", "IRIS"}));
  }
  std::string stop_while_frozen_until_the_timeout() {
    start();
    EXPECT_EQ(session(freeze), 5);
    fault("clock_scale", "2000");  // ShutdownTimeout: 150 ms
    return told(iris({"stop", "IRIS"}));
  }
  std::string sigterm_to_the_write_daemon() {
    start();
    const pid_t pid = process("-rWRTDMN");
    EXPECT_EQ(::kill(pid, SIGTERM), 0);
    // An ignored signal is gone by now; another one ends it soon.
    const std::string about = read("/proc/" + std::to_string(pid) + "/status");
    if (is_ignored(SIGTERM, about)) return "ignored";
    EXPECT_TRUE(eventually([&] { return process("-rWRTDMN") == 0; }));
    return "ends it";
  }
  std::string start_with_an_unchanged_merge_file() {
    const std::string file = (top_ / "merge.cpf").string();
    environment_["ISC_CPF_MERGE_FILE"] = file;
    std::string copy = file + ".last_merge";
    std::replace(copy.begin(), copy.end(), '/', '^');
    for (const fs::path& path : {fs::path{file}, top_ / "usr" / copy})
      write(path, "[Startup]\nMine=1\n");
    start();
    EXPECT_NE(contains(messages(), " unchanged; skipping"), contains(cpf(), "\nMine=1\n"));
    return contains(cpf(), "\nMine=1\n") ? "merged" : "skipped";
  }
  std::string name_of_a_session() {
    start();
    const pid_t pid =
        launch("iris", {"session", "IRIS", "-U", "USER", "set ^a=1 hang 600"}, top_ / "session");
    EXPECT_TRUE(eventually([this] { return user_session("write $get(^a,0)").output == "1"; }));
    return lines_of(read("/proc/" + std::to_string(pid) + "/comm")).at(0);
  }
  std::string listings_when_down() {
    return std::to_string(iris({"qlist", "IRIS"}).status) + " " +
           std::to_string(iris({"list", "IRIS"}).status);
  }
  std::string directory_in_qlist() {
    return fs::path{qlist_field(iris({"qlist", "IRIS"}).output, 13)}.filename().string();
  }
  std::string resuming_with_stat() {
    start();
    EXPECT_EQ(session(freeze), 5);
    const int answer = iris({"stat", "IRIS", "-W"}).status;
    EXPECT_EQ(session(is_suspended), 3);
    return std::to_string(answer);
  }
  std::string freezing_twice() {
    start();
    EXPECT_EQ(session(freeze), 5);
    const int answer = session(freeze);
    EXPECT_EQ(session(is_suspended), 5);
    EXPECT_EQ(session("##class(Backup.General).ExternalThaw()"), 5);
    EXPECT_EQ(session(is_suspended), 3) << "one thaw is enough";
    return std::to_string(answer);
  }
  std::string force_when_down() { return told(iris({"force", "IRIS"})); }

  std::string qlist() {
    start();
    return told(iris({"qlist", "IRIS"}));
  }
  std::string failing_start() {
    const Ended ended = iris({"start", "IRIS"});
    EXPECT_TRUE(contains(ended.output, "Invalid Community Edition license")) << ended.output;
    EXPECT_TRUE(down());
    return told(ended);
  }
  std::string start_that_dies() {
    EXPECT_EQ(iris({"start", "IRIS"}).status, 128 + SIGKILL);
    heal("die_at");
    return told_of_recovery();
  }
  std::string stop_that_dies() {
    fault("die_at", "");
    start();
    fault("die_at", "stop");
    (void)iris({"stop", "IRIS"});
    heal("die_at");
    return told_of_recovery();
  }
  std::string processor_time_of_qlist() {
    const pid_t child = launch("iris", {"qlist", "IRIS"}, top_ / "output");
    rusage used{};
    EXPECT_EQ(::wait4(child, nullptr, 0, &used), child);
    const auto ms = [](const timeval& time) { return time.tv_sec * 1000 + time.tv_usec / 1000; };
    return ms(used.ru_utime) + ms(used.ru_stime) >= 59 ? "60 or more" : "less";
  }
  std::string size_of_the_segment() {
    start();
    shmid_ds about{};
    EXPECT_EQ(::shmctl(std::stoi(read(mgr() / "iris.shid")), IPC_STAT, &about), 0);
    return std::to_string(about.shm_segsz);
  }
  std::string force() { return answer_of({"force", "IRIS"}); }
  std::string sign_on() { return answer_of({"session", "IRIS", "-U", "%SYS", is_suspended}); }
  std::string stat() { return answer_of({"stat", "IRIS"}); }

 private:
  static bool has_ended(pid_t child) {
    siginfo_t end{};
    const bool asked =
        ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT) == 0;
    return asked && end.si_pid == child;
  }
  /// "goes on", and then it is ended, or its exit status.
  static std::string end_of(pid_t child) {
    if (has_ended(child)) return "ends with " + std::to_string(await(child));
    terminate(child);
    return "goes on";
  }
  static std::string without_date(const std::string& text) {
    return text.substr(0, std::min(text.find(", last used"), text.find(", since")));
  }
  /// Exit status and last line.
  static std::string told(const Ended& ended) {
    const auto lines = lines_of(ended.output);
    return std::to_string(ended.status) + " " + (lines.empty() ? "" : lines.back());
  }
  [[nodiscard]] std::string told_of_recovery() const {
    EXPECT_TRUE(eventually([this] { return down(); })) << status();
    return contains(iris({"start", "IRIS"}).output, "WIJ compare") ? "recovery" : "no recovery";
  }
  [[nodiscard]] std::string health() const {
    return qlist_field(iris({"qlist", "IRIS"}).output, 9);
  }
  void launch_in_background(const Words& words) const {
    ASSERT_GT(launch("iris", words, top_ / "background"), 0);
  }
  /// A start that waits at that point. Where it speaks.
  fs::path hold_a_start(const std::string& point) const {
    fault("hold_at", point);
    launch_in_background({"start", "IRIS"});
    return top_ / "background";
  }
  /// Until iris-main, which knows of this key, has looked around at least once, or is gone.
  void look_with_key(pid_t child) const {
    for (const std::string key : {"first", "second"}) {
      write(top_ / "new-key", key);
      fs::rename(top_ / "new-key", top_ / "key");
      EXPECT_TRUE(eventually([&] { return read(mgr() / "iris.key") == key || has_ended(child); }));
    }
  }
  /// A process of this instance with that argument, or 0.
  [[nodiscard]] pid_t process(const std::string& role) const {
    for (const auto& entry : fs::directory_iterator{"/proc"}) {
      const std::string line = read(entry.path() / "cmdline");
      if (contains(line, "-s" + mgr().string() + "/") && contains(line, role))
        return std::stoi(entry.path().filename().string());
    }
    return 0;
  }
  /// The fields of /proc/PID/stat behind the name: state first.
  static std::vector<std::string> stat_of(pid_t pid) {
    const std::string text = read("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream in{text.substr(std::min(text.rfind(')') + 1, text.size()))};
    std::vector<std::string> fields;
    for (std::string field; in >> field;)
      fields.push_back(field);
    fields.resize(std::max<std::size_t>(fields.size(), 15), "0");
    return fields;
  }
  static bool is_asleep(pid_t pid) { return stat_of(pid)[0] == "S"; }
  static long processor_ticks(pid_t pid) {
    const auto fields = stat_of(pid);
    return std::stol(fields[11]) + std::stol(fields[12]);
  }
  static bool is_ignored(int signal, const std::string& about) {
    const std::string name = "SigIgn:\t";
    const std::size_t at = about.find(name);
    if (at == std::string::npos) return false;
    return (std::stoull(about.substr(at + name.size(), 16), nullptr, 16) >> (signal - 1) & 1) != 0;
  }
  /// Exit status of a command to a running instance, or that it hangs: asleep for long.
  [[nodiscard]] std::string answer_of(const Words& words) {
    start();
    const pid_t child = launch("iris", words, top_ / "answer");
    int asleep = 0;
    EXPECT_TRUE(eventually([&] {
      asleep = is_asleep(child) ? asleep + 1 : 0;
      return asleep >= 20 || has_ended(child);
    }));
    if (!has_ended(child)) return "hangs";
    EXPECT_TRUE(running());
    return std::to_string(await(child));
  }
};

}  // namespace standin_test
