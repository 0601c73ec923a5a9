#include "cpfmerge/compose.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cpfmerge/actions.h"
#include "cpfmerge/names.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t most_warnings = 100;

struct Setting {
  std::string_view key;  ///< in its first spelling
  const Line* line = nullptr;
  std::size_t source = 0;
};

struct Section {
  std::string_view name;  ///< in its first spelling
  std::vector<Setting> settings;
  std::map<std::string, std::size_t, std::less<>> by_id;
};

struct ActionLine {
  std::string_view text;
  std::size_t source = 0;
};

class Composer {
 public:
  Composer(const std::vector<Source>& sources, const Actions& done)
      : sources_{sources}, done_{done} {
    for (std::size_t i = 0; i < sources.size(); ++i)
      read(i);
  }

  Composition compose() && {
    Composition out;
    out.text = "# composed by cpfmerge; an edit here is lost at the next start\n";
    for (Section& section : sections_)
      write(section, out.text);
    for (const ActionLine& action : actions_)
      out.actions.emplace(action.text);
    std::erase_if(actions_,
                  [this](const ActionLine& action) { return done_.contains(action.text); });
    out.new_actions = actions_.size();
    write_actions(out.text);
    out.warnings = std::move(warnings_);
    return out;
  }

 private:
  void read(std::size_t source) {
    std::string_view name;
    for (const Line& line : sources_[source].document.lines()) {
      if (line.kind == LineKind::section)
        name = line.name();
      else if (line.kind == LineKind::action)
        actions_.push_back({line.value(), source});
      else if (line.kind == LineKind::setting && !name.empty())
        take(section(name), line, source);
    }
  }

  Section& section(std::string_view name) {
    const auto [entry, is_new] = sections_by_id_.emplace(section_id(name), sections_.size());
    if (is_new) sections_.push_back({name, {}, {}});
    return sections_[entry->second];
  }

  void take(Section& section, const Line& line, std::size_t source) {
    const auto [entry, is_new] =
        section.by_id.emplace(key_id(section.name, line.name()), section.settings.size());
    if (is_new) {
      section.settings.push_back({line.name(), &line, source});
      return;
    }
    Setting& setting = section.settings[entry->second];
    if (setting.source != source && setting.line->value() != line.value())
      warn(section, setting, line, source);
    setting.line = &line;
    setting.source = source;
  }

  void warn(const Section& section, const Setting& old, const Line& line, std::size_t source) {
    if (warnings_.size() == most_warnings) return;
    const std::string& other = sources_[old.source].name;
    warnings_.push_back(
        {.severity = Severity::warning,
         .rule = Rule::contradiction,
         .file = sources_[source].name,
         .line = line.number,
         .column = line.name_column(),
         .found =
             fmt::format("[{}] {} has another value in {}:{}; the last source counts",
                         printable(section.name), printable(line.name()), other, old.line->number),
         .other_file = other,
         .other_line = old.line->number});
  }

  /// A comment of its own line where the source changes: behind a value, IRIS might not see it.
  void name_source(std::size_t source, std::size_t& named, std::string& out) const {
    if (source == named) return;
    named = source;
    out.append("# from ").append(printable(sources_[source].name)).append("\n");
  }

  void write(Section& section, std::string& out) const {
    std::stable_sort(section.settings.begin(), section.settings.end(),
                     [](const Setting& a, const Setting& b) { return a.source < b.source; });
    out.append("\n[").append(section.name).append("]\n");
    std::size_t named = sources_.size();
    for (const Setting& setting : section.settings) {
      name_source(setting.source, named, out);
      out.append(setting.key).append("=").append(setting.line->value()).append("\n");
    }
  }

  void write_actions(std::string& out) const {
    if (actions_.empty()) return;
    out.append("\n[Actions]\n");
    std::size_t named = sources_.size();
    for (const ActionLine& action : actions_) {
      name_source(action.source, named, out);
      out.append(action.text).append("\n");
    }
  }

  const std::vector<Source>& sources_;
  const Actions& done_;
  std::vector<Section> sections_;
  std::map<std::string, std::size_t, std::less<>> sections_by_id_;
  std::vector<ActionLine> actions_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace

Composition compose(const std::vector<Source>& sources, const Actions& done) {
  return Composer{sources, done}.compose();
}

Actions actions_in(const Document& document) {
  Actions actions;
  for (const Line& line : document.lines())
    if (line.kind == LineKind::action) actions.emplace(line.value());
  return actions;
}

Source password_source(std::string name, std::string_view hash) {
  return {std::move(name), Document::parse(fmt::format("[Startup]\nPasswordHash={}\n", hash))};
}

Passwords passwords_in(const Document& document) {
  Passwords found;
  const auto startup = document.get("Startup", "PasswordHash").value_or("");
  found.startup = !startup.empty() && startup != "\"\"";
  for (const Line& line : document.lines()) {
    if (line.kind != LineKind::action) continue;
    const ParsedAction parsed = parse_action(line.value());
    for (const Property& property : parsed.action.properties)
      if (sup::equal_ignoring_case(property.name, "PasswordHash") && !property.value.empty())
        found.actions = true;
  }
  return found;
}

}  // namespace cpf
