// What iris-main says, line by line: against files of our own in this directory, and against
// published logs where IRIS_SAMPLES_DIR has them.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <utility>

#include "golden/log_shape.h"
#include "main/main_fixture.h"

namespace standin_test {
namespace {

struct Version {
  const char* name;
  const char* opening;   ///< the first line of a cycle
  const char* recorded;  ///< file name
  const char* merge;     ///< content of the merge file; empty: none
  bool is_pid1;          ///< iris-main is PID 1, as in images without an init
  bool was_unclean;      ///< a start after an unclean stop has been recorded
};

constexpr std::array<Version, 3> versions{{
    {"2020.1", "[WARNING] No init process", "iris-main_2020.1_oximeter_full.log", "", true, false},
    {"2025.3", "[INFO] Executing command /home/irisowner/irissys/startISCAgent.sh",
     "iris-main_2025.3_in-explorer_full.log", "[config]\ngmheap=40000\n", false, true},
    {"2026.1", "[INFO] Writing status", "iris-main_2026.1_code-golf_full.log",
     "[config]\ngmheap=40000\n[Actions]\nCreateResource:Name=Mine\n", false, false},
}};

std::ostream& operator<<(std::ostream& out, const Version& version) {
  return out << version.name;
}

/// An entry of messages.log that a published cycle has at another place.
struct Exception {
  const char* version;
  const char* line;
  const char* reason;
};
constexpr std::array<Exception, 1> exceptions{{
    {"2025.3",
     "log: STAMP (PID) 0 [Database.MountedRW] Mounted database /usr/irissys/mgr/irislocaldata/ "
     "(SFN 3) read-write.",
     "in the start after an unclean stop two processes wrote at once: it stands before the end of "
     "the validation"},
}};

class Golden : public StandinMain {
 protected:
  void SetUp() override {
    StandinMain::SetUp();
    environment_.erase("ISC_DATA_DIRECTORY");
    fs::create_directories(top_ / "home/dev");
    environment_["IRISSYS"] = (top_ / "home/irissys").string();
  }

  [[nodiscard]] fs::path merge_file() const { return top_ / "home/dev/merge.cpf"; }

  /// Of the iris-main.log that grew since the last call, with the paths of an image.
  Lines cycle() {
    std::string text = read(top_ / "work" / "iris-main.log");
    text.erase(0, seen_);
    seen_ += text.size();
    std::string carets = top_.string();
    for (char& c : carets)
      if (c == '/') c = '^';
    text =
        replace_pattern(text, replace_pattern(carets, "\\^", "\\^") + "\\^home", "^home^irisowner");
    text = replace_pattern(text, top_.string() + "/home", "/home/irisowner");
    return lines_of(shape_of(replace_pattern(text, top_.string() + "/usr", "/usr/irissys")));
  }

  pid_t launch_version(const Version& version) {
    environment_["IRIS_STANDIN_PROFILE"] = version.name;
    if (*version.merge != '\0') {
      write(merge_file(), version.merge);
      environment_["ISC_CPF_MERGE_FILE"] = merge_file().string();
    }
    if (!version.is_pid1) return launch_main();
    fs::remove(output_file());
    const auto child = static_cast<pid_t>(
        ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, nullptr, nullptr, nullptr, 0));
    if (child == 0) {
      if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("proc", "/proc", "proc", 0, nullptr) != 0)
        ::_exit(126);
      become("iris-main", {}, output_file());
    }
    return child;
  }

  void edit_merge_file(const std::string& addition) const {
    write(top_ / "new.cpf", read(merge_file()) + addition);
    fs::rename(top_ / "new.cpf", merge_file());
  }

  /// The cycle that begins as a published one does; each kind is run once.
  const Lines& reproduce(const Version& version, const Lines& published) {
    const bool unclean = lines_with(published, "attempting WIJ compare") > 0;
    const std::size_t merges = lines_with(published, "Files differ; merging");
    Lines& ours = cycles_[{unclean, merges}];
    if (!ours.empty()) return ours;
    fs::remove_all(top_ / "usr");
    fs::create_directory(top_ / "usr");
    ours = unclean ? run_unclean_cycle(version) : run_cycle(version, merges);
    return ours;
  }
  [[nodiscard]] const std::map<std::pair<bool, std::size_t>, Lines>& reproduced() const {
    return cycles_;
  }

