// cpfmerge prepare: the step between PID 1's start and IRIS's. PID 1 gives it a socket and a
// deadline and ends it with SIGTERM; by hand it does the same without reporting.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/data_lock.h"
#include "cpfmerge/cli/effective_file.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/leftovers.h"
#include "cpfmerge/cli/preflight.h"
#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/cli/reporter.h"
#include "cpfmerge/cli/say.h"
#include "supervisor/base/log.h"
#include "supervisor/base/text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"

namespace cpf::cli {
namespace {

constexpr std::string_view program = "cpfmerge";

/// What IRIS has said until now is history; what it says of the start, the agent wants to read, and
/// may come too late to see where that begins.
void note_messages_size(const PrepareInput& input) {
  const std::string& directory =
      input.data_directory.empty() ? input.install_directory : input.data_directory;
  struct stat info {};
  const bool is_there = ::stat((directory + "/mgr/messages.log").c_str(), &info) == 0;
  const std::string text = fmt::format("{}\n", is_there ? info.st_size : 0);
  if (!replace_file(input.messages_size_file(), text, 0640, Durable::no))
    ::unlink(input.messages_size_file().c_str());  // not that of another start
}

Step prepare(const PrepareInput& input, const Reporter& reporter) {
  const Refusal nobody{"prepare.failed", "iris-init is gone; nothing to prepare for"};
  if (!reporter.send(sup::PrepareStage::started)) return nobody;
  if (auto refusal = check_run_directory(input)) return refusal;
  sup::UniqueFd lock;  // PID 1 holds it on; without PID 1 it ends with us
  if (auto refusal = lock_data(input, reporter, lock)) return refusal;
  const std::uint32_t swept = clear_leftovers(input);
  if (auto refusal = check_surroundings(input)) return refusal;
  bool merge_file = false;
  if (auto refusal = write_effective_file(input, merge_file)) return refusal;
  note_messages_size(input);
  if (!reporter.send(sup::PrepareStage::done, -1, merge_file, swept)) return nobody;
  return std::nullopt;
}

void start_log(const sup::Settings& settings) {
  const std::string& format = settings.text(sup::setting::log_format);
  const std::string& level = settings.text(sup::setting::log_level);
  auto chosen = sup::log::Format::automatic;
  if (format == "text") chosen = sup::log::Format::text;
  if (format == "json") chosen = sup::log::Format::json;
  auto least = sup::Level::info;
  for (const auto candidate : {sup::Level::debug, sup::Level::warning, sup::Level::error})
    if (sup::name_of(candidate) == level) least = candidate;
  sup::log::start(program, chosen, least);
}

/// The kubelet shows this file in `kubectl describe pod`; elsewhere it does not exist. PID 1, which
/// reads nothing foreign, leaves it as it is when we have refused.
void tell_outside(std::string_view why) {
  constexpr std::size_t most = 2000;
  const sup::UniqueFd file{
      ::open("/dev/termination-log", O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!file) return;
  why = sup::trim(why).substr(0, most);
  [[maybe_unused]] const ssize_t ignored = ::write(file.get(), why.data(), why.size());
}

/// -1: not given; below -1: not a descriptor of ours.
int report_descriptor(const Arguments& arguments) {
  if (!arguments.has("--report-fd")) return -1;
  const auto number = sup::parse_number(arguments.value("--report-fd"));
  if (!number || *number < 3 || *number > 1'000'000) return -2;
  const auto fd = static_cast<int>(*number);
  return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -2;
}

}  // namespace

int prepare_command(Words arguments) {
  const auto parsed =
      Arguments::parse(arguments, {{"--report-fd", {}, true}, {"--run-dir", {}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (!parsed->operands().empty()) return usage_error("prepare: takes no operands");
  const int report_fd = report_descriptor(*parsed);
  if (report_fd < -1)
    return usage_error("'{}' is not an open descriptor above 2", parsed->value("--report-fd"));
  const std::string_view run_dir = parsed->value("--run-dir");
  if (parsed->has("--run-dir") && !run_dir.starts_with('/'))
    return usage_error("the run directory '{}' does not begin with '/'", run_dir);

  sup::log::start(program);
  const auto input = load_prepare_input(run_dir);
  if (!input) {
    for (const std::string_view line : sup::lines_of(input.error().what))
      sup::log::error("prepare.settings", "{}", line);
    if (report_fd >= 0) tell_outside(input.error().what);
    return sup::ExitCode::refused;
  }
  start_log(input->settings);
  for (const std::string& warning : input->settings.warnings())
    sup::log::warning("prepare.settings", "{}", warning);
  const Reporter reporter = report_fd >= 0 ? Reporter{report_fd} : Reporter{};
  const Step refusal = prepare(*input, reporter);
  if (!refusal) return Exit::fine;
  sup::log::error(refusal->event, "{}", refusal->message);
  if (report_fd >= 0) tell_outside(refusal->message + "\n" + refusal->details);
  return refusal->code;
}

}  // namespace cpf::cli
