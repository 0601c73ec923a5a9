#pragma once
// Settings: the values of the table as a program sees them, each with where it came from. Pure: the
// caller reads the environment and the file.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/nanos.h"
#include "supervisor/base/result.h"
#include "supervisor/core/settings_table.h"

namespace sup {

struct SettingSources {
  const char* const* environment = nullptr;     ///< as environ
  std::string_view ini_text;                    ///< contents of the settings file; "" when missing
  std::string_view ini_name = "iris-init.ini";  ///< for messages
};

class Settings {
 public:
  /// Takes every value, or tells all that is wrong, one problem per line.
  static Result<Settings> load(const SettingSources& sources);

  [[nodiscard]] const std::string& text(const Setting& setting) const;
  [[nodiscard]] std::int64_t number(const Setting& setting) const;
  [[nodiscard]] Nanos duration(const Setting& setting) const;
  [[nodiscard]] std::int64_t bytes(const Setting& setting) const;
  /// For a choice of on|off.
  [[nodiscard]] bool is_on(const Setting& setting) const { return text(setting) == "on"; }
  /// For choices: is `word` one of them?
  [[nodiscard]] bool has(const Setting& setting, std::string_view word) const;
  /// The variable's name, "iris-init.ini: [section] key" or "default".
  [[nodiscard]] const std::string& source(const Setting& setting) const;
  /// Was it set by anyone?
  [[nodiscard]] bool is_default(const Setting& setting) const {
    return source(setting) == "default";
  }

  /// What deserves a warning: unknown IRIS_INIT_ names, with the nearest known one.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  /// One line per setting: `STOP TIMEOUT = 360s (default)  # help`.
  [[nodiscard]] std::string print() const;

 private:
  struct Value {
    std::string text;
    std::string source;
  };
  std::map<const Setting*, Value> values_;
  std::vector<std::string> warnings_;
};

}  // namespace sup
