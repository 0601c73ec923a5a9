// cpfmerge helper: what only a short-lived child may do with the data volume. Whoever started us
// has a deadline: a stuck volume makes us unkillable, not them.
#include <array>
#include <string_view>

#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/freeze_helpers.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/cli/volume_helpers.h"

namespace cpf::cli {
namespace {

struct Helper {
  std::string_view name;
  int (*run)(Words);
};

constexpr std::array<Helper, 5> helpers{{{"sync", sync_helper},
                                         {"witness", witness_helper},
                                         {"resumed", resumed_helper},
                                         {"disk", disk_helper},
                                         {"tail", tail_helper}}};

}  // namespace

int helper_command(Words arguments) {
  if (arguments.size() < 2)
    return usage_error(
        "helper: expected 'sync DATA', 'witness DATA', 'resumed DATA', 'disk DIR' or 'tail FILE "
        "FROM'");
  const std::string_view name{arguments[0]};
  for (const Helper& helper : helpers) {
    if (helper.name == name) return helper.run(arguments.subspan(1));
  }
  return usage_error("helper: unknown helper '{}'", name);
}

}  // namespace cpf::cli
