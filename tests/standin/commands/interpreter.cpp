// Evaluating expressions and carrying out commands.
#include "commands/interpreter.h"

#include <charconv>
#include <cstdint>

#include "base/text.h"
#include "commands/session_error.h"
#include "store/global_key.h"

namespace standin {
namespace {

class Interpreter {
 public:
  explicit Interpreter(World& world) : world_{world} {}

  /// False after a halt.
  bool run(const Program& program) {
    for (const Command& command : program)
      if (!std::visit([this](const auto& one) { return carry_out(one); }, command)) return false;
    return true;
  }
  [[nodiscard]] int status() const { return status_; }

 private:
  bool carry_out(const MethodCall& call) {
    status_ = world_.call(call);
    return true;
  }
  bool carry_out(const SetGlobal& set) {
    // Subscripts first, as IRIS does: $increment in one counts before the value is made.
    const std::string key = key_of(set.global);
    world_.set(key, value_of(set.value));
    return true;
  }
  bool carry_out(const KillGlobal& kill) {
    world_.kill(key_of(kill.global));
    return true;
  }
  bool carry_out(const Write& write) {
    std::string text;
    for (const Expression& value : write.values)
      text += value_of(value);
    world_.write(text);
    return true;
  }
  bool carry_out(const Hang& hang) {
    const std::string text = value_of(hang.seconds);
    double seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    world_.hang(seconds);
    return true;
  }
  bool carry_out(const Halt& /*halt*/) {
    status_ = 0;
    return false;
  }
  bool carry_out(const For& loop) {
    const std::int64_t from = number_of(loop.from);
    const std::int64_t step = number_of(loop.step);
    const std::int64_t to = number_of(loop.to);
    for (std::int64_t i = from; step < 0 ? i >= to : i <= to; i += step) {
      variables_[loop.variable] = std::to_string(i);
      if (!run(loop.body)) return false;
    }
    return true;
  }

  std::int64_t number_of(const Expression& expression) {
    return to_number(value_of(expression)).value_or(0);
  }

  std::string key_of(const GlobalReference& global) {
    std::vector<std::string> subscripts;
    for (const Expression& subscript : global.subscripts) {
      subscripts.push_back(value_of(subscript));
      if (subscripts.back().empty()) throw SessionError{"<SUBSCRIPT> ^" + global.name + "(\"\")"};
    }
    std::string key = global_key(global.name, subscripts);
    if (key.size() > longest_key) throw SessionError{"<SUBSCRIPT> ^" + global.name};
    return key;
  }

  std::string value_of(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::literal:
        return expression.text;
      case Expression::Kind::variable: {
        const auto variable = variables_.find(expression.text);
        if (variable == variables_.end()) throw SessionError{"<UNDEFINED> *" + expression.text};
        return variable->second;
      }
      case Expression::Kind::global: {
        const std::string key = key_of(expression.global);
        auto value = world_.get(key);
        if (!value) throw SessionError{"<UNDEFINED> *" + global_text(key)};
        return *value;
      }
      case Expression::Kind::get: {
        auto value = world_.get(key_of(expression.global));
        if (value) return *value;
        return expression.fallback.empty() ? std::string{} : value_of(expression.fallback.front());
      }
      case Expression::Kind::increment:
        return world_.increment(key_of(expression.global));
    }
    return {};
  }

  World& world_;
  std::map<std::string, std::string> variables_;
  int status_ = 0;
};

}  // namespace

int run_program(const Program& program, World& world) {
  Interpreter interpreter{world};
  interpreter.run(program);
  return interpreter.status();
}

}  // namespace standin
