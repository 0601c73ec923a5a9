#include "supervisor/core/signal_names.h"

#include <gtest/gtest.h>

#include <csignal>

namespace sup {
namespace {

TEST(ParseSignal, KnowsNamesAndNumbers) {
  EXPECT_EQ(parse_signal("SIGTERM"), SIGTERM);
  EXPECT_EQ(parse_signal("TERM"), SIGTERM);
  EXPECT_EQ(parse_signal("15"), SIGTERM);
  EXPECT_EQ(parse_signal("1"), 1);
  EXPECT_EQ(parse_signal("64"), 64);
  EXPECT_EQ(parse_signal("PWR"), SIGPWR);
  EXPECT_EQ(parse_signal("WINCH"), SIGWINCH);
}

TEST(ParseSignal, KnowsEveryNameThatTiniKnows) {
  for (const std::string_view name :
       {"SIGHUP",  "SIGINT",  "SIGQUIT", "SIGILL",    "SIGTRAP", "SIGABRT",  "SIGBUS",
        "SIGFPE",  "SIGKILL", "SIGUSR1", "SIGSEGV",   "SIGUSR2", "SIGPIPE",  "SIGALRM",
        "SIGTERM", "SIGCHLD", "SIGCONT", "SIGSTOP",   "SIGTSTP", "SIGTTIN",  "SIGTTOU",
        "SIGURG",  "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGSYS"})
    EXPECT_NE(parse_signal(name), std::nullopt) << name;
}

TEST(ParseSignal, KnowsRealTimeSignalsFromBothEnds) {
  EXPECT_EQ(parse_signal("SIGRTMIN"), 34);
  EXPECT_EQ(parse_signal("SIGRTMIN+3"), 37);
  EXPECT_EQ(parse_signal("RTMIN+30"), 64);
  EXPECT_EQ(parse_signal("SIGRTMAX"), 64);
  EXPECT_EQ(parse_signal("RTMAX-14"), 50);
}

TEST(ParseSignal, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"", "0", "65", "-1", "+1", "sigterm", "SIG", "SIGSIGTERM", "TERM ", "15s", "RTMIN+31",
        "RTMIN-1", "RTMAX+1", "RTMAX-31", "RTMIN+", "RTMIN+x", "SIGRT"})
    EXPECT_EQ(parse_signal(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace sup
