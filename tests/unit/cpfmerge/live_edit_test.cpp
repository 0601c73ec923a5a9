// cpfmerge follow and read-back: edits of the sources while IRIS runs.
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/unit/cpfmerge/program.h"
#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

class LiveEdit : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    fs::create_directory(root / "inst");
    environment["ISC_PACKAGE_INSTALLDIR"] = root / "inst";
    make_instance();
    write(root / "merge.d/10.cpf",
          "[config]\nroutines=64\n[Actions]\nModifyUser:Name=A,PasswordHash=" +
              vectors::sha512_value() + "\n");
  }
  std::string follow(const std::string& length = "20s") {
    const Ended ended = run({"follow", "--for", length});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const std::size_t blank = ended.out.find(' ');
    if (blank == std::string::npos) return ended.out;
    version = ended.out.substr(blank + 1, ended.out.size() - blank - 2);
    return ended.out.substr(0, blank) + "\n";
  }
  void confirm() { read_back({"--confirm", version}); }
  std::string version;  ///< of the effective file, as follow() told it
  nlohmann::json summary() const {
    return nlohmann::json::parse(contents(root / "run/merge.json"));
  }
  nlohmann::json read_back(std::vector<std::string> options = {}) {
    options.insert(options.begin(), "read-back");
    const Ended ended = run(options);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return nlohmann::json::parse(ended.out);
  }
};

TEST_F(LiveEdit, WithoutAChangeNothingIsComposed) {
  ASSERT_EQ(prepare().code, 0);
  const std::string earlier = merge_file();
  EXPECT_EQ(follow("0s"), "unchanged\n");
  EXPECT_EQ(merge_file(), earlier);
}

