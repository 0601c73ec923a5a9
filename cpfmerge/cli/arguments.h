#pragma once
// Arguments: a command's options and operands. `--name value`, `--name=value`, `-n value`; `--`
// ends the options.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/result.h"

namespace cpf::cli {

struct OptionSpec {
  std::string_view name;             ///< "--out"
  std::string_view short_name = {};  ///< "-o"
  bool has_value = false;
};

class Arguments {
 public:
  static sup::Result<Arguments> parse(std::span<char* const> arguments,
                                      const std::vector<OptionSpec>& specs);

  [[nodiscard]] bool has(std::string_view name) const { return options_.contains(name); }
  /// "" when it was not given.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::string> operands_;
};

}  // namespace cpf::cli
