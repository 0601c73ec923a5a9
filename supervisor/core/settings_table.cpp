#include "supervisor/core/settings_table.h"

#include "supervisor/base/units.h"
#include "supervisor/core/signal_names.h"

namespace sup {
namespace {

/// Is `word` one of the words of `list`?
bool has_word(std::string_view list, char separator, std::string_view word) {
  while (!list.empty()) {
    const std::size_t at = std::min(list.find(separator), list.size());
    if (list.substr(0, at) == word) return true;
    list.remove_prefix(std::min(at + 1, list.size()));
  }
  return false;
}

bool all_words_allowed(std::string_view words, std::string_view allowed) {
  if (words.empty() || words.back() == ',') return false;
  while (!words.empty()) {
    const std::size_t at = std::min(words.find(','), words.size());
    if (!has_word(allowed, '|', words.substr(0, at))) return false;
    words.remove_prefix(std::min(at + 1, words.size()));
  }
  return true;
}

bool in_range(const Setting& setting, std::optional<std::int64_t> value) {
  return value && *value >= setting.min && *value <= setting.max;
}

void append_range(FixedText<256>& out, const Setting& setting) {
  const bool is_duration = setting.type == SettingType::duration;
  const auto append = [&](std::int64_t bound) {
    if (is_duration)
      out.append(format_duration(bound).view());
    else
      out.append_number(bound);
  };
  append(setting.min);
  if (setting.max == INT64_MAX) {
    out.append(" or more");
  } else {
    out.append(" to ");
    append(setting.max);
  }
}

FixedText<256> refusal(std::string_view value, std::string_view expected) {
  FixedText<256> out;
  return out.append('\'').append(value.substr(0, 80)).append("' is not ").append(expected);
}

}  // namespace

const Setting* find_setting(std::string_view section, std::string_view key) {
  for (const Setting* setting : setting::all) {
    if (setting->section == section && setting->key == key) return setting;
  }
  return nullptr;
}

SettingName environment_name(const Setting& setting) {
  SettingName name;
  return name.append("IRIS_INIT_").append(setting.section).append('_').append(setting.key);
}

FixedText<256> problem_with(const Setting& setting, std::string_view value) {
  FixedText<256> none;
  switch (setting.type) {
    case SettingType::text:
      return none;
    case SettingType::path:
      if (value.empty() || value.front() == '/') return none;
      return refusal(value, "an absolute path; it must begin with '/'");
    case SettingType::number: {
      if (in_range(setting, parse_number(value))) return none;
      auto out = refusal(value, "a number that is allowed: ");
      append_range(out, setting);
      return out;
    }
    case SettingType::duration: {
      if (in_range(setting, parse_duration(value))) return none;
      auto out = refusal(value, "a duration that is allowed: ");
      append_range(out, setting);
      return out.append(", written as 500ms, 5s, 2m or 1h");
    }
    case SettingType::size: {
      if (in_range(setting, parse_size(value))) return none;
      auto out = refusal(value, "a size that is allowed: ");
      append_range(out, setting);
      return out.append(" bytes, written as 4096, 64Ki, 16Mi or 2Gi");
    }
    case SettingType::choice: {
      if (has_word(setting.allowed, '|', value)) return none;
      return refusal(value, "allowed; one of: ").append(setting.allowed);
    }
    case SettingType::choices: {
      if (all_words_allowed(value, setting.allowed)) return none;
      return refusal(value, "allowed; one or more, separated by commas, of: ")
          .append(setting.allowed);
    }
    case SettingType::signal:
      if (parse_signal(value)) return none;
      return refusal(value, "a signal; allowed: a name such as SIGTERM or a number from 1 to 64");
  }
  return none;
}

std::optional<std::string_view> environment_value(const char* const* environment,
                                                  std::string_view name) {
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace sup