TEST_F(LiveEdit, IsComposedWithTheParametersAndTheNewActionsOnly) {
  ASSERT_EQ(prepare().code, 0);
  write(root / "merge.d/20.cpf", "[config]\ngmheap=65536\n[Actions]\nCreateResource:Name=%DB_X\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "routines=64\n"));
  EXPECT_TRUE(has(merge_file(), "gmheap=65536\n"));
  EXPECT_TRUE(has(merge_file(), "CreateResource:Name=%DB_X\n"));
  EXPECT_FALSE(has(merge_file(), "ModifyUser")) << "it would set the password again";
  const auto edit = summary().at("edit");
  EXPECT_EQ(edit.at("outcome"), "composed");
  EXPECT_EQ(edit.at("changed"), nlohmann::json::array({"[config] gmheap"}));
  EXPECT_EQ(edit.at("new_actions"), 1);
}

TEST_F(LiveEdit, AnActionIsGivenUntilItIsConfirmedAndAChangedOneAgain) {
  ASSERT_EQ(prepare().code, 0);
  write(root / "merge.d/20.cpf", "[Actions]\nCreateResource:Name=%DB_X\n");
  EXPECT_EQ(follow(), "composed\n");
  write(root / "merge.d/30.cpf", "[config]\ngmheap=65536\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "CreateResource:Name=%DB_X\n")) << "IRIS may not have got it";
  confirm();
  write(root / "merge.d/30.cpf", "[config]\ngmheap=131072\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_FALSE(has(merge_file(), "CreateResource"));
  write(root / "merge.d/20.cpf", "[Actions]\nCreateResource:Name=%DB_X,Description=x\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "CreateResource:Name=%DB_X,Description=x\n"));
}

TEST_F(LiveEdit, AnEditThatCameMeanwhileIsNotConfirmed) {
  ASSERT_EQ(prepare().code, 0);
  write(root / "merge.d/20.cpf", "[Actions]\nCreateResource:Name=%DB_X\n");
  EXPECT_EQ(follow(), "composed\n");
  const std::string first = version;
  write(root / "merge.d/30.cpf", "[Actions]\nCreateResource:Name=%DB_Y\n");
  EXPECT_EQ(follow(), "composed\n");
  read_back({"--confirm", first});
  write(root / "merge.d/40.cpf", "[config]\ngmheap=65536\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "%DB_Y"));
}

TEST_F(LiveEdit, AnActionThatComesBackIsNew) {
  ASSERT_EQ(prepare().code, 0);
  for (const char* const enabled : {"0", "1", "0"}) {
    write(root / "merge.d/20.cpf",
          std::string{"[Actions]\nModifyService:Name=%Service_CallIn,Enabled="} + enabled + "\n");
    EXPECT_EQ(follow(), "composed\n");
    EXPECT_TRUE(has(merge_file(), std::string{"Enabled="} + enabled + "\n"));
    confirm();
  }
}

TEST_F(LiveEdit, OnlyACommentIsNothingForIris) {
  ASSERT_EQ(prepare().code, 0);
  const std::string earlier = merge_file();
  write(root / "merge.d/20.cpf", "# to do\n");
  EXPECT_EQ(follow(), "same\n");
  EXPECT_EQ(merge_file(), earlier);
  EXPECT_EQ(summary().at("sources").size(), 3U);
}

TEST_F(LiveEdit, ASourceThatWasFineAndIsBrokenNowHoldsEverythingBack) {
  write(root / "merge.d/20.cpf", "[config]\nroutines=128\n");
  ASSERT_EQ(prepare().code, 0);
  const std::string earlier = merge_file();
  write(root / "merge.d/20.cpf", "[config\nroutines=128\n");
  write(root / "merge.d/30.cpf", "[config]\ngmheap=65536\n");
  EXPECT_EQ(follow(), "held\n");
  EXPECT_EQ(merge_file(), earlier) << "without the broken one, 10.cpf's value would reach IRIS";
  EXPECT_EQ(summary().at("sources").at(1).at("status"), "refused");
  EXPECT_TRUE(has(summary().at("sources").at(1).at("errors").at(0), "20.cpf:1:1: error: "));
  write(root / "merge.d/20.cpf", "[config]\nroutines=256\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "routines=256\n"));
  EXPECT_TRUE(has(merge_file(), "gmheap=65536\n"));
}

TEST_F(LiveEdit, ASourceThatWasNeverFineHoldsNothingBack) {
  write(root / "merge.d/20.cpf", "[config\n");
  ASSERT_EQ(prepare().code, 0);
  write(root / "merge.d/30.cpf", "[config]\ngmheap=65536\n");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_TRUE(has(merge_file(), "gmheap=65536\n"));
}

TEST_F(LiveEdit, WhatIsTakenOutOfTheSourcesIsTold) {
  write(root / "merge.d/20.cpf", "[config]\ngmheap=65536\n");
  ASSERT_EQ(prepare().code, 0);
  fs::remove(root / "merge.d/20.cpf");
  EXPECT_EQ(follow(), "composed\n");
  EXPECT_EQ(summary().at("edit").at("removed"), nlohmann::json::array({"[config] gmheap"}));
  EXPECT_FALSE(has(merge_file(), "ModifyUser"));
}

TEST_F(LiveEdit, AConfigMapThatIsSwappedIsSeenAtOnce) {
  const auto revision = [this](const char* name, const char* text) {
    fs::create_directory(root / "merge.d" / name);
    write(root / "merge.d" / name / "m.cpf", text);
    fs::create_directory_symlink(name, root / "merge.d/..data_tmp");
    fs::rename(root / "merge.d/..data_tmp", root / "merge.d/..data");
  };
  revision("..1", "[config]\ngmheap=65536\n");
  fs::create_symlink("..data/m.cpf", root / "merge.d/m.cpf");
  ASSERT_EQ(prepare().code, 0);
  const pid_t waiting = start({"follow", "--for", "60s"});
  revision("..2", "[config]\ngmheap=131072\n");
  EXPECT_TRUE(has(finish(waiting).out, "composed "));
  EXPECT_TRUE(has(merge_file(), "gmheap=131072\n"));
}

TEST_F(LiveEdit, AnotherPasswordIsToldToHaveNoEffectAndIsNotGivenToIris) {
  ASSERT_EQ(prepare().code, 0);
  const std::string earlier = merge_file();
  write(root / "password.new", "Secret 2\n");
  fs::rename(root / "password.new", root / "password");
  EXPECT_EQ(follow(), "same\n");
  EXPECT_EQ(merge_file(), earlier);
  EXPECT_TRUE(summary().at("edit").at("password_changed"));
  const Ended again = prepare();
  EXPECT_EQ(again.code, 0);
  EXPECT_TRUE(has(again.err, "another password than this instance was made with"));
}

TEST_F(LiveEdit, TheSamePasswordKeepsItsHashFromStartToStart) {
  ASSERT_EQ(prepare().code, 0);
  const std::string earlier = merge_file();
  ASSERT_EQ(prepare().code, 0);
  EXPECT_EQ(merge_file(), earlier);
}

TEST_F(LiveEdit, OnlyOneFollowsADirectory) {
  ASSERT_EQ(prepare().code, 0);
  const int fd = ::open((root / "run").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  const Ended ended = run({"follow", "--for", "0s"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.err, "another one follows"));
  ::close(fd);
  EXPECT_EQ(follow("0s"), "unchanged\n");
}

/// Whether it has the run directory open, or has ended instead.
bool is_at_the_lock(pid_t pid, const fs::path& directory) {
  siginfo_t ended{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0)
    return true;
  if (ended.si_pid == pid) return true;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", gone})
    if (fs::read_symlink(entry, gone) == directory) return true;
  return false;
}

// The helper of an agent that was killed ends a moment after the next agent has started its own.
TEST_F(LiveEdit, WhoFollowsWaitsForAPredecessorThatEnds) {
  ASSERT_EQ(prepare().code, 0);
  const int fd = ::open((root / "run").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  const pid_t next = start({"follow", "--for", "0s"});
  while (!is_at_the_lock(next, root / "run")) {
  }
  ::close(fd);
  const Ended ended = finish(next);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "unchanged\n");
}

TEST_F(LiveEdit, ReadBackTellsOfEachParameter) {
  write(root / "data/iris.cpf", "[config]\nroutines=64\ngmheap=37568\n");
  write(root / "merge.d/20.cpf", "[config]\ngmheap=65536\n");
  ASSERT_EQ(prepare().code, 0);
  auto json = read_back({"--started"});
  EXPECT_EQ(json.at("in_cpf"), 1);
  EXPECT_EQ(json.at("differs"), 2);  // gmheap and the password
  EXPECT_EQ(json.at("merged"), false);
  EXPECT_EQ(json.at("parameters").at(0).at("state"), "differs");
  EXPECT_EQ(json.at("parameters").at(0).at("found"), "37568");
  write(root / "data/iris.cpf", "[config]\nroutines=64\ngmheap=65536\n");
  json = read_back();
  EXPECT_EQ(json.at("next_start"), 1);
  json = read_back({"--started"});
  EXPECT_EQ(json.at("next_start"), 0);
  EXPECT_EQ(json.at("in_cpf"), 2);
}

TEST_F(LiveEdit, ReadBackKnowsTheCopyOfIrisMainUnderBothNames) {
  ASSERT_EQ(prepare().code, 0);
  std::string flat = root / "run/merge.cpf";
  std::replace(flat.begin(), flat.end(), '/', '^');
  for (const std::string& name : {flat + ".last_merge", std::string{"iris.cpf.last_merge"}}) {
    EXPECT_EQ(read_back().at("merged"), false);
    write(root / "inst" / name, merge_file());
    EXPECT_EQ(read_back().at("merged"), true) << name;
    fs::remove(root / "inst" / name);
  }
}

TEST_F(LiveEdit, NothingOfItShowsASecret) {
  ASSERT_EQ(prepare().code, 0);
  write(root / "merge.d/20.cpf", "[Startup]\nPasswordHash=topsecret,2\n");
  const Ended ended = run({"follow", "--for", "20s"});
  for (const std::string& said :
       {ended.out, ended.err, contents(root / "run/merge.json"), read_back().dump()}) {
    EXPECT_FALSE(has(said, "topsecret"));
    EXPECT_FALSE(has(said, std::string{vectors::sha512_hash.substr(0, 16)}));
  }
  for (const char* const file : {"merge.cpf", "merge.done", "merge.seen"}) {
    struct stat info {};
    ASSERT_EQ(::stat((root / "run" / file).c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 07777U, 0600U) << file;
  }
}

}  // namespace
}  // namespace cpf
