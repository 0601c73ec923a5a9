// The one file that includes inih.
#include "supervisor/core/settings.h"

#include <fmt/core.h>
#include <ini.h>

#include <algorithm>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

/// Debian's inih cuts lines at 199 bytes without a word: a longer line is an error before it sees
/// it.
constexpr std::size_t longest_line = 198;
constexpr std::string_view prefix = "IRIS_INIT_";

struct IniEntry {
  std::string section;
  std::string key;
  std::string value;
};

int keep_entry(void* user, const char* section, const char* key, const char* value) {
  static_cast<std::vector<IniEntry>*>(user)->push_back({section, key, value});
  return 1;
}

std::string upper(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

/// A Service named iris-init makes Kubernetes inject IRIS_INIT_PORT=tcp://…,
/// IRIS_INIT_SERVICE_HOST…
bool is_kubernetes_own(std::string_view name) {
  return name.starts_with("IRIS_INIT_PORT") || name.find("_SERVICE_") != std::string_view::npos ||
         name.find("_PORT_") != std::string_view::npos || name.ends_with("_PORT");
}

std::string nearest_setting(std::string_view name) {
  std::vector<SettingName> names;
  for (const Setting* setting : setting::all)
    names.push_back(environment_name(*setting));
  std::vector<std::string_view> views;
  views.reserve(names.size());
  for (const SettingName& candidate : names)
    views.push_back(candidate.view());
  const std::string_view best = nearest(name, views);
  return best.empty() ? std::string{} : fmt::format("; did you mean '{}'?", best);
}

}  // namespace

Result<Settings> Settings::load(const SettingSources& sources) {
  Settings settings;
  std::string problems;
  const auto take = [&](const Setting& setting, std::string_view value, std::string source) {
    const auto problem = problem_with(setting, value);
    if (!problem.empty())
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "\n", source, problem.view());
    settings.values_[&setting] = {std::string{value}, std::move(source)};
  };
  const auto complain = [&](const std::string& line) {
    if (!problems.empty()) problems += '\n';
    problems += line;
  };

  for (const Setting* setting : setting::all)
    settings.values_[setting] = {std::string{setting->fallback}, "default"};

  std::size_t line_number = 0;
  for (const std::string_view line : lines_of(sources.ini_text)) {
    ++line_number;
    if (line.size() > longest_line)
      complain(fmt::format("{}:{}: the line has {} bytes; at most {} are allowed", sources.ini_name,
                           line_number, line.size(), longest_line));
  }
  if (!problems.empty()) return Error{problems};

  // inih takes an indented line for a second value of the line before: none is left indented.
  std::string text;
  for (const std::string_view line : lines_of(sources.ini_text))
    text.append(trim(line)).append("\n");
  std::vector<IniEntry> entries;
  if (const int bad_line = ini_parse_string(text.c_str(), keep_entry, &entries); bad_line != 0)
    complain(fmt::format("{}:{}: neither '[section]', 'key = value' nor a comment",
                         sources.ini_name, bad_line));
  for (const IniEntry& entry : entries) {
    const Setting* setting = find_setting(upper(entry.section), upper(entry.key));
    const std::string where =
        fmt::format("{}: [{}] {}", sources.ini_name, entry.section, entry.key);
    if (setting == nullptr)
      complain(
          where + ": there is no such setting" +
          nearest_setting(fmt::format("{}{}_{}", prefix, upper(entry.section), upper(entry.key))));
    else if (setting->pid1)
      complain(where + ": read before any file is; set " +
               std::string{environment_name(*setting).view()} + " in the environment instead");
    else
      take(*setting, entry.value, where);
  }

  for (const char* const* entry = sources.environment; entry != nullptr && *entry != nullptr;
       ++entry) {
    const std::string_view assignment{*entry};
    const std::string_view name = assignment.substr(0, assignment.find('='));
    if (!name.starts_with(prefix) || name.size() == assignment.size()) continue;
    const auto known =
        std::find_if(setting::all.begin(), setting::all.end(),
                     [&](const Setting* s) { return environment_name(*s).view() == name; });
    if (known != setting::all.end())
      take(**known, assignment.substr(name.size() + 1), std::string{name});
    else if (!is_kubernetes_own(name))
      settings.warnings_.push_back(
          fmt::format("'{}' is no setting of iris-init, ignoring{}", name, nearest_setting(name)));
  }
  if (!problems.empty()) return Error{problems};
  return settings;
}

const std::string& Settings::text(const Setting& setting) const {
  return values_.at(&setting).text;
}

std::int64_t Settings::number(const Setting& setting) const {
  return parse_number(text(setting)).value_or(setting.min);
}

Nanos Settings::duration(const Setting& setting) const {
  return parse_duration(text(setting)).value_or(setting.min);
}

std::int64_t Settings::bytes(const Setting& setting) const {
  return parse_size(text(setting)).value_or(setting.min);
}

bool Settings::has(const Setting& setting, std::string_view word) const {
  const auto words = split(text(setting), ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

const std::string& Settings::source(const Setting& setting) const {
  return values_.at(&setting).source;
}

std::string Settings::print() const {
  std::string out;
  for (const Setting* setting : setting::all)
    out += fmt::format("{:<40} = {:<32} # {}; {}\n", environment_name(*setting).view(),
                       text(*setting), source(*setting), setting->help);
  return out;
}

}  // namespace sup
