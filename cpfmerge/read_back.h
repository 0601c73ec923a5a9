#pragma once
// read_back: did IRIS take over what the merge file asks for? Parameter by parameter; of actions
// nothing can be read back.
#include <string>
#include <vector>

#include "cpfmerge/document.h"

namespace cpf {

enum class ReadState : std::uint8_t {
  in_cpf,      ///< stands in iris.cpf
  differs,     ///< iris.cpf has another value, or none
  next_start,  ///< stands in iris.cpf, but IRIS has to start anew for it
};

struct ReadParameter {
  std::string section;
  std::string name;
  ReadState state = ReadState::in_cpf;
  /// Of a parameter that the model checks, and that is therefore no secret; else empty.
  std::string wanted;
  std::string found;
};

/// `started`: iris.cpf as it was when IRIS started; nullptr: not known, and then nothing waits for
/// the next start.
std::vector<ReadParameter> read_back(const Document& wanted, const Document& active,
                                     const Document* started);

/// Parameters of `after` that are not in `before`, or with another value: `[section] name`.
std::vector<std::string> changed_parameters(const Document& before, const Document& after);

}  // namespace cpf
