#include "cpfmerge/document.h"

#include <algorithm>
#include <utility>

#include "cpfmerge/model.h"
#include "cpfmerge/names.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

/// Offsets and counts are 32 bits wide.
constexpr std::size_t most_bytes = UINT32_MAX - 1;

/// The first line of `bytes`, with its line end.
std::string_view first_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  return bytes.substr(0, end == std::string_view::npos ? end : end + 1);
}

/// For each line, the next one that closes a comment before another section begins; UINT32_MAX:
/// none. Read from the end, so that many comments that are never closed cost no more than one.
/// Empty when no line can open one.
std::vector<std::uint32_t> next_closers(std::string_view bytes, std::size_t count) {
  std::vector<std::uint32_t> closers;
  if (bytes.find("/*") == std::string_view::npos) return closers;
  closers.resize(count, UINT32_MAX);
  std::uint32_t next = UINT32_MAX;
  while (count-- > 0) {
    const std::size_t end = bytes.size() - (bytes.ends_with('\n') ? 1 : 0);
    const std::size_t before = bytes.substr(0, end).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view line = bytes.substr(begin);
    closers[count] = next;
    if (sup::trim(line).starts_with('['))
      next = UINT32_MAX;
    else if (closes_block(line))
      next = static_cast<std::uint32_t>(count);
    bytes = bytes.substr(0, begin);
  }
  return closers;
}

}  // namespace

