// Which acknowledged changes are missing.
#include "store/acknowledged.h"

#include <algorithm>

#include "base/text.h"
#include "commands/objectscript.h"
#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

std::string take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string word{line.substr(0, end)};
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::string key_of(const GlobalReference& global) {
  std::vector<std::string> subscripts;
  for (const Expression& subscript : global.subscripts)
    subscripts.push_back(subscript.text);
  return global_key(global.name, subscripts);
}

Change change_of(std::string_view line) {
  const std::string whole{line};
  Change change;
  const auto number = to_number(take_word(line));
  take_word(line);  // when it was acknowledged
  change.database = take_word(line);
  const auto program = parse_program(line);
  if (!number || !program || program->size() != 1)
    throw Damage{"not an acknowledged change: '" + whole + "'"};
  change.number = static_cast<std::uint64_t>(*number);
  if (const auto* const set = std::get_if<SetGlobal>(&program->front())) {
    change.key = key_of(set->global);
    change.value = set->value.text;
  } else if (const auto* const kill = std::get_if<KillGlobal>(&program->front())) {
    change.kind = ChangeKind::kill;
    change.key = key_of(kill->global);
  } else {
    throw Damage{"not an acknowledged change: '" + whole + "'"};
  }
  return change;
}

}  // namespace

std::vector<Change> parse_acknowledged(std::string_view text) {
  std::vector<Change> changes;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    changes.push_back(change_of(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return changes;
}

Missing missing_of(std::vector<Change> acknowledged, const Nodes& nodes) {
  std::sort(acknowledged.begin(), acknowledged.end(),
            [](const Change& a, const Change& b) { return a.number < b.number; });
  std::map<std::pair<std::string, std::string>, const Change*> expected;
  for (const Change& change : acknowledged) {
    if (change.kind == ChangeKind::kill)
      std::erase_if(expected, [&](const auto& one) {
        return one.first.first == change.database && lies_below(one.first.second, change.key);
      });
    expected[{change.database, change.key}] = &change;
  }
  Missing missing;
  missing.acknowledged = expected.size();
  std::uint64_t newest_there = 0;
  for (const auto& [place, change] : expected) {
    const auto node = nodes.find(place);
    const bool there = change->kind == ChangeKind::set
                           ? node != nodes.end() && node->second == change->value
                           : node == nodes.end();
    if (there)
      newest_there = std::max(newest_there, change->number);
    else
      missing.numbers.push_back(change->number);
  }
  std::sort(missing.numbers.begin(), missing.numbers.end());
  missing.hole = !missing.numbers.empty() && missing.numbers.front() < newest_there;
  return missing;
}

std::string missing_text(const Missing& missing) {
  if (missing.numbers.empty()) return "0";
  return std::to_string(missing.numbers.size()) + (missing.hole ? " (hole: " : " (tail: ") +
         std::to_string(missing.numbers.front()) + " to " + std::to_string(missing.numbers.back()) +
         ")";
}

}  // namespace standin
