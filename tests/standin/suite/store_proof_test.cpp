// What the store has to prove: that it can be torn, that a freeze prevents it, and what a crash
// costs. A few rounds; with STANDIN_PROOFS=long two hundred of each.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

bool is_long() {
  const char* const wanted = std::getenv("STANDIN_PROOFS");
  return wanted != nullptr && std::string{wanted} == "long";
}

int rounds(int in_short) {
  return is_long() ? 200 : in_short;
}

constexpr int consistent = 0;
constexpr int recoverable = 1;
constexpr int torn = 2;

/// Milliseconds since boot, as acknowledgements have them.
std::int64_t boot_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// A line `NUMBER MS …` of the file that a load writes.
struct Acknowledgement {
  std::int64_t number = 0;
  std::int64_t at_ms = 0;
  std::string line;
};

std::vector<Acknowledgement> acknowledgements(const std::string& text) {
  std::vector<Acknowledgement> all;
  for (const std::string& line : lines_of(text.substr(0, text.rfind('\n') + 1))) {
    Acknowledgement one{0, 0, line};
    std::istringstream{line} >> one.number >> one.at_ms;
    all.push_back(one);
  }
  return all;
}

std::int64_t first_of(const std::vector<Acknowledgement>& all) {
  return std::min_element(all.begin(), all.end(),
                          [](const auto& a, const auto& b) { return a.number < b.number; })
      ->number;
}

/// Why a copy is torn: what is wrong with a database after all that could mend it, or else the last
/// thing that was said.
std::string reason_of(const std::string& output) {
  std::string reason;
  bool of_a_database = false;
  for (const std::string& line : lines_of(output)) {
    if (line.starts_with("with the pages of ")) of_a_database = false;
    const bool names_one = line.starts_with("database ") && !line.ends_with(": whole");
    if (line.starts_with("verdict: ") || (of_a_database && !names_one)) continue;
    of_a_database = of_a_database || names_one;
    reason = line;
  }
  return reason;
}

/// Pages of one database that were copied while others of it changed; not merely a file that ends
/// too early, or one that is older than the next.
bool is_of_two_moments(const std::string& reason) {
  return contains(reason, ": its pages are of different passes") ||
         contains(reason, "has a wrong checksum") || contains(reason, " is out of place") ||
         contains(reason, " records, the header says ");
}

class StoreProof : public Standin {
 protected:
  /// Sessions that write until they are stopped or their instance is gone.
  pid_t begin_load(const std::string& hang) const {
    return launch("iris-standin",
                  {"load", "600", "3", "--acknowledged", acknowledged().string(), "--hang", hang},
                  top_ / "load");
  }
  [[nodiscard]] fs::path acknowledged() const { return top_ / "acknowledged"; }
  [[nodiscard]] std::size_t acknowledged_bytes() const {
    std::error_code none_yet;
    const auto size = fs::file_size(acknowledged(), none_yet);
    return none_yet ? 0 : size;
  }
  void wait_for_load(std::size_t bytes) const {
    ASSERT_TRUE(eventually([&] { return acknowledged_bytes() >= bytes; })) << read(top_ / "load");
  }

  [[nodiscard]] Ended verify(const fs::path& directory, const fs::path& acknowledged) const {
    return run("iris-standin",
               {"irisdb", "--verify", directory.string(), "--acknowledged", acknowledged.string()});
  }

  /// As a backup does that nobody told to freeze: one file after the other.
  [[nodiscard]] fs::path copy_data() const {
    fs::path copy = top_ / "copy";
    fs::remove_all(copy);
    std::error_code error;
    fs::copy(data(), copy, fs::copy_options::recursive, error);
    EXPECT_FALSE(error) << "the copy is not whole: " << error.message();
    return copy;
  }

  void kill_all_daemons() const {
    const std::vector<pid_t> control = orphans();
    ASSERT_EQ(control.size(), 1U);
    const std::string pid = std::to_string(control[0]);
    std::istringstream children{read("/proc/" + pid + "/task/" + pid + "/children")};
    std::vector<pid_t> all = control;
    for (pid_t child = 0; children >> child;)
      all.push_back(child);
    for (const pid_t one : all)
      ASSERT_EQ(::kill(one, SIGKILL), 0);
    for (const pid_t one : all)
      EXPECT_EQ(await(one), 128 + SIGKILL);
  }

