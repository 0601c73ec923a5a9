#include "cpfmerge/cli/arguments.h"

#include <fmt/core.h>

#include <algorithm>

namespace cpf::cli {

sup::Result<Arguments> Arguments::parse(std::span<char* const> arguments,
                                        const std::vector<OptionSpec>& specs) {
  Arguments parsed;
  bool options_over = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word{arguments[i]};
    if (options_over || word == "-" || !word.starts_with('-')) {
      parsed.operands_.emplace_back(word);
      continue;
    }
    if (word == "--") {
      options_over = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto spec = std::find_if(specs.begin(), specs.end(), [name](const OptionSpec& s) {
      return s.name == name || (!s.short_name.empty() && s.short_name == name);
    });
    if (spec == specs.end()) return sup::Error{fmt::format("unknown option '{}'", name)};
    std::string& value = parsed.options_[std::string{spec->name}];
    if (!spec->has_value) {
      if (equals != std::string_view::npos)
        return sup::Error{fmt::format("option '{}' takes no value", name)};
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (++i < arguments.size()) {
      value = arguments[i];
    } else {
      return sup::Error{fmt::format("option '{}' needs a value", name)};
    }
  }
  return parsed;
}

std::string_view Arguments::value(std::string_view name) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::string_view{} : found->second;
}

}  // namespace cpf::cli
