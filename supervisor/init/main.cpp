// iris-init: reads its options and becomes PID 1's loop.
#include <unistd.h>

#include <array>
#include <cstddef>
#include <new>

#include "supervisor/core/exit_code.h"
#include "supervisor/init/init.h"
#include "supervisor/init/licence.h"

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
  if (options.help || options.version || options.licence) {
    print(STDOUT_FILENO, options.help      ? sup::init_help()
                         : options.version ? sup::init_version(argv[0])
                                           : sup::licence_text());
    return 0;
  }
  if (options.log != sup::InitOptions::Log::automatic)
    log.set_json(options.log == sup::InitOptions::Log::json);
  log.set_level(options.log_level);
  // Its process table is too large for a small stack. Never destroyed: atexit(3), which a static
  // object would register with, is a heap in disguise on musl.
  alignas(sup::Init) static std::array<std::byte, sizeof(sup::Init)> room;
  return (new (room.data()) sup::Init{options, log})->run(environ);
}
