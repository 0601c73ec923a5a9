#pragma once
// Reading a reply's data without trusting it: a field that is missing or of another type is empty.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sup {

using Json = nlohmann::ordered_json;

/// null when `text` is not a JSON object.
Json object_of(std::string_view text);

/// One field, or one deeper down: field(json, {"freeze", "last", "reason"}); null when missing.
const Json& field(const Json& json, std::initializer_list<std::string_view> path);

/// Without control characters, so that nothing in it can command a terminal. "" for what is no
/// text.
std::string text_in(const Json& json);
std::string printable(std::string_view text);
std::int64_t number_in(const Json& json);
bool flag_in(const Json& json);

/// `2026-06-30 12:41:24 UTC`, from seconds.
std::string time_text(std::int64_t since_1970);
/// `4.2s`, `3m12s`, from seconds.
std::string length_text(double length);

}  // namespace sup
