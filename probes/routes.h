#pragma once
// What is answered over HTTP: a request and the view in, the whole response out. Nothing can be
// changed over HTTP: GET and HEAD only.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/view.h"

namespace probes {

struct Request {
  std::string method;
  std::string target;  ///< path and query, as sent
  bool remote_is_loopback = false;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  /// Further headers; the server adds Content-Length and Connection.
  std::vector<std::pair<std::string, std::string>> headers;
  /// Present for HEAD as well: the server sends its length and keeps the body back.
  std::string body;

  /// "" when the header is not there.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Who gets `/`, `/status`, `?verbose` and reasons.
enum class Details : std::uint8_t { all, loopback, off };
std::string_view name_of(Details details);
/// all | loopback | off
std::optional<Details> parse_details(std::string_view text);

struct RouteSettings {
  Details details = Details::loopback;
  int page_refresh_seconds = 5;
};

/// Makes the view, or as much of it as is wanted.
using MakeView = std::function<View(Detail)>;

/// /livez /readyz /startupz, /healthz (= livez), /metrics, /status, /. The view is made only when
/// the answer needs one.
Response route(const Request& request, const MakeView& make_view, const RouteSettings& settings);

/// livez, readyz, startupz, healthz, metrics, status, page, or other: a fixed set, so that what
/// clients ask for can never make a metric grow.
std::string_view endpoint_of(std::string_view target);
/// Adds one to the count of this endpoint and code.
void count_answer(std::vector<AnswerCount>& counts, const Request& request,
                  const Response& response);

}  // namespace probes
