#pragma once
// Line: one line of a CPF, byte for byte, and what it is. Offsets count bytes from the line's
// start.
//
// Comments begin with ';', '#', '//' or '/*' at the start of a line; elsewhere only after a blank
// and outside of double quotes: factory values hold these characters (`MAIL=132^#^11`, `_";"_`).
#include <cstdint>
#include <string>
#include <string_view>

namespace cpf {

enum class LineKind : std::uint8_t {
  blank,
  comment,
  section,    ///< name() is what stands between the brackets
  setting,    ///< name()=value(), split at the first '='
  action,     ///< a line of [Actions]: value() is all of it
  malformed,  ///< none of these: see fault; value() is all of it
};

enum class Fault : std::uint8_t {
  none,
  header_not_closed,  ///< `[config`
  text_after_header,  ///< `[config] x`
  no_section_name,    ///< `[]`
  no_equals,          ///< text without '='
  no_key,             ///< `=value`
};

struct Line {
  LineKind kind = LineKind::blank;
  Fault fault = Fault::none;
  bool in_block = false;   ///< part of a comment over several lines
  std::size_t number = 0;  ///< from 1, as it was read; 0: inserted since
  std::string raw;         ///< with its line end, if it has one
  std::size_t name_begin = 0;
  std::size_t name_end = 0;
  std::size_t value_begin = 0;
  std::size_t value_end = 0;

  [[nodiscard]] std::string_view name() const { return between(name_begin, name_end); }
  /// Blanks after '=' belong to it, blanks at the line's end do not.
  [[nodiscard]] std::string_view value() const { return between(value_begin, value_end); }
  /// From 1, in bytes.
  [[nodiscard]] std::size_t name_column() const { return name_begin + 1; }
  [[nodiscard]] std::size_t value_column() const { return value_begin + 1; }
  [[nodiscard]] bool has_line_end() const { return raw.ends_with('\n'); }

 private:
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    return std::string_view{raw}.substr(begin, end - begin);
  }
};

/// `in_actions`: the line stands in [Actions], where the form is `Operation:Property=value,…`.
Line parse_line(std::string raw, bool in_actions);

/// Does the line open a comment that it does not close?
bool opens_block(std::string_view raw);
/// May the line close a comment that an earlier one opened? A setting never does, so that a value
/// that is put in cannot turn what stands before it into a comment.
bool closes_block(std::string_view raw);

}  // namespace cpf