  /// One crash under load. Afterwards the instance is up again and has recovered.
  struct Crash {
    std::int64_t at_ms = 0;
    std::int64_t durable_number = 0;  ///< as the journal daemon has said before
    std::int64_t durable_before = 0;
    std::vector<Acknowledgement> acknowledged;
    std::vector<Acknowledgement> lost;
  };
  void crash(const std::string& hang, std::size_t bytes, Crash& crash) const {
    fs::remove(acknowledged());
    const pid_t load = begin_load(hang);
    wait_for_load(bytes);
    const std::string said = iris({"stat", "IRIS", "--journal"}).output;
    std::istringstream{said} >> crash.durable_number >> crash.durable_before;
    crash.at_ms = boot_ms();
    kill_all_daemons();
    EXPECT_EQ(await(load), 1);
    const Ended offline = verify(data(), acknowledged());
    ASSERT_NE(offline.status, torn) << offline.output;
    start();
    const Ended recovered = verify(data(), acknowledged());
    ASSERT_EQ(recovered.status, consistent) << recovered.output;
    // What the checker foretold is what the start did.
    EXPECT_EQ(missing_line(offline.output, "after recovery"),
              missing_line(recovered.output, "after recovery"));
    EXPECT_FALSE(contains(recovered.output, "(hole")) << recovered.output;
    crash.acknowledged = acknowledgements(read(acknowledged()));
    const std::int64_t first_lost = first_missing(recovered.output);
    for (const Acknowledgement& one : crash.acknowledged)
      if (first_lost != 0 && one.number >= first_lost) crash.lost.push_back(one);
  }

  static std::string missing_line(const std::string& output, const std::string& when) {
    for (const std::string& line : lines_of(output))
      if (line.starts_with("missing " + when)) return line;
    return "no line";
  }
  /// Of `missing after recovery: 3 (tail: 8 to 10) of 12 acknowledged`; 0: nothing is missing.
  static std::int64_t first_missing(const std::string& output) {
    const std::string line = missing_line(output, "after recovery");
    const std::size_t at = line.find("(tail: ");
    return at == std::string::npos ? 0 : std::stoll(line.substr(at + 7));
  }
};

TEST_F(StoreProof, ACopyWithoutAFreezeCanBeTorn) {
  environment_["IRIS_STANDIN_WD_PERIOD_MS"] = "1";
  start();
  // Something to copy, so that the copy of one file is older than that of the next.
  ASSERT_EQ(
      user_session("for i=1:1:10000 set ^ballast(i)=\"" + std::string(200, 'x') + "\"").status, 0);
  const pid_t load = begin_load("0.005");
  wait_for_load(1000);
  int copies = 0;
  int of_two_moments = 0;
  std::map<std::string, int> reasons;
  const int most = rounds(100);
  for (; copies < most && (is_long() || of_two_moments == 0); ++copies) {
    const Ended copy = run("iris-standin", {"irisdb", "--verify", copy_data().string()});
    ASSERT_FALSE(HasFailure());
    if (copy.status != torn) continue;
    const std::string reason = reason_of(copy.output);
    ++reasons[replace_pattern(reason, "[0-9]+", "N")];
    if (is_of_two_moments(reason)) ++of_two_moments;
  }
  ::kill(load, SIGKILL);
  await(load);
  std::cout << "of " << copies << " copies without a freeze are torn:" << std::endl;
  for (const auto& [reason, count] : reasons)
    std::cout << "  " << count << " " << reason << std::endl;
  EXPECT_GT(of_two_moments, 0);
}

