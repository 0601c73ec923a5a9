#include "cpfmerge/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "cpfmerge/actions.h"
#include "cpfmerge/model.h"
#include "cpfmerge/names.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t most_of_a_severity = 100;
constexpr std::size_t longest_shown_value = 40;

struct Description {
  std::string found;
  std::string_view expected;
};

Description describe(const Line& line) {
  switch (line.fault) {
    case Fault::header_not_closed:
      return {fmt::format("section header '{}' without ']'", printable(line.value().substr(0, 24))),
              "'[name]'"};
    case Fault::text_after_header:
      return {"text behind a section header", "'[name]' and nothing else"};
    case Fault::no_section_name:
      return {"a section without a name", "'[name]'"};
    case Fault::no_key:
      return {"a value without a parameter before '='", "'parameter=value'"};
    case Fault::none:
    case Fault::no_equals:
      break;
  }
  return {fmt::format("{} characters that are neither '[section]' nor 'parameter=value' nor a "
                      "comment; is it the rest of the line above?",
                      line.value().size()),
          "each parameter on one line: no line of a CPF continues on the next one"};
}

/// A parameter that is checked holds no secret; still, what is long may be a slip of the clipboard.
std::string shown(std::string_view value) {
  return value.size() > longest_shown_value ? fmt::format("a value of {} bytes", value.size())
                                            : fmt::format("'{}'", printable(value));
}

class Checker {
 public:
  Checker(std::string_view file, const Document& document, FileKind kind)
      : file_{file}, document_{document}, kind_{kind} {}

  std::vector<Diagnostic> check() && {
    for (const Line& line : document_.lines())
      take(line);
    return std::move(diagnostics_);
  }

