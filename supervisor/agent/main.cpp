// iris-agent: options, settings, one event loop.
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <utility>

#include "supervisor/agent/agent.h"
#include "supervisor/base/log.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/os/files.h"

namespace {

sup::Result<sup::Settings> load_settings(bool with_file) {
  const std::string path{sup::environment_value(environ, "IRIS_INIT_PATHS_CONFIG")
                             .value_or(sup::setting::paths_config.fallback)};
  sup::SettingSources sources;
  sources.environment = environ;
  sources.ini_name = path;
  if (!with_file) return sup::Settings::load(sources);
  const auto text = sup::read_file(path, 1024UL * 1024);
  if (text)
    sources.ini_text = *text;
  else if (text.error().code != ENOENT)
    return text.error();
  return sup::Settings::load(sources);
}

sup::log::Format log_format(const sup::Settings& settings) {
  const std::string& format = settings.text(sup::setting::log_format);
  if (format == "json") return sup::log::Format::json;
  return format == "text" ? sup::log::Format::text : sup::log::Format::automatic;
}

sup::Level log_level(const sup::Settings& settings) {
  for (const sup::Level level : {sup::Level::debug, sup::Level::warning, sup::Level::error}) {
    if (name_of(level) == settings.text(sup::setting::log_level)) return level;
  }
  return sup::Level::info;
}

int refuse(const sup::Error& error) {
  std::fprintf(stderr, "iris-agent: %s\n", error.what.c_str());
  return sup::ExitCode::usage;
}

int run(const char* const* argv) {
  auto options = sup::parse_agent_options(argv);
  if (!options) return refuse(options.error());
  if (options->help) return std::fputs(sup::agent_help().data(), stdout) < 0 ? 1 : 0;
  if (options->version) return std::puts("iris-agent " IRIS_INIT_VERSION) < 0 ? 1 : 0;
  auto settings = load_settings(true);
  if (!settings && options->link_fd >= 0) {
    // An edit of the file while IRIS runs must not cost the probes: go on without it, loudly.
    std::fprintf(stderr, "iris-agent: %s; going on without the settings file\n",
                 settings.error().what.c_str());
    settings = load_settings(false);
  }
  if (!settings) return refuse(settings.error());
  if (options->print_config) return std::fputs(settings->print().c_str(), stdout) < 0 ? 1 : 0;
  if (options->link_fd < 0)
    return refuse({"--link-fd is missing: iris-agent is started by iris-init; see --help"});
  if (options->run_dir.empty()) options->run_dir = settings->text(sup::setting::paths_run_dir);

  sup::log::start("iris-agent", log_format(*settings), log_level(*settings));
  auto signals = sup::block_and_read_signals();
  if (!signals) return refuse(sup::errno_error("cannot read signals", signals.error()));
  boost::asio::io_context io{1};
  sup::Agent agent{io, std::move(*options), std::move(*settings), std::move(*signals)};
  return agent.run();
}

}  // namespace

int main(int /*argc*/, char** argv) {
  try {
    return run(argv);
  } catch (const std::exception&
               error) {  // out of memory, or a library's surprise: PID 1 starts another
    std::fprintf(stderr, "iris-agent: %s\n", error.what());
    return sup::ExitCode::forced;
  }
}
