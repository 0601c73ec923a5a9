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

class Cpf {
 public:
  /// The file, or what is wrong with it: "line N: …". At most 4 MiB are looked at.
  static std::variant<Cpf, std::string> parse(std::string_view text);

  [[nodiscard]] std::optional<std::string> get(std::string_view section,
                                               std::string_view key) const;
  [[nodiscard]] std::string get_or(std::string_view section, std::string_view key,
                                   std::string_view fallback) const;
  /// Replaces the value in place; adds what is missing, section included.
  void set(std::string_view section, std::string_view key, std::string_view value);
  /// Every parameter of `other` into this one. Its actions are not taken over.
  void merge(const Cpf& other);
  [[nodiscard]] const std::vector<Action>& actions() const { return actions_; }
  [[nodiscard]] std::string text() const;

 private:
  struct Parameter {
    std::string key;
    std::string value;
  };
  struct Section {
    std::string name;
    std::vector<Parameter> parameters;
  };
  Section& section(std::string_view name);

  std::vector<Section> sections_;
  std::vector<Action> actions_;
};

/// The first iris.cpf of an instance whose data are in `data`.
Cpf factory_cpf(const std::string& data);

}  // namespace standin