 private:
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
      case LineKind::malformed: {
        auto fault = describe(line);
        add(line, line.value_column(),
            {.rule = Rule::syntax,
             .found = std::move(fault.found),
             .expected = std::string{fault.expected}});
        break;
      }
    }
    was_in_block_ = line.in_block;
  }

  void add(const Line& line, std::size_t column, Diagnostic diagnostic) {
    std::size_t& count = diagnostic.severity == Severity::error ? errors_ : warnings_;
    if (++count > most_of_a_severity) return;
    if (count == most_of_a_severity) diagnostic.found += "; more of them are not shown";
    diagnostic.file = file_;
    diagnostic.line = line.number;
    diagnostic.column = column;
    diagnostics_.push_back(std::move(diagnostic));
  }

  /// What is not shown need not be made: the nearest name is dear.
  std::string nearest_unless_full(auto nearest) const {
    return warnings_ < most_of_a_severity ? std::string{nearest()} : std::string{};
  }

  void warn(const Line& line, std::size_t column, Diagnostic diagnostic) {
    diagnostic.severity = Severity::warning;
    add(line, column, std::move(diagnostic));
  }

  void take_comment(const Line& line) {
    if (!line.in_block || was_in_block_) return;
    warn(line, 1,
         {.rule = Rule::block_comment,
          .found = "a comment over several lines, which IRIS does not document",
          .expected = "';' before each of them"});
  }

  void take_section(const Line& line) {
    section_ = line.name();
    model_ = find_section(section_);
    if (model_ == nullptr)
      return warn(line, line.name_column(),
                  {.rule = Rule::unknown_section,
                   .found = fmt::format("section '{}' is not known", printable(section_)),
                   .nearest = nearest_unless_full([this] { return nearest_section(section_); })});
    if (kind_ == FileKind::active && is_actions(section_))
      add(line, line.name_column(),
          {.rule = Rule::actions_in_cpf,
           .found = "[Actions] in IRIS's own CPF: IRIS does not start with it",
           .expected = "it in a merge file only; remove the section here"});
  }

  void take_setting(const Line& line) {
    if (section_.empty())
      return add(line, line.name_column(),
                 {.rule = Rule::syntax,
                  .found = fmt::format("'{}=' before any section", printable(line.name())),
                  .expected = "'[name]' above it"});
    take_duplicate(line);
    if (is_password_hash(section_, line.name()))
      take_password_hash(line, line.value_column(), line.value());
    else if (model_ != nullptr && !model_->items)
      take_known(line);
  }

  void take_known(const Line& line) {
    const Parameter* const parameter = find_parameter(*model_, line.name());
    if (parameter == nullptr)
      return warn(line, line.name_column(),
                  {.rule = Rule::unknown_parameter,
                   .found = fmt::format("[{}] {} is not known", printable(section_),
                                        printable(line.name())),
                   .nearest = nearest_unless_full(
                       [&] { return nearest_parameter(*model_, line.name()); })});
    if (is_fine(*parameter, line.value())) return;
    const std::string found = parameter->type == Type::text
                                  ? fmt::format("a value of {} bytes", line.value().size())
                                  : shown(line.value());
    warn(line, line.value_column(),
         {.rule = Rule::value,
          .found = fmt::format("[{}] {} is {}", printable(section_), parameter->name, found),
          .expected = expected_value(*parameter)});
  }

  void take_duplicate(const Line& line) {
    const auto [entry, is_new] =
        seen_.emplace(section_id(section_) + '\n' + key_id(section_, line.name()), &line);
    if (is_new) return;
    const Line& first = *std::exchange(entry->second, &line);
    if (first.value() == line.value()) return;
    warn(line, line.name_column(),
         {.rule = Rule::repeated,
          .found = fmt::format("[{}] {} has another value in line {}; the last one counts",
                               printable(section_), printable(line.name()), first.number),
          .other_file = std::string{file_},
          .other_line = first.number});
  }

  void take_password_hash(const Line& line, std::size_t column, std::string_view value) {
    if (value.empty() || value == "\"\"") return;  // IRIS ignores it
    const auto hash = parse_password_hash(value);
    if (!hash)
      add(line, column, {.rule = Rule::password_hash, .found = hash.error().what});
    else if (!hash->doubt.empty())
      warn(line, column, {.rule = Rule::password_hash, .found = hash->doubt});
  }

  void take_action(const Line& line) {
    const ParsedAction parsed = parse_action(line.value());
    if (!parsed.problem.empty())
      return add(line, line.value_column() + parsed.offset,
                 {.rule = Rule::action_syntax, .found = parsed.problem});
    const std::string_view name = parsed.action.operation;
    const Operation* const operation = find_operation(name);
    if (operation == nullptr)
      warn(line, line.value_column(),
           {.rule = Rule::unknown_operation,
            .found = fmt::format("operation '{}' is not known", printable(name)),
            .nearest = nearest_unless_full([&] { return nearest_operation(name); })});
    for (const Property& property : parsed.action.properties) {
      const std::size_t column = line.value_column() + property.offset;
      if (sup::equal_ignoring_case(property.name, "PasswordHash"))
        take_password_hash(line, column, property.value);
      else if (property.name.empty() && !sup::to_lower(name).starts_with("delete"))
        warn(line, column,
             {.rule = Rule::action_property,
              .found = "a value without a name",
              .expected = "'Property=value'"});
    }
    if (operation != nullptr) take_needed(line, *operation, parsed.action);
  }

  void take_needed(const Line& line, const Operation& operation, const Action& action) {
    const auto has = [&](std::string_view name) {
      return std::any_of(
          action.properties.begin(), action.properties.end(), [name](const Property& property) {
            return property.name.empty() || sup::equal_ignoring_case(property.name, name);
          });
    };
    for (const std::string_view needed : sup::split(operation.needed, '|'))
      if (!needed.empty() && !has(needed))
        warn(line, line.value_column(),
             {.rule = Rule::action_property,
              .found = fmt::format("{} without {}", operation.name, needed),
              .expected = fmt::format("'{}=…' in it", needed)});
  }

  std::string_view file_;
  const Document& document_;
  FileKind kind_;
  std::string_view section_;
  const SectionModel* model_ = nullptr;
  std::unordered_map<std::string, const Line*> seen_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  bool was_in_block_ = false;
};

}  // namespace

std::vector<Diagnostic> check(std::string_view file, const Document& document, FileKind kind) {
  return Checker{file, document, kind}.check();
}

}  // namespace cpf
