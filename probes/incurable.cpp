#include "probes/incurable.h"

#include <algorithm>
#include <array>

namespace probes {
namespace {

struct Cause {
  std::string_view said;
  std::string_view meaning;
};

constexpr std::array<Cause, 7> causes{{
    {"Invalid Community Edition license", "the licence is refused (too many cores, or expired)"},
    {"invalid instance name '", "there is no instance of this name"},
    {"ERROR #5001: Cannot create target", "the durable directory cannot be written"},
    {"Error while moving data directories", "the durable directory cannot be filled"},
    {"ERROR #5001: Unable to find Registry entry", "the durable directory cannot be upgraded"},
    {"Required Linux capability ", "a Linux capability is missing"},
    {"Invalid registry ownership", "the registry (IRISSYS) belongs to another user"},
}};

}  // namespace

std::string_view incurable_cause(std::string_view line) {
  const auto* const found = std::find_if(causes.begin(), causes.end(), [line](const Cause& cause) {
    return line.find(cause.said) != std::string_view::npos;
  });
  return found == causes.end() ? std::string_view{} : found->meaning;
}

}  // namespace probes
