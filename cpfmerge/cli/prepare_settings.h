#pragma once
// What the start-up step works on: our settings and the few variables of IRIS's own environment.
#include <optional>
#include <string>
#include <string_view>

#include "supervisor/base/result.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/core/settings.h"

namespace cpf::cli {

struct PrepareInput {
  sup::Settings settings;
  std::string run_dir;
  std::string data_directory;     ///< ISC_DATA_DIRECTORY; "": the data lie in the container
  std::string install_directory;  ///< ISC_PACKAGE_INSTALLDIR
  std::string active_cpf;         ///< where it exists, there is an instance
  std::string user_merge_file;    ///< ISC_CPF_MERGE_FILE as the user set it; "": not set

  [[nodiscard]] std::string merge_file() const { return run_dir + "/merge.cpf"; }
  [[nodiscard]] std::string summary_file() const { return run_dir + "/merge.json"; }
  /// How many bytes messages.log had before this start.
  [[nodiscard]] std::string messages_size_file() const { return run_dir + "/messages.size"; }
};

/// From the environment and the settings file. `run_dir` overrides PATHS RUN_DIR unless it is "".
/// The error may have several lines, one per problem.
sup::Result<PrepareInput> load_prepare_input(std::string_view run_dir);

/// Why IRIS must not be started: one event, one clear line with the remedy, and our exit code.
struct Refusal {
  std::string event;
  std::string message;
  int code = sup::ExitCode::refused;
  std::string details = {};  ///< what else the termination message says; logged already
};
/// nothing: go on.
using Step = std::optional<Refusal>;

/// " (owned by 0:0, mode 0755)"; "" when the path cannot be looked at.
std::string describe_owner(const std::string& path);
/// How a directory on a volume becomes writable for us.
std::string ownership_remedy(const std::string& path);

}  // namespace cpf::cli
