// The documented operations.
#include "config/operations.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace standin {
namespace {

struct Kind {
  std::string_view name;
  std::string_view verbs;  ///< the first letters of what can be done with it
};

constexpr std::string_view usual = "CMD";

// In the order in which they are run.
constexpr auto kinds = std::to_array<Kind>({
    {"Config", "M"},
    {"Startup", "M"},
    {"Journal", "M"},
    {"Logging", "M"},
    {"ECP", "M"},
    {"Miscellaneous", "M"},
    {"Monitor", "M"},
    {"SQL", "M"},
    {"System", "M"},
    {"Service", "M"},
    {"Event", usual},
    {"LicenseServer", usual},
    {"Mirror", "FCMD"},
    {"MirrorMember", "M"},
    {"ECPServer", usual},
    {"Resource", usual},
    {"Role", usual},
    {"DatabaseFile", usual},
    {"Database", usual},
    {"Namespace", usual},
    {"MapGlobal", usual},
    {"MapPackage", usual},
    {"MapRoutine", usual},
    {"ShardedCluster", "F"},
    {"User", usual},
    {"Privilege", "GR"},
    {"AdminPrivilege", "GR"},
    {"SSLConfig", usual},
    {"LDAPConfig", usual},
    {"WalletCollection", usual},
    {"WalletKeyValue", usual},
    {"WalletRSA", usual},
    {"WalletSymmetricKey", usual},
    {"Application", usual},
    {"WebAppPctAccess", usual},
    {"DocDB", usual},
    {"Server", usual},
    {"Device", usual},
    {"DeviceSubType", usual},
    {"ComPort", usual},
    {"MagTape", usual},
    {"SqlSysDatatype", usual},
    {"SqlUserDatatype", usual},
    {"WorkQueue", usual},
    {"Locale", "I"},
    {"Production", "F"},
});

struct Prefix {
  std::string_view word;
  char letter;
  Verb verb;
};
constexpr auto prefixes = std::to_array<Prefix>({
    {"Config", 'F', Verb::config},
    {"Create", 'C', Verb::create},
    {"Modify", 'M', Verb::modify},
    {"Delete", 'D', Verb::remove},
    {"Grant", 'G', Verb::grant},
    {"Revoke", 'R', Verb::revoke},
    {"Install", 'I', Verb::install},
    {"Import", 'I', Verb::install},
});

int rank_of(const Action& action) {
  const auto operation = parse_operation(action.operation);
  if (!operation || operation->verb == Verb::execute) return 1'000'000;
  const auto* const kind = std::find_if(
      kinds.begin(), kinds.end(), [&](const Kind& one) { return one.name == operation->kind; });
  return static_cast<int>(kind - kinds.begin()) * 100 + static_cast<int>(operation->verb);
}

}  // namespace

std::optional<Operation> parse_operation(std::string_view name) {
  if (same_name(name, "Execute")) return Operation{};
  for (const Prefix& prefix : prefixes) {
    if (!same_name(name.substr(0, prefix.word.size()), prefix.word)) continue;
    const std::string_view rest = name.substr(prefix.word.size());
    for (const Kind& kind : kinds)
      if (same_name(kind.name, rest) && kind.verbs.find(prefix.letter) != std::string_view::npos)
        return Operation{prefix.verb, kind.name};
  }
  return std::nullopt;
}

std::vector<Action> in_order(std::vector<Action> actions) {
  std::stable_sort(actions.begin(), actions.end(),
                   [](const Action& a, const Action& b) { return rank_of(a) < rank_of(b); });
  return actions;
}

}  // namespace standin
