// irisctl: asks the agent, prints what it says and exits with its code.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "supervisor/core/settings_table.h"
#include "supervisor/irisctl/client.h"
#include "supervisor/irisctl/options.h"
#include "supervisor/irisctl/render.h"
#include "supervisor/irisctl/wait.h"
#include "supervisor/irisctl/with_freeze.h"

namespace {

/// For verbs that the agent answers from memory.
constexpr sup::Nanos short_question = sup::seconds(10);
/// The agent was told --timeout, too, and answers then with what it has undone.
constexpr sup::Nanos grace = sup::milliseconds(500);

void print(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

void complain(std::string_view text) {
  print(stderr, "irisctl: " + sup::line_text(text));
}

/// USER@HOST. No getpwuid(): a static program has no NSS.
std::string default_owner() {
  const char* user = std::getenv("USER");
  const std::string name = user != nullptr && *user != '\0' ? user : std::to_string(::geteuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') return "irisctl";
  return name + '@' + host.data();
}

std::string text_of(sup::Verb verb, const sup::control::Reply& reply) {
  switch (verb) {
    case sup::Verb::status:
      return sup::status_text(reply.data);
    case sup::Verb::freeze:
      return sup::freeze_text(reply);
    case sup::Verb::thaw:
      return sup::thaw_text(reply);
    case sup::Verb::merge:
      return sup::merge_text(reply.data);
    case sup::Verb::help:
    case sup::Verb::probe:
    case sup::Verb::wait:
    case sup::Verb::with_freeze:
    case sup::Verb::hold:
    case sup::Verb::release:
    case sup::Verb::restart:
    case sup::Verb::stop:
    case sup::Verb::version:
      return sup::line_text(reply.text);
  }
  return {};
}

/// A result goes to standard output, trouble to standard error.
bool is_result(sup::Verb verb, int code) {
  return code == sup::control::done || (verb == sup::Verb::probe && code == sup::control::failed) ||
         (verb == sup::Verb::thaw && code == sup::control::not_held);
}

void show(const sup::Options& options, const sup::Answer& answer) {
  const bool result = answer.from_agent && is_result(options.verb, answer.reply.code);
  if (options.json && answer.from_agent) print(stdout, sup::json_text(answer.reply.data));
  if (result && !options.json) print(stdout, text_of(options.verb, answer.reply));
  if (!result) complain(answer.reply.text);
  if (options.verb == sup::Verb::freeze && !answer.from_agent && answer.asked)
    complain("the freeze may still come about: see 'irisctl status'; 'irisctl thaw --owner " +
             options.request.owner + "' ends it, as does the end of the lease");
}

sup::Answer answer_to(const sup::Options& options) {
  const sup::Nanos now = sup::steady_now();
  const bool is_long = options.verb == sup::Verb::freeze || options.verb == sup::Verb::thaw;
  sup::Nanos deadline_at = now + short_question;
  if (is_long)
    deadline_at =
        options.timeout == 0 ? sup::never : sup::later(now, sup::later(options.timeout, grace));
  return sup::ask(options.socket, options.request, {.deadline_at = deadline_at});
}

int run(const sup::Options& options) {
  if (options.verb == sup::Verb::with_freeze) return sup::with_freeze(options);
  if (options.verb == sup::Verb::version && !options.json)
    print(stdout, "irisctl " IRIS_INIT_VERSION "\n");
  const sup::Answer answer =
      options.verb == sup::Verb::wait ? sup::wait_until(options) : answer_to(options);
  show(options, answer);
  return sup::exit_status(answer.reply.code, options.iris_status);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const char* run_dir = std::getenv(sup::environment_name(sup::setting::paths_run_dir).c_str());
  const sup::ParsedCommandLine parsed =
      sup::parse_command_line(words, {.run_dir = run_dir == nullptr ? "" : run_dir,
                                      .default_owner = default_owner(),
                                      .process = ::getpid()});
  if (!parsed.problem.empty()) {
    complain(parsed.problem);
    return sup::exit_status(sup::control::usage, parsed.options.iris_status);
  }
  int code = 0;
  if (!parsed.options.text.empty())
    print(stdout, parsed.options.text);
  else
    code = run(parsed.options);
  // A token that nobody can read is no success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain("cannot write to standard output");
    return sup::exit_status(sup::control::failed, parsed.options.iris_status);
  }
  return code;
}
