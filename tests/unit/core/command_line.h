#pragma once
// A command line of iris-init as a test writes it.
#include <string>
#include <vector>

#include "supervisor/core/init_options.h"

namespace sup::testing_support {

using Words = std::vector<std::string>;

/// A command line and an environment that live as long as the options that point into them.
class CommandLine {
 public:
  explicit CommandLine(std::vector<std::string> words, std::vector<std::string> environment = {})
      : words_{std::move(words)}, environment_{std::move(environment)} {
    argv_.push_back("iris-init");
    for (const std::string& word : words_)
      argv_.push_back(word.c_str());
    argv_.push_back(nullptr);
    for (const std::string& entry : environment_)
      env_.push_back(entry.c_str());
    env_.push_back(nullptr);
    parsed_ = parse_init_options(argv_.data(), env_.data());
  }
  [[nodiscard]] const InitOptions& options() const { return parsed_.options; }
  [[nodiscard]] std::string problem() const { return std::string{parsed_.problem.view()}; }
  [[nodiscard]] std::vector<std::string> program() const {
    std::vector<std::string> out;
    for (const char* const* word = parsed_.options.program; word != nullptr && *word != nullptr;
         ++word)
      out.emplace_back(*word);
    return out;
  }

 private:
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
  std::vector<const char*> argv_;
  std::vector<const char*> env_;
  ParsedOptions parsed_;
};

}  // namespace sup::testing_support
