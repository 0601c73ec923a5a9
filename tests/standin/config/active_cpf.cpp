// Replacing iris.cpf.
#include "config/active_cpf.h"

#include <array>

#include "base/clock.h"
#include "base/text.h"

namespace standin {
namespace {

struct Range {
  const char* section;
  const char* key;
  std::int64_t least;
  std::int64_t most;
};

// Some of the documented ranges: enough to have a file refused for its content.
constexpr std::array<Range, 5> ranges{{{"Startup", "DefaultPort", 1, 65535},
                                       {"Startup", "WebServerPort", 0, 65535},
                                       {"Startup", "ShutdownTimeout", 120, 100'000},
                                       {"config", "gmheap", 0, 1'073'741'824},
                                       {"config", "routines", 0, 1'048'576}}};

/// "directory/iris.cpf_20260630".
fs::path dated(const fs::path& target) {
  return target.string() + "_" + journal_day();
}

/// A parameter that is, or empty.
std::string out_of_range(const Cpf& cpf) {
  for (const Range& range : ranges) {
    const auto value = cpf.get(range.section, range.key);
    if (!value || value->empty()) continue;
    const auto number = to_number(*value);
    if (!number || *number < range.least || *number > range.most)
      return std::string{"["} + range.section + "] " + range.key + "=" + *value +
             ": value is not in " + std::to_string(range.least) + ".." + std::to_string(range.most);
  }
  return {};
}

}  // namespace

fs::path trial_of(const fs::path& target) {
  return target.string() + "_Merge";
}

std::string write_trial(const fs::path& target, const Cpf& cpf) {
  const fs::path trial = trial_of(target);
  if (!write_file(trial, cpf.text())) return "ERROR #5001: Cannot write " + trial.string();
  const auto read_back = Cpf::parse(read_file(trial).value_or("["));
  const auto* const broken = std::get_if<std::string>(&read_back);
  const std::string wrong =
      broken != nullptr ? *broken : out_of_range(*std::get_if<Cpf>(&read_back));
  if (wrong.empty()) return {};
  remove_trial(target);
  return "ERROR #408: " + trial.string() + ", " + wrong;
}

void remove_trial(const fs::path& target) {
  std::error_code ignored;
  fs::remove(trial_of(target), ignored);
}

std::string replace_cpf(const fs::path& target, const Cpf& cpf) {
  const auto old = read_file(target);
  if (old == cpf.text()) {
    remove_trial(target);
    return {};
  }
  std::string wrong = write_trial(target, cpf);
  if (!wrong.empty()) return wrong;
  std::error_code error;
  if (old && !fs::exists(dated(target), error) && !write_file(dated(target), *old))
    wrong = "ERROR #5001: Cannot write " + dated(target).string();
  else if (fs::rename(trial_of(target), target, error); error)
    wrong = "ERROR #5001: Cannot write " + target.string();
  if (!wrong.empty()) remove_trial(target);
  return wrong;
}

void note_last_good(const Instance& instance) {
  const auto text = read_file(instance.cpf_file());
  const fs::path copy = instance.data / "_LastGood_.cpf";
  if (text && read_file(copy) != text) write_file(copy, *text);
}

}  // namespace standin
