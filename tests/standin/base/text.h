#pragma once
// Small verbs on text that every part of the stand-in needs. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

/// Without blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);
/// The pieces between `separator`; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Lines without LF or CR LF; a last line without LF counts, an empty rest does not.
std::vector<std::string_view> lines_of(std::string_view text);
/// The words between blanks and tabs.
std::vector<std::string> words_of(std::string_view text);
std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool same_name(std::string_view a, std::string_view b);  ///< ignoring case, ASCII only
std::string replace_all(std::string text, std::string_view from, std::string_view to);
/// The whole of `text` as a decimal number, or nothing.
std::optional<std::int64_t> to_number(std::string_view text);
/// Hexadecimal digits as bytes; nothing when odd in number or not digits.
std::optional<std::string> from_hex(std::string_view digits);
std::string to_hex(std::string_view bytes);

}  // namespace standin