TEST_F(StoreProof, CopiesInsideAFreezeAreWholeAndHoldAllThatWasAcknowledged) {
  environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
  start();
  const pid_t load = begin_load("0.02");
  wait_for_load(1000);
  ASSERT_EQ(session(freeze), 5);
  const std::string before_copies = read(acknowledged());
  const int copies = rounds(60);
  for (int i = 0; i < copies; ++i) {
    // All that is acknowledged before the copy begins has to be in it.
    const fs::path known = top_ / "known";
    fs::copy_file(acknowledged(), known, fs::copy_options::overwrite_existing);
    const Ended copy = verify(copy_data(), known);
    // What was written since the freeze lies behind the databases, in the journal.
    ASSERT_LE(copy.status, recoverable) << i << "\n" << copy.output;
    ASSERT_TRUE(contains(copy.output, "missing after recovery: 0 of ")) << i << copy.output;
    ASSERT_FALSE(contains(copy.output, "(hole")) << i << copy.output;
  }
  EXPECT_EQ(session(is_suspended), 5);
  EXPECT_GT(acknowledged_bytes(), before_copies.size());  // it was not quiet
  ASSERT_EQ(session(thaw), 5);
  ::kill(load, SIGKILL);
  await(load);
}

TEST_F(StoreProof, ACrashLosesNothingThatTheJournalHoldsOnDisk) {
  environment_["IRIS_STANDIN_CLOCK_SCALE"] = "20";
  environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
  environment_["IRIS_STANDIN_WD_PERIOD_MS"] = "600";
  start();
  std::string all;
  for (int round = 0; round < rounds(15); ++round) {
    SCOPED_TRACE(round);
    Crash once;
    crash("0", static_cast<std::size_t>(1000 + round % 7 * 1000), once);
    if (HasFatalFailure()) return;
    EXPECT_TRUE(once.lost.empty()) << once.lost.front().line;
    all += read(acknowledged());
  }
  write(top_ / "all", all);
  const Ended end = verify(data(), top_ / "all");
  EXPECT_TRUE(contains(end.output, "missing after recovery: 0 of ")) << end.output;
  std::cout << missing_line(end.output, "after recovery") << std::endl;
}

// That a flush begins every two seconds is the daemon's to keep; how old the oldest lost change was
// is printed, as it is a matter of the machine.
TEST_F(StoreProof, ACrashLosesNothingOfADeferredJournalFromBeforeItsLastFlush) {
  constexpr std::int64_t scale = 40;
  constexpr std::int64_t window_ms = 2000 / scale;
  environment_["IRIS_STANDIN_CLOCK_SCALE"] = std::to_string(scale);
  // No pass comes to the journal's help.
  environment_["IRIS_STANDIN_WD_PERIOD_MS"] = "8000";
  environment_["IRIS_STANDIN_CACHE_BYTES"] = "33554432";
  start();
  std::string kept;
  std::vector<std::int64_t> oldest_lost;
  std::size_t promised = 0;
  for (int round = 0; round < rounds(15); ++round) {
    SCOPED_TRACE(round);
    Crash once;
    crash("0.04", static_cast<std::size_t>(1000 + round % 5 * 10'000), once);  // 1 ms
    if (HasFatalFailure()) return;
    for (const Acknowledgement& one : once.acknowledged)
      if (once.lost.empty() || one.number < first_of(once.lost)) kept += one.line + "\n";
    std::int64_t oldest = 0;
    for (const Acknowledgement& one : once.acknowledged)
      promised += one.number <= once.durable_number && one.at_ms < once.durable_before ? 1 : 0;
    for (const Acknowledgement& one : once.lost) {
      EXPECT_GT(one.number, once.durable_number) << one.line;
      EXPECT_GE(one.at_ms, once.durable_before) << one.line;
    }
    for (const Acknowledgement& one : once.lost)
      oldest = std::max(oldest, once.at_ms - one.at_ms);
    oldest_lost.push_back(oldest);
  }
  write(top_ / "kept", kept);
  const Ended end = verify(data(), top_ / "kept");
  EXPECT_TRUE(contains(end.output, "missing after recovery: 0 of ")) << end.output;
  std::sort(oldest_lost.begin(), oldest_lost.end());
  const std::int64_t median = oldest_lost[oldest_lost.size() / 2];
  std::cout << "oldest lost change, ms before the crash: median " << median << ", most "
            << oldest_lost.back() << " (journal every " << window_ms << ")" << std::endl;
  EXPECT_GT(oldest_lost.back(), 0) << "nothing was ever lost: the journal is not deferred";
  EXPECT_GT(promised, 0U) << "the journal daemon never said that it has anything";
}

}  // namespace
}  // namespace standin_test
