#pragma once
// Small verbs on text that several rooms need. Pure.
#include <string>
#include <string_view>
#include <vector>

namespace sup {

/// Without blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);

/// At most so many bytes of it; a UTF-8 character that would be cut through is left out.
std::string_view cut(std::string_view text, std::size_t most);

/// The pieces between `separator`; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Lines without their LF or CR LF; a last line without LF counts, an empty rest does not.
std::vector<std::string_view> lines_of(std::string_view text);

/// ASCII only: IRIS's names for instances, sections and parameters.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Of `candidates`, the one nearest to `name` by edit distance, ignoring case; "" when none is
/// within a third of its length. For "did you mean".
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace sup
