#include "probes/routes.h"

#include <algorithm>
#include <array>

#include "probes/metrics.h"
#include "probes/page.h"
#include "probes/status.h"

namespace probes {
namespace {

struct Target {
  std::string_view path;
  bool verbose = false;
};

/// Only the key counts, as with Kubernetes: `?verbose`, `?verbose=1`, `?a=b&verbose`.
Target parse_target(std::string_view text) {
  const auto mark = text.find('?');
  Target target{text.substr(0, mark)};
  std::string_view query = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    target.verbose = target.verbose || pair.substr(0, pair.find('=')) == "verbose";
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return target;
}

Response text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = std::move(body);
  return response;
}

bool may_see_details(const Request& request, Details details) {
  switch (details) {
    case Details::all:
      return true;
    case Details::loopback:
      return request.remote_is_loopback;
    case Details::off:
      return false;
  }
  return false;
}

Response forbidden(Details details) {
  return text(403, details == Details::off
                       ? "not shown: the setting http.details is off\n"
                       : "not shown: the setting http.details is loopback; use kubectl "
                         "port-forward, or set it to all\n");
}

std::string verbose_body(std::string_view name, const Answer& answer) {
  std::string body;
  for (const Check& check : answer.checks) {
    body += check.ok ? "[+]" + check.name + " ok\n"
                     : "[-]" + check.name + " failed: " + check.why + "\n";
  }
  return body.append(name).append(answer.ok ? " check passed\n" : " check failed\n");
}

Response probe(std::string_view name, const Answer& answer, bool verbose, bool details) {
  const int status = answer.ok ? 200 : 503;
  if (verbose) return text(status, verbose_body(name, answer));
  if (answer.ok) return text(status, "ok");
  return text(status, std::string{name} + " check failed" +
                          (details ? ": " + answer.reason : std::string{}) + "\n");
}

Response page(const View& view, const RouteSettings& settings) {
  Response response = text(200, render_page(view, settings.page_refresh_seconds));
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy", page_security_policy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  return response;
}

Response status(const View& view) {
  Response response = text(200, status_json(view));
  response.content_type = "application/json";
  return response;
}

Response metrics(const View& view) {
  Response response = text(200, render_metrics(view));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

Response no_such_method() {
  Response response = text(405, "only GET and HEAD: nothing can be changed over HTTP\n");
  response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

struct Endpoint {
  std::string_view path;
  std::string_view name;
};
constexpr std::array<Endpoint, 7> endpoints{{{"/livez", "livez"},
                                             {"/readyz", "readyz"},
                                             {"/startupz", "startupz"},
                                             {"/healthz", "healthz"},
                                             {"/metrics", "metrics"},
                                             {"/status", "status"},
                                             {"/", "page"}}};

}  // namespace

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string_view name_of(Details details) {
  switch (details) {
    case Details::all:
      return "all";
    case Details::loopback:
      return "loopback";
    case Details::off:
      return "off";
  }
  return "off";
}

std::optional<Details> parse_details(std::string_view text) {
  for (const Details details : {Details::all, Details::loopback, Details::off}) {
    if (text == name_of(details)) return details;
  }
  return std::nullopt;
}

std::string_view endpoint_of(std::string_view target) {
  const std::string_view path = parse_target(target).path;
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.path == path) return endpoint.name;
  }
  return "other";
}

Response route(const Request& request, const MakeView& make_view, const RouteSettings& settings) {
  if (request.method != "GET" && request.method != "HEAD") return no_such_method();
  const Target target = parse_target(request.target);
  const std::string_view name = endpoint_of(target.path);
  const bool details = may_see_details(request, settings.details);
  const bool needs_details = target.verbose || name == "page" || name == "status";

  if (name == "other") {
    return text(404, "not found; there are /livez /readyz /startupz /healthz /metrics /status /\n");
  }
  if (name == "metrics") return metrics(make_view(Detail::numbers));
  if (needs_details && !details) return forbidden(settings.details);
  if (name == "page") return page(make_view(Detail::all), settings);
  if (name == "status") return status(make_view(Detail::all));
  const auto answer = [&](Detail detail) {
    const Verdict verdict = make_view(detail).verdict;
    if (name == "readyz") return verdict.ready;
    return name == "startupz" ? verdict.startup : verdict.live;
  };
  // Most answers are "ok": no words are made for them.
  if (!target.verbose) {
    const Answer bare = answer(Detail::decision);
    if (bare.ok || !details) return probe(name, bare, false, details);
  }
  return probe(name, answer(Detail::verdict), target.verbose, details);
}

void count_answer(std::vector<AnswerCount>& counts, const Request& request,
                  const Response& response) {
  const std::string_view endpoint = endpoint_of(request.target);
  const auto same = std::find_if(counts.begin(), counts.end(), [&](const AnswerCount& count) {
    return count.endpoint == endpoint && count.code == response.status;
  });
  if (same != counts.end()) {
    same->count += 1;
  } else {
    counts.push_back({std::string{endpoint}, response.status, 1});
  }
}

}  // namespace probes
