// cpfmerge: checks, merges and composes IRIS's configuration files; PID 1's step before IRIS.
#include <algorithm>
#include <array>
#include <string_view>

#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/say.h"

namespace {

using cpf::cli::Words;

constexpr std::string_view help =
    R"(usage: cpfmerge COMMAND …
  check [--strict] [--active] [-o json] FILE…
                                    what is wrong: file:line:column: error|warning: text. Several files are
                                    fragments of one merge; --active: a CPF of IRIS's own
  merge BASE MERGE… [-o OUT] [--dry-run]
                                    merge into a CPF while IRIS is down; to standard output, or to OUT
                                    with a dated backup; --dry-run only names what would change
  diff [--color auto|always|never] BASE MERGE…
                                    what a merge would change, as a unified diff; passwords are hidden
  passwordhash [--workfactor N] [--algorithm SHA512|SHA1] [--verify HASH]
                                    PasswordHash of the password that is asked for or piped in
  prepare [--report-fd N] [--run-dir DIR]
                                    the step before IRIS: data lock, left-overs, preflight, merge file
  follow [--run-dir DIR] [--for TIME]
                                    waits until a source of the merge changes, composes anew, and says what
                                    came of it: composed, same, held (and which version of the file is there),
                                    or unchanged when the time is over
  read-back [--run-dir DIR] [--started] [--confirm VERSION]
                                    what of the effective merge file stands in iris.cpf, as JSON
  helper sync DATA | witness DATA   flushes the file systems that DATA/iris.cpf names; lists the databases
                                    there with size and time
  helper resumed DATA               who has resumed IRIS, as its messages.log has it
  helper disk DIR | tail FILE FROM  tells whether a file system takes a write; what a log has new
  --help, --version
Exit codes: 0 fine, 1 errors found, 2 usage, 65 the password does not match;
prepare: 0, 75 another container holds the data directory, 78 refused (the lines above say why).
)";

struct Command {
  std::string_view name;
  int (*run)(Words);
};

constexpr std::array<Command, 8> commands{{{"check", cpf::cli::check_command},
                                           {"diff", cpf::cli::diff_command},
                                           {"merge", cpf::cli::merge_command},
                                           {"passwordhash", cpf::cli::password_command},
                                           {"prepare", cpf::cli::prepare_command},
                                           {"follow", cpf::cli::follow_command},
                                           {"read-back", cpf::cli::read_back_command},
                                           {"helper", cpf::cli::helper_command}}};

}  // namespace

int main(int argc, char** argv) {
  using namespace std::string_view_literals;
  const Words words{argv + 1, argv + (argc > 0 ? argc : 1)};
  if (words.empty()) return cpf::cli::usage_error("no command given");
  const std::string_view name{words[0]};
  const auto asks_for_help = [](std::string_view word) {
    return word == "--help"sv || word == "-h"sv;
  };
  const bool wants_help =
      name == "help"sv || std::any_of(words.begin(), words.end(), asks_for_help);
  if (wants_help || name == "--version"sv) {
    cpf::cli::print(wants_help ? help : "cpfmerge " IRIS_INIT_VERSION "\n"sv);
    return cpf::cli::flush_output() ? cpf::cli::Exit::fine : cpf::cli::Exit::errors;
  }
  for (const Command& command : commands)
    if (command.name == name) return command.run(words.subspan(1));
  return cpf::cli::usage_error("unknown command '{}'", name);
}
