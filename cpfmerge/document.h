#pragma once
// Document: a whole CPF, lossless: text() gives back the bytes that parse() took, and an edit
// changes nothing but its own line. Any bytes are a document; check.h says what is wrong with it.
// Linear.
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cpfmerge/line.h"

namespace cpf {

enum class Edit : std::uint8_t { unchanged, replaced, added };

class Document {
 public:
  static Document parse(std::string_view bytes);

  Document() = default;
  ~Document() = default;
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;
  Document(const Document&) = delete;  // the index points into the lines
  Document& operator=(const Document&) = delete;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::list<Line>& lines() const { return lines_; }

  /// Where a parameter stands several times, the last one counts.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view section,
                                                    std::string_view key) const;

  /// Replaces the value where it stands. A parameter that is not there is put in byte order where
  /// its section is in byte order, else at the section's end; a missing section is added. The value
  /// ends at its first line end. Not for [Actions].
  Edit set(std::string_view section, std::string_view key, std::string_view value);

  /// At the end of the document, unless it is there.
  void add_section(std::string_view name);

 private:
  using Position = std::list<Line>::iterator;
  struct Section {
    Position header;        ///< of its latest appearance, as the two below
    Position last_setting;  ///< the header while there is none
    std::map<std::string, Position, std::less<>> in_order;
    bool ordered = true;
    std::map<std::string, Position, std::less<>> by_id;
  };

  void index_header(Position line);
  void index_setting(std::string_view section, Position line);
  Edit replace(Line& line, std::string_view value) const;
  Position insert_after(Position line, std::string raw);
  Section* find(std::string_view section);

  std::list<Line> lines_;
  std::map<std::string, Section, std::less<>> sections_;
  std::string line_end_ = "\n";
};

}  // namespace cpf
