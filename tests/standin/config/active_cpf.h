#pragma once
// The active iris.cpf: how it is replaced, and the copies that IRIS keeps beside it.
#include <string>

#include "config/cpf.h"
#include "instance/instance.h"

namespace standin {

/// `<target>_Merge`, which is what is to become the target while it is validated.
fs::path trial_of(const fs::path& target);
/// Writes it, and reads it back. Empty, or what is wrong with it as `ERROR #nnnn: …`; it is gone
/// then.
std::string write_trial(const fs::path& target, const Cpf& cpf);
void remove_trial(const fs::path& target);

/// Puts `cpf` into the place of `target`, by a trial that becomes it. Before the first change of a
/// day the old one is kept as `<target>_yyyymmdd`. Empty, or why not; the target is as it was then.
std::string replace_cpf(const fs::path& target, const Cpf& cpf);

/// Keeps the file that a start or a stop succeeded with as `_LastGood_.cpf`.
void note_last_good(const Instance& instance);

}  // namespace standin
