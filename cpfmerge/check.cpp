#include "cpfmerge/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cpfmerge/actions.h"
#include "cpfmerge/names.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t most_of_a_severity = 100;

std::string did_you_mean(std::string_view nearest) {
  return nearest.empty() ? std::string{} : fmt::format("; did you mean '{}'?", nearest);
}

std::string describe(const Line& line) {
  switch (line.fault) {
    case Fault::header_not_closed:
      return fmt::format("section header '{}' without ']'; expected '[name]'",
                         printable(line.value().substr(0, 24)));
    case Fault::text_after_header:
      return "text behind a section header; expected '[name]' and nothing else";
    case Fault::no_section_name:
      return "a section without a name; expected '[name]'";
    case Fault::no_key:
      return "a value without a parameter before '='; expected 'parameter=value'";
    case Fault::none:
    case Fault::no_equals:
      break;
  }
  return fmt::format(
      "{} characters that are neither '[section]' nor 'parameter=value' nor a comment; is it the "
      "rest of the line above? No line of a CPF continues on the next one",
      line.value().size());
}

class Checker {
 public:
  explicit Checker(std::string_view file) : file_{file} {}

  void take(const Line& line) {
    switch (line.kind) {
      case LineKind::blank:
        break;
      case LineKind::comment:
        take_comment(line);
        break;
      case LineKind::section:
        take_section(line);
        break;
      case LineKind::setting:
        take_setting(line);
        break;
      case LineKind::action:
        take_action(line);
        break;
      case LineKind::malformed:
        add(Severity::error, line, line.value_column(), describe(line));
        break;
    }
    was_in_block_ = line.in_block;
  }
  std::vector<Diagnostic> diagnostics() && { return std::move(diagnostics_); }

 private:
  void add(Severity severity, const Line& line, std::size_t column, std::string message) {
    std::size_t& count = severity == Severity::error ? errors_ : warnings_;
    if (++count > most_of_a_severity) return;
    if (count == most_of_a_severity) message += "; more of them are not shown";
    diagnostics_.push_back({severity, std::string{file_}, line.number, column, std::move(message)});
  }

  void take_comment(const Line& line) {
    if (line.in_block && !was_in_block_)
      add(Severity::warning, line, 1,
          "a comment over several lines, which IRIS does not document; expected ';' before each");
  }

  void take_section(const Line& line) {
    section_ = line.name();
    if (!is_known_section(section_))
      add(Severity::warning, line, line.name_column(),
          fmt::format("section '{}' is not known{}", printable(section_),
                      did_you_mean(nearest_section(section_))));
  }

  void take_setting(const Line& line) {
    if (section_.empty())
      return add(Severity::error, line, line.name_column(),
                 fmt::format("'{}=' before any section; expected '[name]' above it",
                             printable(line.name())));
    take_duplicate(line);
    if (is_password_hash(section_, line.name()))
      take_password_hash(line, line.value_column(), line.value());
  }

  void take_duplicate(const Line& line) {
    const auto id = std::pair{section_id(section_), key_id(section_, line.name())};
    const auto [first, is_new] = seen_.emplace(id, &line);
    if (is_new) return;
    if (first->second->value() != line.value())
      add(Severity::warning, line, line.name_column(),
          fmt::format("[{}] {} has another value in line {}; the last one counts",
                      printable(section_), printable(line.name()), first->second->number));
    first->second = &line;
  }

  void take_password_hash(const Line& line, std::size_t column, std::string_view value) {
    if (value.empty() || value == "\"\"") return;  // IRIS ignores it
    const auto hash = parse_password_hash(value);
    if (!hash)
      add(Severity::error, line, column, hash.error().what);
    else if (!hash->doubt.empty())
      add(Severity::warning, line, column, hash->doubt);
  }

  void take_action(const Line& line) {
    const ParsedAction parsed = parse_action(line.value());
    if (!parsed.problem.empty())
      return add(Severity::error, line, line.value_column() + parsed.offset, parsed.problem);
    const std::string_view operation = parsed.action.operation;
    if (!is_known_operation(operation))
      add(Severity::warning, line, line.value_column(),
          fmt::format("operation '{}' is not known{}", printable(operation),
                      did_you_mean(nearest_operation(operation))));
    for (const Property& property : parsed.action.properties) {
      const std::size_t column = line.value_column() + property.offset;
      if (sup::equal_ignoring_case(property.name, "PasswordHash"))
        take_password_hash(line, column, property.value);
      else if (property.name.empty() && !sup::to_lower(operation).starts_with("delete"))
        add(Severity::warning, line, column, "a value without a name; expected 'Property=value'");
    }
  }

  std::string_view file_;
  std::string_view section_;
  std::map<std::pair<std::string, std::string>, const Line*> seen_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  bool was_in_block_ = false;
};

}  // namespace

std::vector<Diagnostic> check(std::string_view file, const Document& document) {
  Checker checker{file};
  for (const Line& line : document.lines())
    checker.take(line);
  return std::move(checker).diagnostics();
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(const Diagnostic& diagnostic) {
  return fmt::format("{}:{}:{}: {}: {}", diagnostic.file, diagnostic.line, diagnostic.column,
                     diagnostic.severity == Severity::error ? "error" : "warning",
                     diagnostic.message);
}

}  // namespace cpf
