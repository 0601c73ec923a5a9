#include "supervisor/irisctl/arguments.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "supervisor/base/text.h"

namespace sup {
namespace {

constexpr unsigned bit(Verb verb) {
  return 1U << static_cast<unsigned>(verb);
}
constexpr unsigned all_verbs = ~0U;
constexpr unsigned freezing = bit(Verb::freeze) | bit(Verb::with_freeze);
constexpr unsigned asking = bit(Verb::freeze) | bit(Verb::thaw);

struct FlagRule {
  std::string_view name;
  Flag flag = Flag::help;
  bool has_value = false;
  unsigned verbs = all_verbs;  ///< for which it is
};
constexpr std::array<FlagRule, 15> rules{{
    {"--help", Flag::help},
    {"-h", Flag::help},
    {"--version", Flag::version},
    {"--run-dir", Flag::run_dir, true},
    {"--output", Flag::output, true, all_verbs & ~bit(Verb::with_freeze)},
    {"-o", Flag::output, true, all_verbs & ~bit(Verb::with_freeze)},
    {"--for", Flag::what, true, bit(Verb::wait) | bit(Verb::hold)},
    {"--timeout", Flag::timeout, true, asking | bit(Verb::wait)},
    {"--lease", Flag::lease, true, freezing},
    {"--owner", Flag::owner, true, freezing | bit(Verb::thaw)},
    {"--token", Flag::token, true, bit(Verb::thaw)},
    {"--force", Flag::force, false, bit(Verb::thaw)},
    {"--foreign", Flag::foreign, false, bit(Verb::thaw)},
    {"--iris-status", Flag::iris_status, false, asking},
    {"--now", Flag::now, false, bit(Verb::stop)},
}};

std::vector<std::string_view> flag_names() {
  std::vector<std::string_view> names;
  names.reserve(rules.size());
  for (const FlagRule& rule : rules)
    names.push_back(rule.name);
  return names;
}

class Sorter {
 public:
  explicit Sorter(const std::vector<std::string>& words) : words_{words} {}

  Arguments sort() {
    while (out_.problem.empty() && next_ < words_.size())
      take_word();
    for (const GivenFlag& given : out_.flags)
      check_verb_of(given);
    return std::move(out_);
  }

 private:
  void complain(std::string problem) {
    if (out_.problem.empty()) out_.problem = std::move(problem);
  }

  void take_word() {
    const std::string_view word = words_[next_];
    const bool runs_command = out_.verb != nullptr && out_.verb->verb == Verb::with_freeze;
    if (word == "--") {
      if (!runs_command)
        return complain("'--' is for 'with-freeze' only: irisctl with-freeze … -- COMMAND");
      take_command(next_ + 1);
    } else if (word.size() > 1 && word.front() == '-') {
      ++next_;
      take_flag(word);
    } else if (out_.verb == nullptr) {
      ++next_;
      take_verb(word);
    } else if (runs_command) {
      take_command(next_);
    } else {
      ++next_;
      out_.operands.emplace_back(word);
    }
  }

  void take_verb(std::string_view word) {
    out_.verb = find_verb(word);
    if (out_.verb != nullptr) return;
    const std::string hint = did_you_mean(word, verb_names());
    complain(fmt::format("unknown verb '{}'{} Verbs: {}", word, hint.empty() ? "." : hint,
                         listed(verb_names())));
  }

  void take_command(std::size_t first) {
    out_.command.assign(words_.begin() + static_cast<std::ptrdiff_t>(first), words_.end());
    next_ = words_.size();
  }

  void take_flag(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [name](const FlagRule& known) { return known.name == name; });
    if (rule == rules.end()) {
      const std::string hint = did_you_mean(name, flag_names());
      return complain(fmt::format("unknown option '{}'{} {}", name, hint.empty() ? ";" : hint,
                                  see_help(out_.verb)));
    }
    GivenFlag given{rule->flag, rule->name, {}};
    if (name.size() < word.size()) {
      if (!rule->has_value) return complain(fmt::format("option '{}' takes no value", name));
      given.value = word.substr(name.size() + 1);
    } else if (rule->has_value) {
      if (next_ == words_.size())
        return complain(fmt::format("option '{}' needs a value; {}", name, see_help(out_.verb)));
      given.value = words_[next_++];
    }
    out_.flags.push_back(std::move(given));
  }

  void check_verb_of(const GivenFlag& given) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&given](const FlagRule& known) {
      return known.name == given.name;
    });
    if (out_.verb != nullptr && (rule->verbs & bit(out_.verb->verb)) == 0)
      complain(fmt::format("option '{}' is not for '{}'; {}", given.name, out_.verb->name,
                           see_help(out_.verb)));
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  Arguments out_;
};

}  // namespace

bool Arguments::has(Flag flag) const {
  return std::any_of(flags.begin(), flags.end(),
                     [flag](const GivenFlag& given) { return given.flag == flag; });
}

Arguments sort_arguments(const std::vector<std::string>& words) {
  return Sorter{words}.sort();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view best = nearest(word, known);
  return best.empty() ? std::string{} : fmt::format("; did you mean '{}'?", best);
}

std::string see_help(const VerbText* verb) {
  return verb == nullptr ? std::string{"see 'irisctl --help'"}
                         : fmt::format("see 'irisctl {} --help'", verb->name);
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words)
    out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

}  // namespace sup
