#pragma once
// Cpf: a configuration parameter file as sections of parameters. Comments are not kept: IRIS
// rewrites its own file, too. Sections and parameters are found without regard to case.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace standin {

/// One line of [Actions]: `operation:properties`.
struct Action {
  std::string operation;
  std::string properties;
};

/// Which value counts when a file names a parameter more than once.
enum class Repeated { last, first };

class Cpf {
 public:
  struct Parameter {
    std::string key;
    std::string value;
    bool quoted_empty = false;  ///< written as `""`
  };
  struct Section {
    std::string name;
    std::vector<Parameter> parameters;
  };

  /// The file, or what is wrong with it: "line N: …". At most 4 MiB are looked at.
  static std::variant<Cpf, std::string> parse(std::string_view text,
                                              Repeated repeated = Repeated::last);

  [[nodiscard]] std::optional<std::string> get(std::string_view section,
                                               std::string_view key) const;
  [[nodiscard]] std::string get_or(std::string_view section, std::string_view key,
                                   std::string_view fallback) const;
  /// Replaces the value in place; adds what is missing, section included, where IRIS has it: in the
  /// order of bytes, but databases and mappings at the end.
  void set(std::string_view section, std::string_view key, std::string_view value);
  void erase(std::string_view section, std::string_view key);
  [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }
  [[nodiscard]] const std::vector<Action>& actions() const { return actions_; }
  [[nodiscard]] std::string text() const;

 private:
  Section& section(std::string_view name);

  std::vector<Section> sections_;
  std::vector<Action> actions_;
};

}  // namespace standin
