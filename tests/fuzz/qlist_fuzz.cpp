// Any bytes are an answer of qlist, of iris-main.log, of a helper or of the mount table; none of
// them is ever taken for "running" unless a line of this instance says so.
#include "probes/qlist.h"

#include "probes/disk.h"
#include "probes/health.h"
#include "probes/main_log.h"
#include "probes/mounts.h"
#include "supervisor/base/text.h"
#include "tests/fuzz/fuzz.h"

namespace {

bool is_one_line(std::string_view text) {
  return text.find('\n') == std::string_view::npos && text.find('\0') == std::string_view::npos;
}

void judge_poll(std::string_view text) {
  const probes::QlistPoll poll = probes::parse_qlist(text, "IRIS");
  probes::Facts facts;
  facts.phase = probes::Phase::up;
  facts.ever_up = true;
  if (const auto* good = std::get_if<probes::QlistFacts>(&poll)) {
    fuzz::require(sup::equal_ignoring_case(good->name, "IRIS"), "it is our instance");
    fuzz::require(
        good->state != probes::State::running || text.find("^running,") != std::string_view::npos,
        "running is what a line says");
    fuzz::require(is_one_line(good->status_text), "facts are of one line");
    facts.last_good = *good;
    facts.last_good_at = sup::hours(1);
  } else {
    facts.failing = std::get<probes::QlistFailure>(poll);
    facts.failing_since = 0;
    fuzz::require(!facts.failing->why.empty() && is_one_line(facts.failing->why),
                  "a failure has a reason of one line");
  }
  const auto verdict = probes::judge(facts, {}, sup::hours(1));
  fuzz::require(verdict.live.ok, "no answer of qlist kills while a restart is possible");
  fuzz::require(!verdict.ready.ok || facts.last_good, "without a word of qlist it is not ready");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  judge_poll(text);
  for (const std::string_view line : sup::lines_of(text)) {
    const auto news = probes::parse_main_log_line(line);
    fuzz::require(!news || is_one_line(news->text), "news are of one line");
  }
  const auto report = probes::parse_disk_report(text);
  fuzz::require(!report || (report->free_bytes >= 0 && report->size_bytes >= 0),
                "sizes are not negative");
  const auto mount = probes::mount_of(text, "/external/iris/mgr");
  static_cast<void>(probes::trouble_of(report, mount, 1));
  return 0;
}
