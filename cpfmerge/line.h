#pragma once
// Line: one line of a CPF, byte for byte, and what it is. It looks into the bytes of its document
// and owns nothing; offsets count bytes from the line's start. 48 bytes: a factory CPF has a line
// for every 30.
//
// Comments begin with ';', '#', '//' or '/*' at the start of a line; elsewhere only after a blank
// and outside of double quotes: factory values hold these characters (`MAIL=132^#^11`, `_";"_`).
#include <cstdint>
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
  std::string_view raw;       ///< with its line end, if it has one
  std::uint32_t number = 0;   ///< from 1, as it was read; 0: inserted since
  std::uint32_t section = 0;  ///< of a setting, as its document counts them
  std::uint32_t next = 0;     ///< the line behind it, as its document counts them
  std::uint32_t name_begin = 0;
  std::uint32_t name_end = 0;
  std::uint32_t value_begin = 0;
  std::uint32_t value_end = 0;
  LineKind kind = LineKind::blank;
  Fault fault = Fault::none;
  bool in_block = false;  ///< part of a comment over several lines

  [[nodiscard]] std::string_view name() const { return between(name_begin, name_end); }
  /// Blanks after '=' belong to it, blanks at the line's end do not.
  [[nodiscard]] std::string_view value() const { return between(value_begin, value_end); }
  /// From 1, in bytes.
  [[nodiscard]] std::size_t name_column() const { return std::size_t{name_begin} + 1; }
  [[nodiscard]] std::size_t value_column() const { return std::size_t{value_begin} + 1; }
  [[nodiscard]] bool has_line_end() const { return raw.ends_with('\n'); }

 private:
  [[nodiscard]] std::string_view between(std::uint32_t begin, std::uint32_t end) const {
    return raw.substr(begin, end - begin);
  }
};

/// `in_actions`: the line stands in [Actions], where the form is `Operation:Property=value,…`.
Line parse_line(std::string_view text, bool in_actions);

/// Does the line open a comment that it does not close?
bool opens_block(std::string_view raw);
/// May the line close a comment that an earlier one opened? A setting never does, so that a value
/// that is put in cannot turn what stands before it into a comment.
bool closes_block(std::string_view raw);

}  // namespace cpf
