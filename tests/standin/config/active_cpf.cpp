// Replacing iris.cpf.
#include "config/active_cpf.h"

#include <array>

#include "clock.h"
#include "text.h"

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

}  // namespace

std::string invalid_cpf(const Cpf& cpf) {
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

std::string replace_cpf(const fs::path& target, const Cpf& cpf) {
  const std::string text = cpf.text();
  const auto old = read_file(target);
  if (old == text) return {};
  const fs::path trial = target.string() + "_Merge";
  if (!write_file(trial, text)) return "ERROR #5001: Cannot write " + trial.string();
  std::error_code error;
  const auto read_back = Cpf::parse(read_file(trial).value_or("["));
  const auto* const bad = std::get_if<std::string>(&read_back);
  const std::string wrong = bad != nullptr ? *bad : invalid_cpf(*std::get_if<Cpf>(&read_back));
  if (!wrong.empty()) {
    fs::remove(trial, error);
    return "ERROR #408: " + trial.string() + ", " + wrong;
  }
  if (old && !fs::exists(dated(target), error) && !write_file(dated(target), *old)) {
    fs::remove(trial, error);
    return "ERROR #5001: Cannot write " + dated(target).string();
  }
  fs::rename(trial, target, error);
  return error ? "ERROR #5001: Cannot write " + target.string() : std::string{};
}

void note_last_good(const Instance& instance) {
  const auto text = read_file(instance.cpf_file());
  const fs::path copy = instance.data / "_LastGood_.cpf";
  if (text && read_file(copy) != text) write_file(copy, *text);
}

}  // namespace standin
