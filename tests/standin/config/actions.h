#pragma once
// Carrying out [Actions]: databases, namespaces, users and parameters for real, other objects by
// name. Idempotent as IRIS's are: what is there is not created, what is not there neither modified
// nor deleted.
#include <string>
#include <vector>

#include "config/cpf.h"
#include "config/objects.h"
#include "config/users.h"
#include "instance/instance.h"

namespace standin {

/// What actions change. Only database files are changed at once; the rest is the caller's to keep
/// or to drop.
struct Configuration {
  Cpf cpf;
  Users users;
  Objects objects;
};

/// The first operation that IRIS does not have, as `ERROR #nnnn: …`, or empty.
std::string invalid_action(const std::vector<Action>& actions);

/// All of them in IRIS's order, up to the first that fails. What it said, or empty. Each one that
/// did something is noted, without its values, in mgr/actions.log, for tests to read.
std::string perform_actions(const Instance& instance, const std::vector<Action>& actions,
                            Configuration& configuration);

}  // namespace standin