  /// Start, `merges` runtime merges, stop.
  Lines run_cycle(const Version& version, std::size_t merges = 1) {
    const pid_t child = launch_version(version);
    const bool merging = *version.merge != '\0';
    EXPECT_TRUE(says(merging ? "...copied " : "...started ")) << output();
    for (std::size_t done = 1; merging && done < merges; ++done) {
      edit_merge_file("; " + std::to_string(done) + "\n");
      EXPECT_TRUE(says("...copied ", done + 1));
    }
    return stopped(child);
  }

  Lines stopped(pid_t child) {
    EXPECT_EQ(terminate(child), 0);
    return cycle();
  }

  /// A start after an unclean stop, and a runtime merge that fails.
  Lines run_unclean_cycle(const Version& version) {
    const pid_t first = launch_version(version);
    EXPECT_TRUE(says("...copied "));
    EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
    stopped(first);
    const pid_t child = launch_version(version);
    EXPECT_TRUE(says("...started "));
    fault("merge_fault", "fail");
    edit_merge_file("; edited\n");
    EXPECT_TRUE(says(" exited with status 1792\n"));
    heal("merge_fault");
    return stopped(child);
  }

 private:
  std::map<std::pair<bool, std::size_t>, Lines> cycles_;
  std::size_t seen_ = 0;
};

/// Why a version cannot be run here, or empty.
std::string why_not(const Version& version) {
  if (version.is_pid1 && ::geteuid() != 0)
    return std::string{version.name} + ": only root can make the PID namespace that it needs";
  return {};
}

/// The same, but for the exceptions of the version, which are told. Empty, or where they part.
std::string compare(const Version& version, const Lines& published, const Lines& ours) {
  std::string parted = where_they_part(published, ours);
  for (const Exception& exception : exceptions) {
    if (parted.empty() || version.name != std::string{exception.version}) continue;
    parted = where_they_part(without_entry(published, exception.line),
                             without_entry(ours, exception.line));
    if (parted.empty())
      std::cout << version.name << ": exception: " << exception.line << "\n    " << exception.reason
                << "\n"
                << std::flush;
  }
  return parted;
}

class EveryVersion : public Golden, public testing::WithParamInterface<Version> {};

INSTANTIATE_TEST_SUITE_P(Of, EveryVersion, testing::ValuesIn(versions), [](const auto& version) {
  return replace_pattern(std::string{"v"} + version.param.name, "\\.", "_");
});

TEST_P(EveryVersion, SaysWhatTheFilesOfThisDirectoryHave) {
  const Version& version = GetParam();
  if (const std::string why = why_not(version); !why.empty()) GTEST_SKIP() << why;
  EXPECT_EQ(joined(run_cycle(version)),
            read(fs::path{GOLDEN_DIR} / (std::string{version.name} + ".txt")));
}

TEST_P(EveryVersion, SaysWhatThePublishedLogHasAndNothingElse) {
  const Version& version = GetParam();
  if (const std::string why = why_not(version); !why.empty()) GTEST_SKIP() << why;
  const char* const given = std::getenv("IRIS_SAMPLES_DIR");
  const fs::path file =
      fs::path{given == nullptr ? SAMPLES_DIR : given} / "logs" / version.recorded;
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there; IRIS_SAMPLES_DIR says where";

  const auto published = cycles_of(shape_of(read(file)), version.opening);
  ASSERT_FALSE(published.empty());
  Lines known;
  std::size_t whole = 0;
  for (const Lines& cycle : published) {
    known.insert(known.end(), cycle.begin(), cycle.end());
    const Lines& ours = reproduce(version, cycle);
    EXPECT_EQ(compare(version, cycle, ours), "");
    if (cycle == ours) ++whole;
  }
  EXPECT_GE(whole, 1U) << "all published cycles are cut off";
  for (const auto& [kind, ours] : reproduced())
    EXPECT_EQ(joined(unknown_to(known, ours)), "") << "said, but in no published log";
  std::cout << version.name << ": " << published.size()
            << " published cycles are ours, line by line; " << published.size() - whole
            << " of them are cut off\n"
            << std::flush;
}

TEST_F(Golden, AnUncleanStopAndAFailedMergeAreToldAsIn2025_3) {
  EXPECT_EQ(joined(run_unclean_cycle(versions[1])),
            read(fs::path{GOLDEN_DIR} / "2025.3-unclean.txt"));
}

}  // namespace
}  // namespace standin_test
