// Any bytes are a document, and it gives them back; checking and composing it never fail, and what
// is composed is read back as it was.
#include <string>

#include "cpfmerge/check.h"
#include "cpfmerge/compose.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  std::vector<cpf::Source> sources;
  sources.push_back({"s", cpf::Document::parse(text)});
  const cpf::Document& document = sources[0].document;
  fuzz::require(document.text() == text, "the bytes are given back");
  for (const cpf::FileKind kind : {cpf::FileKind::merge, cpf::FileKind::active})
    for (const cpf::Diagnostic& diagnostic : cpf::check("f", document, kind))
      fuzz::require(!cpf::render(diagnostic).empty(), "a diagnostic says something");

  const cpf::Composition composition = cpf::compose(sources);
  const cpf::Document composed = cpf::Document::parse(composition.text);
  fuzz::require(composed.text() == composition.text, "the composed bytes are given back");
  std::string section;
  for (const cpf::Line& line : document.lines()) {
    if (line.kind == cpf::LineKind::section) section = line.name();
    if (line.kind == cpf::LineKind::setting && !section.empty())
      fuzz::require(composed.get(section, line.name()) == document.get(section, line.name()),
                    "composing keeps every parameter");
  }
  fuzz::require(cpf::actions_in(composed) == cpf::actions_in(document),
                "composing keeps every action");
  return 0;
}
