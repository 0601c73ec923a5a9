#pragma once
// Sheet: a label and its facts per line, for people.
#include <fmt/core.h>

#include <string>
#include <string_view>

namespace sup {

/// Lines with a label in front of the first; "" lines are left out.
class Sheet {
 public:
  void line(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    text_ += fmt::format("{:<11}{}\n", label == last_ ? std::string_view{} : label, text);
    last_ = label;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view last_;
};

}  // namespace sup
