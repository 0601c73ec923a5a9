// cpfmerge follow: waits until the sources of the merge change, composes anew and ends. The agent
// runs it again and again: a volume that is stuck holds this process, never the agent.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <string>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/live_edit.h"
#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/cli/source_state.h"
#include "cpfmerge/cli/source_watch.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"

namespace cpf::cli {
namespace {

/// Where inotify sees nothing.
constexpr sup::Nanos look_again = sup::seconds(10);

/// One at a time. An agent that was killed has left its helper behind, which ends with it, but
/// perhaps a moment after the next agent has started us.
sup::UniqueFd lock(const std::string& run_dir) {
  constexpr sup::Nanos others_end_within = sup::seconds(2);
  constexpr int between_tries_ms = 20;
  sup::UniqueFd fd{::open(run_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const sup::Nanos end = sup::monotonic_now() + others_end_within;
  while (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (sup::monotonic_now() >= end) fd.reset();
    ::poll(nullptr, 0, between_tries_ms);
  }
  return fd;
}

/// "" when nothing has changed until `end`.
std::string changed_print(const PrepareInput& input, sup::Nanos end) {
  const std::string before = remembered_fingerprint(input);
  for (;;) {
    SourceWatch watch{input};
    std::string now = fingerprint(input);
    const sup::Nanos left = end - sup::monotonic_now();
    if (now != before) {
      // Not in the middle of it: what is composed must be what was found.
      watch.wait(sup::milliseconds(200));
      if (fingerprint(input) == now) return now;
      continue;
    }
    if (left <= 0) return {};
    watch.wait(std::min(left, look_again));
  }
}

}  // namespace

int follow_command(Words arguments) {
  const auto parsed = Arguments::parse(arguments, {{"--run-dir", {}, true}, {"--for", {}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (!parsed->operands().empty()) return usage_error("follow: takes no operands");
  const auto length = parsed->has("--for") ? sup::parse_duration(parsed->value("--for"))
                                           : std::optional{sup::minutes(10)};
  if (!length) return usage_error("'{}' is not a duration such as 10m", parsed->value("--for"));
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whoever started us started us for itself

  const auto input = load_prepare_input(parsed->value("--run-dir"));
  if (!input) {
    complain("{}", input.error().what);
    return Exit::errors;
  }
  const sup::UniqueFd alone = lock(input->run_dir);
  if (!alone) {
    complain("another one follows '{}' already", input->run_dir);
    return Exit::errors;
  }
  const std::string print_now = changed_print(*input, sup::monotonic_now() + *length);
  if (print_now.empty()) {
    print("unchanged\n");
  } else {
    const auto outcome = take_edit(*input, print_now);
    if (!outcome) {
      complain("{}", outcome.error().what);
      return Exit::errors;
    }
    print(fmt::format("{} {}\n", name_of(*outcome), version_of(input->merge_file())));
  }
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
