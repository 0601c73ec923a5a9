#pragma once
// Profiles: what differs between the versions of IRIS whose words have been recorded. Data only;
// the code that speaks asks `profile()` and never for a version's name.
#include <span>
#include <string>
#include <string_view>

namespace standin {

/// What iris-main says of the ISCAgent that it starts.
enum class AgentWords { nothing, status, command_and_status };

/// One line of a start. Without a category it is only printed, else an entry of messages.log.
/// `{mgr}` stands for the directory.
struct StartLine {
  std::string_view category;
  std::string_view text;
  int severity = 0;
};

struct Profile {
  std::string_view name;
  std::string_view version;  ///< without `com`, which a community image adds
  std::string_view year;     ///< of the copyright
  std::string_view product;  ///< field 10 of qlist
  std::string_view product_name;
  std::string_view superserver_port;
  std::string_view jdbc_port;  ///< field 8 of qlist
  bool lists_ports;            ///< field 14 of qlist, and a line of iris list
  bool echoes_log;             ///< iris start prints what it writes into messages.log
  std::span<const StartLine> boot;
  std::string_view control;  ///< said when the control process starts
  bool says_merging;         ///< `Merging IRIS, please wait...`
  bool shows_start;          ///< iris-main prints qlist's line after the start
  bool verifies_stop;        ///< iris-main says that it verifies that IRIS is down
  AgentWords agent;
  bool after_failure_leaves_iris;  ///< when --after fails, whatever the switch says
  bool last_merge_by_path;         ///< `^a^b.cpf.last_merge`, not `iris.cpf.last_merge`
  bool quoted_empty_is_default;    ///< `parameter=""`: its default, not empty
};

/// The one that the switch `profile` names.
const Profile& profile();

/// Field 3 of qlist.
std::string version_text();
bool is_community();

}  // namespace standin
