// A line of [Actions]: parsed or refused with a place in the line; what is parsed points into it.
#include "cpfmerge/actions.h"
#include "cpfmerge/model.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const cpf::ParsedAction parsed = cpf::parse_action(text);
  fuzz::require(parsed.offset <= text.size(), "the problem lies in the line");
  if (!parsed.problem.empty()) return 0;
  fuzz::require(!parsed.action.operation.empty(), "an operation has a name");
  fuzz::require(!parsed.action.properties.empty(), "and properties");
  std::size_t last = 0;
  for (const cpf::Property& property : parsed.action.properties) {
    fuzz::require(property.offset <= text.size(), "a value lies in the line");
    fuzz::require(property.offset > last, "in their order");
    last = property.offset;
    fuzz::require(property.value.size() <= text.size(), "nothing is made up");
  }
  const std::string_view nearest = cpf::nearest_operation(parsed.action.operation);
  fuzz::require(nearest.empty() || cpf::find_operation(nearest) != nullptr,
                "the nearest operation is one");
  return 0;
}
