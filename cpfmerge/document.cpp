#include "cpfmerge/document.h"

#include <iterator>
#include <utility>
#include <vector>

#include "cpfmerge/names.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t none = std::string_view::npos;

/// With their line ends.
std::vector<std::string_view> raw_lines(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t size = end == none ? bytes.size() : end + 1;
    lines.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return lines;
}

/// For each line, the next one that closes a comment before another section begins. Read from the
/// end, so that many comments that are never closed cost no more than one.
std::vector<std::size_t> next_closers(const std::vector<std::string_view>& lines) {
  std::vector<std::size_t> closers(lines.size(), none);
  std::size_t next = none;
  for (std::size_t i = lines.size(); i-- > 0;) {
    closers[i] = next;
    if (sup::trim(lines[i]).starts_with('['))
      next = none;
    else if (closes_block(lines[i]))
      next = i;
  }
  return closers;
}

}  // namespace

Document Document::parse(std::string_view bytes) {
  Document document;
  const auto raw = raw_lines(bytes);
  const auto closers = next_closers(raw);
  if (!raw.empty() && raw.front().ends_with("\r\n")) document.line_end_ = "\r\n";
  std::string section;
  std::size_t block_end = 0;  // lines before this index belong to a comment
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (i >= block_end && opens_block(raw[i]) && closers[i] != none) block_end = closers[i] + 1;
    Line line;
    if (i < block_end) {
      line.kind = LineKind::comment;
      line.in_block = true;
      line.raw = raw[i];
    } else {
      line = parse_line(std::string{raw[i]}, is_actions(section));
    }
    line.number = i + 1;
    document.lines_.push_back(std::move(line));
    const auto position = std::prev(document.lines_.end());
    if (position->kind == LineKind::section) {
      section = position->name();
      document.index_header(position);
    } else if (position->kind == LineKind::setting && !section.empty()) {
      document.index_setting(section, position);
    }
  }
  return document;
}

std::string Document::text() const {
  std::size_t size = 0;
  for (const Line& line : lines_)
    size += line.raw.size();
  std::string out;
  out.reserve(size);
  for (const Line& line : lines_)
    out += line.raw;
  return out;
}

std::optional<std::string_view> Document::get(std::string_view section,
                                              std::string_view key) const {
  const auto found = sections_.find(section_id(section));
  if (found == sections_.end()) return std::nullopt;
  const auto setting = found->second.by_id.find(key_id(section, key));
  if (setting == found->second.by_id.end()) return std::nullopt;
  return setting->second->value();
}

Edit Document::set(std::string_view section, std::string_view key, std::string_view value) {
  value = value.substr(0, value.find('\n'));
  value = value.substr(0, value.find_last_not_of(" \t\r") + 1);
  add_section(section);
  Section& place = *find(section);
  const auto setting = place.by_id.find(key_id(section, key));
  if (setting != place.by_id.end()) return replace(*setting->second, value);

  Position before = place.last_setting;
  if (place.ordered && may_be_ordered(section)) {
    const auto next = place.in_order.upper_bound(key);
    before = next == place.in_order.begin() ? place.header : std::prev(next)->second;
  }
  std::string raw{key};
  raw.append("=").append(value).append(line_end_);
  const Position last = place.last_setting;
  const Position inserted = insert_after(before, std::move(raw));
  index_setting(section, inserted);
  if (before != last) place.last_setting = last;
  return Edit::added;
}

void Document::add_section(std::string_view name) {
  if (find(name) != nullptr) return;
  if (!lines_.empty()) {
    if (!lines_.back().has_line_end()) lines_.back().raw += line_end_;
    if (lines_.back().kind != LineKind::blank)
      lines_.push_back(parse_line(std::string{line_end_}, false));
  }
  lines_.push_back(parse_line("[" + std::string{name} + "]" + line_end_, false));
  index_header(std::prev(lines_.end()));
}

void Document::index_header(Position line) {
  Section& section = sections_[section_id(line->name())];
  section.header = line;
  section.last_setting = line;
  section.ordered = true;
  section.in_order.clear();
}

void Document::index_setting(std::string_view section, Position line) {
  Section& place = *find(section);
  const std::string key{line->name()};
  const bool is_new = line->number == 0;  // put where it keeps the order
  if (!is_new && !place.in_order.empty() && key <= std::prev(place.in_order.end())->first)
    place.ordered = false;
  place.in_order[key] = line;
  place.by_id[key_id(section, key)] = line;
  place.last_setting = line;
}

Edit Document::replace(Line& line, std::string_view value) const {
  if (line.value() == value) return Edit::unchanged;
  const std::string head = line.raw.substr(0, line.value_begin);
  const std::string tail = line.raw.substr(line.value_end);
  Line changed = parse_line(head + std::string{value} + tail, false);
  // A quote in the new value may reach into the comment behind it: then the comment goes.
  if (changed.kind != LineKind::setting || changed.value() != value)
    changed = parse_line(head + std::string{value} + (line.has_line_end() ? line_end_ : ""), false);
  changed.number = line.number;
  line = std::move(changed);
  return Edit::replaced;
}

Document::Position Document::insert_after(Position line, std::string raw) {
  if (!line->has_line_end()) line->raw += line_end_;
  return lines_.insert(std::next(line), parse_line(std::move(raw), false));
}

Document::Section* Document::find(std::string_view section) {
  const auto found = sections_.find(section_id(section));
  return found == sections_.end() ? nullptr : &found->second;
}

}  // namespace cpf
