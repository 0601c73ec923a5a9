#pragma once
// The active iris.cpf: how it is replaced, and the copies that IRIS keeps beside it.
#include <string>

#include "config/cpf.h"
#include "instance.h"

namespace standin {

/// Puts `cpf` into the place of `target`: written to `<target>_Merge`, read back and validated
/// there, then renamed. Before the first change of a day the old one is kept as
/// `<target>_yyyymmdd`. Empty, or why not as `ERROR #nnnn: …`; the target is as it was then.
std::string replace_cpf(const fs::path& target, const Cpf& cpf);

/// What is wrong with a configuration, or empty.
std::string invalid_cpf(const Cpf& cpf);

/// Keeps the file that a start or a stop succeeded with as `_LastGood_.cpf`.
void note_last_good(const Instance& instance);

}  // namespace standin
