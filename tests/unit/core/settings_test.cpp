#include "supervisor/core/settings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sup {
namespace {

Result<Settings> load(std::vector<const char*> environment, std::string_view ini = "") {
  environment.push_back(nullptr);
  return Settings::load({environment.data(), ini, "iris-init.ini"});
}

std::string error_of(const Result<Settings>& result) {
  return result ? "" : result.error().what;
}

TEST(Settings, AreTheDefaultsWhenNothingIsGiven) {
  const auto settings = load({});
  ASSERT_TRUE(settings);
  for (const Setting* setting : setting::all) {
    EXPECT_EQ(settings->text(*setting), setting->fallback);
    EXPECT_TRUE(settings->is_default(*setting));
  }
  EXPECT_TRUE(settings->warnings().empty());
}

TEST(Settings, NeedNoEnvironment) {
  EXPECT_TRUE(Settings::load({}));
}

TEST(Settings, ComeAsWhatTheyMean) {
  const auto settings = load({"IRIS_INIT_RESTART_LIMIT=7", "IRIS_INIT_HEALTH_POLL=2m",
                              "IRIS_INIT_MERGE_STRICT=on", "IRIS_INIT_HEALTH_READY=ok,alert"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->number(setting::restart_limit), 7);
  EXPECT_EQ(settings->duration(setting::health_poll), minutes(2));
  EXPECT_TRUE(settings->is_on(setting::merge_strict));
  EXPECT_FALSE(settings->is_on(setting::merge_allow_default_password));
  EXPECT_TRUE(settings->has(setting::health_ready, "alert"));
  EXPECT_FALSE(settings->has(setting::health_ready, "warn"));
}

TEST(Settings, TheEnvironmentBeatsTheFileAndTheFileBeatsTheDefault) {
  const auto settings = load({"IRIS_INIT_RESTART_LIMIT=7"},
                             "[restart]\nlimit = 5\nwindow = 20m\n[HEALTH]\nPOLL=3s\n");
  ASSERT_TRUE(settings) << error_of(settings);
  EXPECT_EQ(settings->text(setting::restart_limit), "7");
  EXPECT_EQ(settings->source(setting::restart_limit), "IRIS_INIT_RESTART_LIMIT");
  EXPECT_EQ(settings->text(setting::restart_window), "20m");
  EXPECT_EQ(settings->source(setting::restart_window), "iris-init.ini: [restart] window");
  EXPECT_EQ(settings->text(setting::health_poll), "3s");
  EXPECT_EQ(settings->source(setting::restart_delay), "default");
}

TEST(Settings, UnknownNamesInTheEnvironmentAreWarningsWithTheNearestName) {
  const auto settings =
      load({"IRIS_INIT_RESTART_LIMITS=7", "IRIS_INIT_QQQQQQQQQQQQQQQQQQQQQQQQ=1"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->warnings(),
            (std::vector<std::string>{
                "'IRIS_INIT_RESTART_LIMITS' is no setting of iris-init, ignoring; did you mean "
                "'IRIS_INIT_RESTART_LIMIT'?",
                "'IRIS_INIT_QQQQQQQQQQQQQQQQQQQQQQQQ' is no setting of iris-init, ignoring"}));
}

TEST(Settings, KubernetesOwnNamesAreIgnored) {
  const auto settings =
      load({"IRIS_INIT_PORT=tcp://10.0.0.1:8008", "IRIS_INIT_PORT_8008_TCP=tcp://10.0.0.1:8008",
            "IRIS_INIT_PORT_8008_TCP_ADDR=10.0.0.1", "IRIS_INIT_SERVICE_HOST=10.0.0.1",
            "IRIS_INIT_SERVICE_PORT=8008", "IRIS_INIT_SERVICE_PORT_HEALTH=8008",
            "IRIS_INIT_HTTP_SERVICE_HOST=10.0.0.2", "IRIS_INIT_HTTP_PORT=tcp://10.0.0.2:80",
            "IRIS_INITIAL=1", "OTHER=1", "IRIS_INIT_NO_VALUE"});
  ASSERT_TRUE(settings) << error_of(settings);
  EXPECT_TRUE(settings->warnings().empty());
}

TEST(Settings, AWrongValueNamesSourceValueAndWhatIsAllowed) {
  EXPECT_EQ(error_of(load({"IRIS_INIT_RESTART_LIMIT=many"})),
            "IRIS_INIT_RESTART_LIMIT: 'many' is not a number that is allowed: 0 to 1000");
  EXPECT_EQ(error_of(load({}, "[RESTART]\nLIMIT = many\n")),
            "iris-init.ini: [RESTART] LIMIT: 'many' is not a number that is allowed: 0 to 1000");
}

TEST(Settings, AllThatIsWrongIsToldOneProblemPerLine) {
  const auto settings = load({"IRIS_INIT_RESTART_LIMIT=many", "IRIS_INIT_HEALTH_POLL=never"},
                             "[RESTART]\nWINDOW = wide\n");
  const std::string error = error_of(settings);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 2);
  EXPECT_NE(error.find("[RESTART] WINDOW: 'wide'"), std::string::npos);
  EXPECT_NE(error.find("IRIS_INIT_RESTART_LIMIT: 'many'"), std::string::npos);
  EXPECT_NE(error.find("IRIS_INIT_HEALTH_POLL: 'never'"), std::string::npos);
}

TEST(Settings, AnUnknownNameInTheFileIsAnErrorWithTheNearestName) {
  EXPECT_EQ(error_of(load({}, "[RESTART]\nLIMITS = 3\n")),
            "iris-init.ini: [RESTART] LIMITS: there is no such setting; did you mean "
            "'IRIS_INIT_RESTART_LIMIT'?");
}

TEST(Settings, WhatPid1ReadsIsRefusedInTheFile) {
  for (const Setting* setting : setting::all) {
    if (!setting->pid1) continue;
    const std::string ini = "[" + std::string{setting->section} + "]\n" +
                            std::string{setting->key} + " = " + std::string{setting->fallback} +
                            "\n";
    const std::string name{environment_name(*setting).view()};
    EXPECT_NE(error_of(load({}, ini)).find("set " + name + " in the environment instead"),
              std::string::npos)
        << name;
  }
}

TEST(Settings, AnOverlongLineIsRefusedNotCut) {
  const std::string fits = "LISTEN = " + std::string(198 - 9, 'a');
  const auto kept = load({}, "[HTTP]\n" + fits + "\n");
  ASSERT_TRUE(kept) << error_of(kept);
  EXPECT_EQ(kept->text(setting::http_listen), std::string(198 - 9, 'a'));
  EXPECT_EQ(error_of(load({}, "[HTTP]\n" + fits + "a\n")),
            "iris-init.ini:2: the line has 199 bytes; at most 198 are allowed");
  EXPECT_EQ(error_of(load({}, "[HTTP]\n; " + std::string(300, 'c') + "\n")),
            "iris-init.ini:2: the line has 302 bytes; at most 198 are allowed");
}

TEST(Settings, ABrokenLineIsToldByNumber) {
  EXPECT_EQ(error_of(load({}, "[RESTART]\n\nLIMIT 3\n")),
            "iris-init.ini:3: neither '[section]', 'key = value' nor a comment");
  EXPECT_NE(error_of(load({}, "[RESTART\nLIMIT = 3\n")), "");
}

TEST(Settings, AnIndentedLineIsASettingOfItsOwn) {
  // inih would make it a second value of the line before.
  const auto settings = load({}, "[HTTP]\n  LISTEN = 127.0.0.1:1\n  DETAILS = all\n");
  ASSERT_TRUE(settings) << error_of(settings);
  EXPECT_EQ(settings->text(setting::http_listen), "127.0.0.1:1");
  EXPECT_EQ(settings->text(setting::http_details), "all");
}

TEST(Settings, CommentsBlankLinesAndWindowsLineEndsAreFine) {
  const auto settings =
      load({}, "; a comment\r\n\r\n# another\r\n[RESTART]\r\nLIMIT = 4 ; four\r\nDELAY = 1s");
  ASSERT_TRUE(settings) << error_of(settings);
  EXPECT_EQ(settings->text(setting::restart_limit), "4");
  EXPECT_EQ(settings->text(setting::restart_delay), "1s");
}

TEST(Settings, PrintShowsEachOnceWithItsSource) {
  const auto settings = load({"IRIS_INIT_RESTART_LIMIT=7"});
  ASSERT_TRUE(settings);
  const std::string printed = settings->print();
  EXPECT_EQ(static_cast<std::size_t>(std::count(printed.begin(), printed.end(), '\n')),
            setting::all.size());
  EXPECT_NE(printed.find("# IRIS_INIT_RESTART_LIMIT; "), std::string::npos);
  for (const Setting* setting : setting::all)
    EXPECT_NE(printed.find(std::string{environment_name(*setting).view()} + " "),
              std::string::npos);
}

}  // namespace
}  // namespace sup
