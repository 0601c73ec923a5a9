#include "supervisor/core/iris_main_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace sup {
namespace {

IrisMainOptions parse(std::vector<const char*> words) {
  words.insert(words.begin(), "/iris-main");
  words.push_back(nullptr);
  return parse_iris_main_options(words.data());
}

TEST(IrisMainOptions, AreTheUsualOnesWhenNothingIsGiven) {
  const IrisMainOptions options = parse({});
  EXPECT_EQ(options.instance, "");
  EXPECT_TRUE(options.up);
  EXPECT_TRUE(options.down);
  EXPECT_FALSE(options.has_hooks);
}

TEST(IrisMainOptions, ReadTheInstanceInEveryForm) {
  EXPECT_EQ(parse({"--instance", "A"}).instance, "A");
  EXPECT_EQ(parse({"--instance=A"}).instance, "A");
  EXPECT_EQ(parse({"-instance", "A"}).instance, "A");
  EXPECT_EQ(parse({"-i", "A"}).instance, "A");
  EXPECT_EQ(parse({"-i=A"}).instance, "A");
  EXPECT_EQ(parse({"--up", "false", "-i", "A"}).instance, "A");
}

TEST(IrisMainOptions, KnowWhenItOnlyTellsSomething) {
  EXPECT_FALSE(parse({}).only_tells);
  for (const char* word : {"--help", "-h", "--version", "-help", "-version"})
    EXPECT_TRUE(parse({word}).only_tells) << word;
  EXPECT_TRUE(parse({"--check-caps", "false", "--help", "-i", "A"}).only_tells);
  EXPECT_EQ(parse({"--help", "-i", "A"}).instance, "A");
  EXPECT_FALSE(parse({"--after", "--help"}).only_tells);
}

TEST(IrisMainOptions, ReadUpAndDown) {
  EXPECT_FALSE(parse({"--up", "false"}).up);
  EXPECT_FALSE(parse({"--up=false"}).up);
  EXPECT_FALSE(parse({"-u", "false"}).up);
  EXPECT_TRUE(parse({"--up", "true"}).up);
  EXPECT_FALSE(parse({"-d", "false"}).down);
  EXPECT_FALSE(parse({"--down=false"}).down);
  EXPECT_TRUE(parse({"--down=false"}).up);
}

TEST(IrisMainOptions, ReadNostu) {
  EXPECT_FALSE(parse({}).nostu);
  EXPECT_TRUE(parse({"--nostu", "true"}).nostu);
  EXPECT_TRUE(parse({"--nostu=true"}).nostu);
  EXPECT_TRUE(parse({"-nostu", "true"}).nostu);
  EXPECT_TRUE(parse({"-s", "true"}).nostu);
  EXPECT_FALSE(parse({"--nostu", "false"}).nostu);
  EXPECT_FALSE(parse({"--nostu"}).nostu);
  EXPECT_FALSE(parse({"--nostu", "true", "-s", "false"}).nostu);
}

TEST(IrisMainOptions, KnowWhatOnlyIrisMainRuns) {
  for (const char* word : {"--before", "-b", "--after", "-a", "--key", "-k"}) {
    EXPECT_TRUE(parse({word, "x"}).has_hooks) << word;
  }
  for (const char* word : {"--exit", "-e", "--create", "-c", "--log", "-l", "--terminate", "-t"}) {
    EXPECT_FALSE(parse({word, "x"}).has_hooks) << word;
  }
}

TEST(IrisMainOptions, AValueIsNeverTakenForAnOption) {
  const IrisMainOptions options =
      parse({"--log", "--up", "false", "--password-file", "-k", "-i", "A"});
  EXPECT_TRUE(options.up);
  EXPECT_FALSE(options.has_hooks);
  EXPECT_EQ(options.instance, "A");
}

TEST(IrisMainOptions, AnOptionWithoutItsValueEndsTheLine) {
  EXPECT_EQ(parse({"--instance"}).instance, "");
  EXPECT_FALSE(parse({"-k"}).has_hooks);
}

TEST(IrisMainOptions, UnknownWordsAreSkipped) {
  const IrisMainOptions options =
      parse({"--check-caps", "false", "-", "--", "x", "--i", "Z", "-i", "A"});
  EXPECT_EQ(options.instance, "A");
}

TEST(IrisMainOptions, AnEmptyCommandLineIsNoError) {
  const std::vector<const char*> nothing{nullptr};
  EXPECT_TRUE(parse_iris_main_options(nothing.data()).up);
  EXPECT_TRUE(parse_iris_main_options(nullptr).up);
}

TEST(FileNameOf, IsWhatFollowsTheLastSlash) {
  EXPECT_EQ(file_name_of("/x/iris-main"), "iris-main");
  EXPECT_EQ(file_name_of("iris-main"), "iris-main");
  EXPECT_EQ(file_name_of("/x/"), "");
  EXPECT_EQ(file_name_of(""), "");
}

}  // namespace
}  // namespace sup
