// iris-init: reads its options and becomes PID 1's loop.
#include <unistd.h>

#include "supervisor/core/exit_code.h"
#include "supervisor/init/init.h"

namespace {

void print(int fd, std::string_view text) {
  [[maybe_unused]] const ssize_t ignored = ::write(fd, text.data(), text.size());
}

}  // namespace

int main(int /*argc*/, char** argv) {
  sup::LineWriter log{STDERR_FILENO, "iris-init"};
  const sup::ParsedOptions parsed = sup::parse_init_options(argv, environ);
  const sup::InitOptions& options = parsed.options;
  if (!parsed.problem.empty()) {
    sup::FixedText<600> line;
    line.append("iris-init: ").append(parsed.problem.view()).append('\n');
    print(STDERR_FILENO, line.view());
    return sup::ExitCode::usage;
  }
  if (options.help) {
    print(STDOUT_FILENO, sup::init_help());
    return 0;
  }
  if (options.version) {
    print(STDOUT_FILENO, "iris-init " IRIS_INIT_VERSION "\n");
    return 0;
  }
  if (options.log != sup::InitOptions::Log::automatic)
    log.set_json(options.log == sup::InitOptions::Log::json);
  log.set_level(options.log_level);
  static sup::Init init{options, log};  // its process table is too large for a small stack
  return init.run(environ);
}