Document Document::parse(std::string_view bytes) {
  Document document;
  bytes = bytes.substr(0, most_bytes);
  document.bytes_.assign(bytes.begin(), bytes.end());
  bytes = {document.bytes_.data(), document.bytes_.size()};
  const auto ends = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const std::size_t count = ends + (bytes.empty() || bytes.ends_with('\n') ? 0 : 1);
  document.lines_.reserve(count);
  const auto closers = next_closers(bytes, count);
  if (first_line(bytes).ends_with("\r\n")) document.line_end_ = "\r\n";
  std::optional<std::uint32_t> section;
  bool in_actions = false;
  std::size_t block_end = 0;  // lines before this index belong to a comment
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view raw = first_line(bytes);
    bytes.remove_prefix(raw.size());
    if (i >= block_end && !closers.empty() && closers[i] != UINT32_MAX && opens_block(raw))
      block_end = std::size_t{closers[i]} + 1;
    Line line;
    if (i < block_end) {
      line.kind = LineKind::comment;
      line.in_block = true;
      line.raw = raw;
    } else {
      line = parse_line(raw, in_actions);
    }
    line.number = static_cast<std::uint32_t>(i + 1);
    const std::uint32_t at = document.append(line);
    if (line.kind == LineKind::section) {
      section = document.open_section(at);
      in_actions = is_actions(line.name());
    } else if (line.kind == LineKind::setting && section) {
      document.index_setting(*section, at);
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
  for (const Line& line : lines())
    out += line.raw;
  return out;
}

std::optional<std::string_view> Document::get(std::string_view section,
                                              std::string_view key) const {
  const auto found = find(section);
  if (!found) return std::nullopt;
  const std::uint32_t line = index_.find(lines_, *found, key, sections_[*found].case_matters);
  if (line == SettingIndex::none) return std::nullopt;
  return lines_[line].value();
}

Edit Document::set(std::string_view section, std::string_view key, std::string_view value) {
  value = value.substr(0, value.find('\n'));
  value = value.substr(0, value.find_last_not_of(" \t\r") + 1);
  add_section(section);
  const std::uint32_t number = *find(section);
  Section& place = sections_[number];
  const std::uint32_t known = index_.find(lines_, number, key, place.case_matters);
  if (known != SettingIndex::none) return replace(known, value);

  std::uint32_t before = place.last_setting;
  if (may_be_ordered(section)) look_at_order(place);
  if (place.ordered) {
    const auto next = place.by_name.upper_bound(key);
    before = next == place.by_name.begin() ? place.header : std::prev(next)->second;
  }
  std::string raw{key};
  raw.append("=").append(value).append(line_end_);
  const bool is_last = before == place.last_setting;
  const std::uint32_t inserted = insert_after(before, std::move(raw));
  const std::uint32_t last = place.last_setting;
  index_setting(number, inserted);
  if (!is_last) place.last_setting = last;
  if (place.ordered) place.by_name[lines_[inserted].name()] = inserted;
  return Edit::added;
}

void Document::add_section(std::string_view name) {
  if (find(name)) return;
  const std::string header = "[" + std::string{name} + "]" + line_end_;
  const std::uint32_t place = place_for(name);
  if (place != none) {
    std::uint32_t before = place;
    if (lines_[place].kind != LineKind::blank) before = insert_after(place, line_end_);
    before = insert_after(before, header);
    if (const std::uint32_t next = lines_[before].next;
        next != none && lines_[next].kind != LineKind::blank)
      insert_after(before, line_end_);
    open_section(before);
    return;
  }
  if (last_ != none) {
    end_line(last_);
    if (lines_[last_].kind != LineKind::blank) insert_after(last_, line_end_);
    open_section(insert_after(last_, header));
  } else {
    edits_.push_back(header);
    open_section(append(parse_line(edits_.back(), false)));
  }
}

/// The line behind which the section goes; `none`: at the end.
std::uint32_t Document::place_for(std::string_view section) const {
  const std::size_t rank = rank_of_section(section);
  const auto above = last_of_rank_.upper_bound(rank);
  if (rank == unknown_rank || above == last_of_rank_.begin()) return none;
  const std::uint32_t header = std::prev(above)->second;
  // Comments right above the next header belong to it.
  std::uint32_t place = header;
  for (std::uint32_t at = lines_[header].next; at != none; at = lines_[at].next) {
    if (lines_[at].kind == LineKind::section) return place;
    if (lines_[at].kind != LineKind::comment) place = at;
  }
  return none;
}

std::uint32_t Document::append(Line line) {
  const auto at = static_cast<std::uint32_t>(lines_.size());
  line.next = none;
  lines_.push_back(line);
  (last_ == none ? first_ : lines_[last_].next) = at;
  last_ = at;
  return at;
}

std::uint32_t Document::insert_after(std::uint32_t line, std::string raw) {
  end_line(line);
  edits_.push_back(std::move(raw));
  Line inserted = parse_line(edits_.back(), false);
  const auto at = static_cast<std::uint32_t>(lines_.size());
  inserted.next = lines_[line].next;
  lines_[line].next = at;
  if (last_ == line) last_ = at;
  lines_.push_back(inserted);
  return at;
}

/// The file's last line may have none.
void Document::end_line(std::uint32_t line) {
  if (lines_[line].has_line_end()) return;
  edits_.push_back(std::string{lines_[line].raw} + line_end_);
  lines_[line].raw = edits_.back();
}

std::uint32_t Document::open_section(std::uint32_t header) {
  const std::string_view name = lines_[header].name();
  const auto [entry, is_new] = sections_by_id_.emplace(section_id(name), sections_.size());
  if (is_new) sections_.emplace_back();
  Section& section = sections_[entry->second];
  section = {};
  section.header = header;
  section.last_setting = header;
  section.case_matters = case_matters_in(name);
  last_of_rank_[rank_of_section(name)] = header;
  return entry->second;
}

void Document::index_setting(std::uint32_t section, std::uint32_t line) {
  lines_[line].section = section;
  index_.put(lines_, line, sections_[section].case_matters);
  sections_[section].last_setting = line;
}

/// Only when a parameter is to be put in: most sections are never asked.
void Document::look_at_order(Section& section) {
  if (std::exchange(section.order_known, true)) return;
  section.ordered = true;
  std::string_view last;
  for (std::uint32_t at = section.header; at != section.last_setting;) {
    at = lines_[at].next;
    const Line& line = lines_[at];
    if (line.kind != LineKind::setting) continue;
    if (!section.by_name.empty() && line.name() <= last) {
      section.ordered = false;
      section.by_name.clear();
      return;
    }
    last = line.name();
    section.by_name.emplace_hint(section.by_name.end(), last, at);
  }
}

Edit Document::replace(std::uint32_t at, std::string_view value) {
  const Line old = lines_[at];
  if (old.value() == value) return Edit::unchanged;
  const std::string head{old.raw.substr(0, old.value_begin)};
  edits_.push_back(head + std::string{value} + std::string{old.raw.substr(old.value_end)});
  Line changed = parse_line(edits_.back(), false);
  // A quote in the new value may reach into the comment behind it: then the comment goes.
  if (changed.kind != LineKind::setting || changed.value() != value) {
    edits_.back() = head + std::string{value} + (old.has_line_end() ? line_end_ : "");
    changed = parse_line(edits_.back(), false);
  }
  changed.number = old.number;
  changed.section = old.section;
  changed.next = old.next;
  lines_[at] = changed;
  return Edit::replaced;
}

std::optional<std::uint32_t> Document::find(std::string_view section) const {
  const auto found = sections_by_id_.find(section_id(section));
  if (found == sections_by_id_.end()) return std::nullopt;
  return found->second;
}

}  // namespace cpf
