#include "supervisor/irisctl/fields.h"

#include <algorithm>

#include "supervisor/base/log_record.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

/// Far beyond every real time, and far from overflow as nanoseconds.
constexpr std::int64_t most_seconds = INT64_MAX / seconds(1);

}  // namespace

Json object_of(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json();
}

const Json& field(const Json& json, std::initializer_list<std::string_view> path) {
  static const Json missing;
  const Json* at = &json;
  for (const std::string_view key : path) {
    if (!at->is_object()) return missing;
    const auto found = at->find(std::string{key});
    if (found == at->end()) return missing;
    at = &*found;
  }
  return *at;
}

std::string printable(std::string_view text) {
  std::string out{text};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  // U+0080 to U+009F: the same commands again, as terminals understand them in UTF-8.
  for (std::size_t at = out.find('\xc2'); at != std::string::npos; at = out.find('\xc2', at + 1)) {
    if (at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xa0)
      out.replace(at, 2, " ");
  }
  return out;
}

std::string text_in(const Json& json) {
  const auto* text = json.get_ptr<const std::string*>();
  return text == nullptr ? std::string{} : printable(*text);
}

std::int64_t number_in(const Json& json) {
  return json.is_number_integer() ? json.get<std::int64_t>() : 0;
}

bool flag_in(const Json& json) {
  return json.is_boolean() && json.get<bool>();
}

std::string time_text(std::int64_t since_1970) {
  const std::int64_t bounded = std::clamp<std::int64_t>(since_1970, 0, most_seconds);
  std::string text{format_utc(seconds(bounded)).view()};
  if (text.size() < 19) return text;
  text.resize(19);
  text[10] = ' ';
  return text + " UTC";
}

std::string length_text(double length) {
  const double bounded = std::clamp(length, 0.0, static_cast<double>(most_seconds) / 2);
  return std::string{describe_duration(static_cast<Nanos>(bounded * 1e9)).view()};
}

}  // namespace sup
