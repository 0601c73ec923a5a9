// The input up to the first NUL is merged into the rest. Twice is once; nothing of the base is
// lost; what was asked for is there; [Actions] stay out; the diff tells all of it.
#include <string>

#include "cpfmerge/compose.h"
#include "cpfmerge/merge.h"
#include "cpfmerge/names.h"
#include "cpfmerge/read_back.h"
#include "cpfmerge/unified_diff.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t nul = text.find('\0');
  const cpf::Document overlay = cpf::Document::parse(text.substr(0, nul));
  const std::string_view base =
      nul == std::string_view::npos ? std::string_view{} : text.substr(nul + 1);
  const cpf::Document before = cpf::Document::parse(base);
  cpf::Document once = cpf::Document::parse(base);
  const auto changes = cpf::merge(once, overlay);
  const std::string merged = once.text();

  cpf::Document twice = cpf::Document::parse(merged);
  fuzz::require(cpf::merge(twice, overlay).empty(), "a second merge changes nothing");
  fuzz::require(twice.text() == merged, "not even blank lines");
  for (const cpf::ReadParameter& read : cpf::read_back(overlay, twice, nullptr))
    fuzz::require(cpf::is_actions(read.section) || read.state == cpf::ReadState::in_cpf,
                  "what was asked for is there");
  fuzz::require(cpf::actions_in(twice) == cpf::actions_in(before), "actions are not merged");
  fuzz::require(once.lines().size() >= before.lines().size(), "no line is lost");
  const std::string diff = cpf::unified_diff(before, once, {"a", "b"}, false);
  fuzz::require(diff.empty() == (merged == base), "the diff tells whether anything changed");
  fuzz::require(changes.empty() || !diff.empty(), "a change shows in the diff");
  return 0;
}
