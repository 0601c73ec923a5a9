// cpfmerge check: what is wrong with CPF and merge files.
#include "cpfmerge/check.h"
#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/say.h"
#include "supervisor/os/files.h"

namespace cpf::cli {

int check_command(Words arguments) {
  const auto parsed = Arguments::parse(arguments, {{"--strict"}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (parsed->operands().empty()) return usage_error("check: no FILE given");
  bool refused = false;
  for (const std::string& file : parsed->operands()) {
    const auto text = sup::read_file(file, largest_cpf);
    if (!text) {
      complain("{}", text.error().what);
      refused = true;
      continue;
    }
    for (Diagnostic& diagnostic : check(file, Document::parse(*text))) {
      if (parsed->has("--strict")) diagnostic.severity = Severity::error;
      refused = refused || diagnostic.severity == Severity::error;
      print(render(diagnostic) + "\n");
    }
  }
  if (!flush_output()) return Exit::errors;
  return refused ? Exit::errors : Exit::fine;
}

}  // namespace cpf::cli
