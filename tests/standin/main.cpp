// One program under the names iris-main, iris, irisdb and irisHealth.sh; under its own name the
// first argument says which; `load` makes load, `--switches` prints the table of switches,
// `--cover` a pairwise cover of the facts in it.
#include <unistd.h>

#include <string>
#include <vector>

#include "base/cover.h"
#include "base/process.h"
#include "base/switches.h"
#include "commands/iris_command.h"
#include "commands/load.h"
#include "daemons/daemons.h"
#include "instance/listing.h"
#include "main/agent.h"
#include "main/iris_main.h"

namespace {

using standin::Words;

int run_as(const std::string& name, const Words& arguments) {
  if (name != "irisHealth.sh") standin::set_process_name(name);
  if (name == "iris-main") return standin::iris_main_main(arguments);
  if (name == "iris") return standin::iris_command_main(arguments);
  if (name == "irisdb") return standin::irisdb_main(arguments);
  if (name == "ISCAgent") return standin::agent_main();
  if (name == "load") return standin::load_main(standin::configured_instance(), arguments);
  if (name == "irisHealth.sh") return standin::health_script();
  if (name == "--cover") {
    standin::write_all(STDOUT_FILENO, standin::cover_as_text());
    return 0;
  }
  if (name == "--switches") {
    const bool markdown = !arguments.empty() && arguments.front() == "markdown";
    standin::write_all(STDOUT_FILENO,
                       markdown ? standin::switches_as_markdown() : standin::switches_as_text());
    return 0;
  }
  standin::write_all(STDERR_FILENO, "iris-standin: cannot be called '" + name + "'\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Words words{argv, argv + argc};
  for (std::string& word : words) {
    word = standin::fs::path{word}.filename().string();
    break;
  }
  if (words.size() > 1 && words.front() == "iris-standin") words.erase(words.begin());
  if (words.empty()) return 2;
  try {
    return run_as(words.front(), {words.begin() + 1, words.end()});
  } catch (const standin::SwitchError& error) {
    standin::write_all(STDERR_FILENO, std::string{"iris-standin: "} + error.what() + "\n");
    return 70;
  }
}
