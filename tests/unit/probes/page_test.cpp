#include "probes/page.h"

#include <gtest/gtest.h>

#include "tests/unit/probes/sha256.h"
#include "tests/unit/probes/some_view.h"

namespace probes {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Page, TheSecurityPolicyHoldsTheHashOfTheStyle) {
  ASSERT_EQ(base64(sha256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  const std::string html = render_page(some_view(), 5);
  const auto begin = html.find("<style>") + 7;
  const std::string style = html.substr(begin, html.find("</style>") - begin);
  EXPECT_TRUE(has(std::string{page_security_policy}, "'sha256-" + base64(sha256(style)) + "'"))
      << base64(sha256(style));
}

TEST(Page, ItUsesNothingThatThePolicyForbids) {
  const std::string html = render_page(some_view(), 5);
  for (const std::string_view part : {"<script", "style=", "<img", "<link", " on", "http://"}) {
    const auto at = html.find(part, html.find("</style>"));
    EXPECT_EQ(at, std::string::npos) << part;
  }
}

TEST(Page, ItShowsTheStateProbesFreezeRestartsMergeAndTimeline) {
  View view = some_view();
  view.freeze.state = FreezeState::frozen;
  view.freeze.owner = "snapshot-job";
  view.freeze.lease_end = view.now + 65;
  view.merge_json = R"({"sources":2})";
  const std::string html = render_page(view, 5);
  for (const std::string_view part :
       {"IRIS: <span class=\"bad\">up</span>", "since 2027-01-15T08:00:00Z (1m40s)", "health alert",
        "snapshot-job", "in 1m05s", "1 of 3 in 10m00s, 4 in all", "3072 MiB of 10240 MiB",
        "&quot;sources&quot;: 2", "iris.started", "up after 12s",
        "<meta http-equiv=\"refresh\" content=\"5\">"}) {
    EXPECT_TRUE(has(html, part)) << part;
  }
  EXPECT_LT(html.find("health.changed"), html.find("iris.started"));  // newest first
}

TEST(Page, TheHeadlineIsWhatThereIsToBeSaid) {
  View view = some_view();
  for (const auto& [row, word] : std::vector<std::pair<int, std::string>>{{1, "up"},
                                                                          {5, "frozen"},
                                                                          {7, "down"},
                                                                          {8, "down"},
                                                                          {9, "disk trouble"},
                                                                          {11, "hung"},
                                                                          {13, "up"}}) {
    view.verdict.row = row;
    EXPECT_TRUE(has(render_page(view, 5), "<title>IRIS: " + word + "</title>")) << row;
  }
}

TEST(Page, EveryValueIsEscaped) {
  const std::string evil = "<b>\"'&";
  View view = some_view();
  view.version = view.instance = view.reason = evil;
  view.verdict.startup.reason = view.verdict.live.reason = view.verdict.ready.reason = evil;
  view.qlist.status_text = view.qlist.version = view.qlist.product = evil;
  view.qlist.mirror_member = view.qlist.mirror_status = view.data.directory = evil;
  view.data.mount_point = view.data.mount_type = evil;
  view.qlist_failure = evil;
  view.freeze.owner = view.freeze.last_outcome = view.freeze.last_reason = evil;
  view.freeze.last_journal = view.restarts.policy = view.pid1.stop_step = evil;
  view.merge_json = R"({"<b>\"'&":"<b>\"'&"})";
  view.events = {{1, evil, evil}, {1, "iris.down", evil}};
  const std::string html = render_page(view, 5);
  EXPECT_FALSE(has(html, "<b>"));
  EXPECT_FALSE(has(html, "\"'&"));
  EXPECT_TRUE(has(html, "&lt;b&gt;&quot;&#39;&amp;"));
}

TEST(Page, ItNeedsNoRefreshAndNoFacts) {
  const std::string html = render_page(View{}, 0);
  EXPECT_FALSE(has(html, "http-equiv"));
  EXPECT_TRUE(has(html, "not heard yet"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
}

TEST(Page, AFreezeWhoseEndIsNotKnownHasNoDate) {
  View view = some_view();
  view.freeze.last_outcome = "did_not_hold";
  view.freeze.last_ended = 0;  // the container before this one was killed
  const std::string html = render_page(view, 5);
  EXPECT_TRUE(has(html, "did_not_hold"));
  EXPECT_FALSE(has(html, "1970"));
}

}  // namespace
}  // namespace probes
