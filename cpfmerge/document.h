#pragma once
// Document: a whole CPF, lossless: text() gives back the bytes that parse() took, and an edit
// changes nothing but its own line. Any bytes are a document; check.h says what is wrong with it.
//
// Linear in time. In memory: the bytes once, 48 bytes a line and at most 22 a parameter: three to
// five times a factory CPF (`./run bench cpf` shows it).
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpfmerge/line.h"
#include "cpfmerge/setting_index.h"

namespace cpf {

enum class Edit : std::uint8_t { unchanged, replaced, added };

class Document {
 public:
  /// Fewer than 4 GiB; what is longer is cut there.
  static Document parse(std::string_view bytes);

  Document() = default;
  ~Document() = default;
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;
  Document(const Document&) = delete;  // the lines look into its bytes
  Document& operator=(const Document&) = delete;

  [[nodiscard]] std::string text() const;

  class Lines;
  /// In their order, as long as the document is not changed.
  [[nodiscard]] Lines lines() const;

  /// Where a parameter stands several times, the last one counts.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view section,
                                                    std::string_view key) const;

  /// Replaces the value where it stands. A parameter that is not there is put in byte order where
  /// its section is in byte order, else at the section's end; a missing section is added. The value
  /// ends at its first line end. Not for [Actions].
  Edit set(std::string_view section, std::string_view key, std::string_view value);

  /// Unless it is there: behind the sections that stand before it in IRIS's own CPFs, else at the
  /// end.
  void add_section(std::string_view name);

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Section {
    std::uint32_t header = none;        ///< of its latest appearance, as the next
    std::uint32_t last_setting = none;  ///< the header while there is none
    bool case_matters = false;          ///< in the names of its parameters
    bool ordered = false;  ///< its parameters stand in byte order; known once order_known
    bool order_known = false;
    std::map<std::string_view, std::uint32_t> by_name;  ///< then: its parameters
  };

  std::uint32_t append(Line line);
  std::uint32_t insert_after(std::uint32_t line, std::string raw);
  void end_line(std::uint32_t line);
  std::uint32_t open_section(std::uint32_t header);
  void index_setting(std::uint32_t section, std::uint32_t line);
  void look_at_order(Section& section);
  Edit replace(std::uint32_t at, std::string_view value);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view section) const;
  [[nodiscard]] std::uint32_t place_for(std::string_view section) const;

  std::vector<char> bytes_;        // a vector's elements stay where they are when it is moved
  std::deque<std::string> edits_;  // the same
  std::vector<Line> lines_;        // in the order of their making; `next` tells that of the file
  std::uint32_t first_ = none;
  std::uint32_t last_ = none;
  std::vector<Section> sections_;
  std::map<std::string, std::uint32_t, std::less<>> sections_by_id_;
  std::map<std::size_t, std::uint32_t> last_of_rank_;  ///< the latest header of each place
  SettingIndex index_;
  std::string line_end_ = "\n";
};

class Document::Lines {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Line;
    using difference_type = std::ptrdiff_t;
    using pointer = const Line*;
    using reference = const Line&;

    Iterator() = default;
    Iterator(const std::vector<Line>* lines, std::uint32_t at) : lines_{lines}, at_{at} {}
    reference operator*() const { return (*lines_)[at_]; }
    pointer operator->() const { return &(*lines_)[at_]; }
    Iterator& operator++() {
      at_ = (*lines_)[at_].next;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const std::vector<Line>* lines_ = nullptr;
    std::uint32_t at_ = none;
  };

  explicit Lines(const Document& document) : document_{document} {}
  [[nodiscard]] Iterator begin() const { return {&document_.lines_, document_.first_}; }
  [[nodiscard]] static Iterator end() { return {}; }
  [[nodiscard]] std::size_t size() const { return document_.lines_.size(); }

 private:
  const Document& document_;
};

inline Document::Lines Document::lines() const {
  return Lines{*this};
}

}  // namespace cpf
