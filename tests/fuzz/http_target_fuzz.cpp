// Any bytes are a method and a target: the answer is one of a few, asks for no more of the view
// than it shows, and what comes from outside never reaches the page unescaped.
#include "probes/listen_address.h"
#include "probes/page.h"
#include "probes/routes.h"
#include "probes/status.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto blank = text.find(' ');
  const std::string method{text.substr(0, blank)};
  const std::string target{blank == std::string_view::npos ? "" : text.substr(blank + 1)};
  const auto make_view = [&](probes::Detail) {
    probes::View view;
    view.instance = view.reason = view.qlist_failure = target;
    view.freeze.owner = view.freeze.last_reason = target;
    view.merge_json = target;
    view.events = {{1, target, target}};
    view.verdict.live = {false, {{"x", false, "why"}}, "why"};
    return view;
  };
  for (const bool loopback : {false, true}) {
    const auto response = probes::route({method, target, loopback}, make_view, {});
    const bool reads = method == "GET" || method == "HEAD";
    fuzz::require(reads == (response.status != 405), "only GET and HEAD are answered");
    fuzz::require(loopback || response.content_type != "text/html; charset=utf-8",
                  "the page is for loopback");
    fuzz::require(response.body.find("<script") == std::string::npos, "values are escaped");
    std::vector<probes::AnswerCount> counts;
    probes::count_answer(counts, {method, target, loopback}, response);
    fuzz::require(counts.size() == 1 && counts[0].endpoint.size() < 16,
                  "an endpoint is one of a fixed set");
  }
  const std::string page = probes::render_page(make_view(probes::Detail::all), 5);
  fuzz::require(page.find("<script") == std::string::npos, "values are escaped");
  static_cast<void>(probes::status_json(make_view(probes::Detail::all)));
  static_cast<void>(probes::parse_listen_address(text));
  return 0;
}
