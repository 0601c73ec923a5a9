#pragma once
// compose: several merge files and a password -> the one file that IRIS gets. Each section once,
// each parameter once with its last value, [Actions] last in the order of the sources, and a
// comment line that names the source before each group.
#include <set>
#include <string>
#include <vector>

#include "cpfmerge/diagnostic.h"
#include "cpfmerge/document.h"

namespace cpf {

struct Source {
  std::string name;  ///< for comments and messages: its path
  Document document;
};

/// Lines of [Actions] as they stand in a composition.
using Actions = std::set<std::string, std::less<>>;

struct Composition {
  std::string text;
  Actions actions;  ///< all of the sources', those that were left out of the text too
  std::size_t new_actions = 0;
  /// Contradictions between sources, naming both places; the last source counts.
  std::vector<Diagnostic> warnings;
};

/// Sources in their order: the last one wins. Values as they stand, never in a warning. Actions in
/// `done` are left out: once more, they would reset passwords, for one.
Composition compose(const std::vector<Source>& sources, const Actions& done = {});

/// The lines of [Actions] in a document.
Actions actions_in(const Document& document);

/// [Startup] PasswordHash as a source.
Source password_source(std::string name, std::string_view hash);

struct Passwords {
  bool startup = false;  ///< [Startup] PasswordHash: the first password of all accounts
  bool actions = false;  ///< an action that gives a PasswordHash to an account
};
Passwords passwords_in(const Document& document);

}  // namespace cpf
