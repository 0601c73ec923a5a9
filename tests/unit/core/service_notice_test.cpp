#include "supervisor/core/service_notice.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

TEST(ServiceNotice, AWholeLife) {
  struct Moment {
    bool started;
    bool stopping;
    const char* status;
    const char* news;
  };
  ServiceNotice notice;
  for (const Moment& moment : {
           Moment{false, false, "preparing", "STATUS=preparing\n"},
           Moment{false, false, "preparing", ""},
           Moment{false, false, "starting", "STATUS=starting\n"},
           Moment{true, false, "up", "READY=1\nSTATUS=up\n"},
           Moment{true, false, "up", ""},
           Moment{false, false, "restarting", "STATUS=restarting\n"},  // it has been started
           Moment{true, false, "up", "STATUS=up\n"},
           Moment{true, true, "stopping", "STOPPING=1\nSTATUS=stopping\n"},
           Moment{true, true, "stopping", ""},
       }) {
    SCOPED_TRACE(moment.status);
    EXPECT_EQ(notice.news(moment.started, moment.stopping, moment.status), moment.news);
    notice.told();
  }
}

TEST(ServiceNotice, WhatWasNotTakenIsSaidAgain) {
  ServiceNotice notice;
  EXPECT_EQ(notice.news(true, false, "up"), "READY=1\nSTATUS=up\n");
  EXPECT_EQ(notice.news(true, false, "down"), "READY=1\nSTATUS=down\n");
  notice.told();
  EXPECT_EQ(notice.news(true, false, "down"), "");
}

TEST(ServiceNotice, AStopBeforeTheStartIsOverIsNeverReady) {
  ServiceNotice notice;
  EXPECT_EQ(notice.news(true, true, "x"), "STOPPING=1\nSTATUS=x\n");
}

TEST(ServiceNotice, AStatusIsOneShortLine) {
  ServiceNotice notice;
  EXPECT_EQ(notice.news(false, false, "held: a\nREADY=1\tb"), "STATUS=held: a READY=1 b\n");
  EXPECT_EQ(notice.news(false, false, std::string(1000, 'x')).size(), 7 + 256 + 1U);
  std::string umlauts = "x";  // 256 is in the middle of one
  for (int i = 0; i < 200; ++i)
    umlauts += "ä";
  EXPECT_EQ(notice.news(false, false, umlauts), "STATUS=" + umlauts.substr(0, 255) + "\n");
}

}  // namespace
}  // namespace sup
