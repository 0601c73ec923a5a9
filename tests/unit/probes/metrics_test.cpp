#include "probes/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "supervisor/base/text.h"
#include "tests/unit/probes/some_view.h"

namespace probes {
namespace {

bool has_line(const std::string& text, std::string_view line) {
  for (const std::string_view other : sup::lines_of(text)) {
    if (other == line) return true;
  }
  return false;
}

TEST(Metrics, TheMergeIsCountedAndAReadingThatIsMissingIsNotZero) {
  View view = some_view();
  view.merge = {.used = 2, .refused = 1, .state = "waiting", .applied_total = 3, .held_total = 4};
  EXPECT_EQ(render_metrics(view).find("iris_init_merge_parameters{"), std::string::npos);
  view.merge.read = true;
  view.merge.in_cpf = 7;
  view.merge.next_start = 1;
  const std::string text = render_metrics(view);
  for (const std::string_view line :
       {"iris_init_merge_sources{status=\"used\"} 2",
        "iris_init_merge_sources{status=\"refused\"} 1",
        "iris_init_merge_parameters{state=\"in_cpf\"} 7",
        "iris_init_merge_parameters{state=\"differs\"} 0",
        "iris_init_merge_parameters{state=\"next_start\"} 1", "iris_init_merge_pending 1",
        "iris_init_merge_edits_total{outcome=\"applied\"} 3",
        "iris_init_merge_edits_total{outcome=\"held\"} 4"})
    EXPECT_TRUE(has_line(text, line)) << line;
}

TEST(Metrics, TheNumbersOfTheViewAreShown) {
  const std::string text = render_metrics(some_view());
  for (const std::string_view line : {
           "iris_init_build_info{version=\"1.2.3\"} 1",
           "iris_init_state{state=\"up\"} 1",
           "iris_init_state{state=\"preparing\"} 0",
           "iris_init_start_stalled 0",
           "iris_init_up 1",
           "iris_init_live 1",
           "iris_init_ready 0",
           "iris_init_health{health=\"alert\"} 1",
           "iris_init_health{health=\"ok\"} 0",
           "iris_init_qlist_duration_seconds_bucket{le=\"0.05\"} 0",
           "iris_init_qlist_duration_seconds_bucket{le=\"0.1\"} 1",
           "iris_init_qlist_duration_seconds_bucket{le=\"10\"} 2",
           "iris_init_qlist_duration_seconds_bucket{le=\"+Inf\"} 3",
           "iris_init_qlist_duration_seconds_sum 65.3125",
           "iris_init_qlist_duration_seconds_count 3",
           "iris_init_freeze_duration_seconds_bucket{outcome=\"held\",le=\"10\"} 1",
           "iris_init_freeze_duration_seconds_count{outcome=\"held\"} 2",
           "iris_init_freeze_duration_seconds_count{outcome=\"did_not_hold\"} 0",
           "iris_init_freeze_duration_seconds_count{outcome=\"unknown\"} 1",
           "iris_init_freezes_total{outcome=\"held\"} 2",
           "iris_init_freezes_total{outcome=\"did_not_hold\"} 4",
           "iris_init_freezes_total{outcome=\"unknown\"} 1",
           "iris_init_freezes_total{outcome=\"failed\"} 3",
           "iris_init_data_trouble{trouble=\"full\"} 0",
           "iris_init_data_free_bytes 3221225472",
           "iris_init_process_cpu_seconds_total 1.25",
           "iris_init_process_open_fds 21",
           "iris_init_qlist_failures_total 2",
           "iris_init_restarts_total 4",
           "iris_init_reaped_total 17",
           "iris_init_agent_restarts_total 5",
           "iris_init_freeze_state{state=\"thawed\"} 1",
           "iris_init_freeze_forced_thaw_seconds 0",
           "iris_init_http_answers_total{endpoint=\"readyz\",code=\"503\"} 3",
           "iris_init_log_lines_dropped_total 6",
       }) {
    EXPECT_TRUE(has_line(text, line)) << line;
  }
}

TEST(Metrics, EverySampleBelongsToTheFamilyAboveItAndCountersEndInTotal) {
  const std::string text = render_metrics(some_view());
  ASSERT_TRUE(text.ends_with("\n"));
  std::string family;
  bool is_histogram = false;
  std::set<std::string> families;
  for (const std::string_view line : sup::lines_of(text)) {
    const auto words = sup::split(line, ' ');
    ASSERT_GE(words.size(), 2U) << line;
    if (line.starts_with("# HELP ")) {
      family = words[2];
      EXPECT_TRUE(family.starts_with("iris_init_")) << line;
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(words[2], family);
      is_histogram = words[3] == "histogram";
      EXPECT_EQ(words[3] == "counter", family.ends_with("_total")) << line;
    } else {
      std::string name{line.substr(0, line.find_first_of("{ "))};
      for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (is_histogram && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
      }
      EXPECT_EQ(name, family);
    }
  }
}

TEST(Metrics, TheTimeToTheForcedThawIsShownWhileFrozen) {
  View view = some_view();
  view.freeze.state = FreezeState::frozen;
  view.freeze.lease_end = view.now + 42;
  EXPECT_TRUE(has_line(render_metrics(view), "iris_init_freeze_forced_thaw_seconds 42"));
  view.freeze.lease_end = view.now - 1;
  EXPECT_TRUE(has_line(render_metrics(view), "iris_init_freeze_forced_thaw_seconds 0"));
}

TEST(Metrics, LabelValuesAreEscaped) {
  View view = some_view();
  view.version = "a\"b\\c\nd";
  EXPECT_TRUE(
      has_line(render_metrics(view), "iris_init_build_info{version=\"a\\\"b\\\\c\\nd\"} 1"));
}

}  // namespace
}  // namespace probes
