#include "supervisor/agent/hooks.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "supervisor/base/log.h"
#include "supervisor/base/result.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

/// Of what a hook says, so much goes to the log.
constexpr std::size_t most_lines = 100;
constexpr std::size_t longest_line = 1000;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

void log_output(std::string_view hook, std::string_view output) {
  const auto lines = lines_of(output);
  const std::size_t shown = std::min(lines.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i)
    log::info("freeze.hook", "{}: {}", hook, lines[i].substr(0, longest_line));
  if (lines.size() > shown)
    log::warning("freeze.hook", "{}: {} more lines are left out", hook, lines.size() - shown);
}

std::string how_it_failed(const std::string& hook, const JobResult& result, Nanos timeout) {
  if (!result.started) return fmt::format("'{}' could not be started", hook);
  if (result.timed_out)
    return fmt::format("'{}' has not ended within {}", hook, format_duration(timeout).view());
  if (result.code == 0) return {};
  const auto lines = lines_of(result.output);
  return fmt::format("'{}' ended with {}{}{}", hook, result.code, lines.empty() ? "" : ": ",
                     lines.empty() ? "" : trim(lines.back()).substr(0, 200));
}

}  // namespace

struct Hooks::Round {
  HookPhase phase = HookPhase::pre;
  std::string directory;
  std::vector<std::string> names;
  std::size_t at = 0;
  std::vector<std::string> environment;
  std::string failure;  ///< the first
  std::function<bool()> pointless;
  Done done;
};

void Hooks::run(HookPhase phase, std::vector<std::string> environment,
                std::function<bool()> pointless, Done done) {
  if (directory_.empty()) return done({}, false);
  auto round = std::make_shared<Round>();
  round->phase = phase;
  round->directory = fmt::format("{}/{}", directory_, name_of(phase));
  round->names = list(round->directory, round->failure);
  round->environment = std::move(environment);
  round->pointless = std::move(pointless);
  round->done = std::move(done);
  next(round);
}

std::vector<std::string> Hooks::list(const std::string& directory, std::string& problem) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> open{::opendir(directory.c_str())};
  if (!open) {
    if (errno != ENOENT)
      problem = errno_error(fmt::format("cannot open the hooks' directory '{}'", directory)).what;
    return names;
  }
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    struct stat info {};
    // A name that begins with a dot is a ConfigMap's own, or hidden on purpose.
    if (name.starts_with('.') || ::fstatat(::dirfd(open.get()), name.c_str(), &info, 0) != 0 ||
        !S_ISREG(info.st_mode))
      continue;
    const bool may_run = ::faccessat(::dirfd(open.get()), name.c_str(), X_OK, AT_EACCESS) == 0;
    if (is_hook_name(name) && may_run) {
      names.push_back(name);
      continue;
    }
    timeline_.add(
        Level::warning, "freeze.hook_ignored", "'{}/{}' is not run: {}", directory, name,
        may_run ? "a hook's name has letters, digits, '_' and '-' only" : "it is not executable");
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Hooks::next(const std::shared_ptr<Round>& round) {
  const bool abort =
      round->phase == HookPhase::pre && (!round->failure.empty() || round->pointless());
  if (abort || round->at == round->names.size()) return round->done(round->failure, round->at > 0);
  const std::string path = fmt::format("{}/{}", round->directory, round->names[round->at++]);
  jobs_.run(
      {path}, timeout_, Jobs::Keep::output_and_errors,
      [this, round, path](const JobResult& result) { ended(round, path, result); },
      round->environment);
}

void Hooks::ended(const std::shared_ptr<Round>& round, const std::string& path,
                  const JobResult& result) {
  log_output(path, result.output);
  const std::string failure = how_it_failed(path, result, timeout_);
  if (failure.empty()) {
    log::info("freeze.hook", "{} is done after {}", path, describe_duration(result.took).view());
  } else {
    timeline_.add(Level::error, "freeze.hook_failed", "{} hook {}", name_of(round->phase), failure);
    if (round->failure.empty()) round->failure = failure;
  }
  next(round);
}

}  // namespace sup
