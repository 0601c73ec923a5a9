// cpfmerge diff: what a merge would change, as a unified diff.
#include <unistd.h>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/merging.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/unified_diff.h"

namespace cpf::cli {

int diff_command(Words arguments) {
  const auto parsed = Arguments::parse(arguments, {{"--color", {}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  const auto& files = parsed->operands();
  if (files.size() < 2) return usage_error("diff: BASE and at least one MERGE file are needed");
  const std::string_view when = parsed->has("--color") ? parsed->value("--color") : "auto";
  if (when != "auto" && when != "always" && when != "never")
    return usage_error("'{}' is no time for colours; allowed: auto, always, never", when);
  const bool coloured = when == "always" || (when == "auto" && ::isatty(STDOUT_FILENO) == 1);

  const auto merged = merge_files(files);
  if (!merged) return Exit::errors;
  const std::string after = files[0] + " (merged)";
  print(unified_diff(merged->before, merged->after, {files[0], after}, coloured));
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
