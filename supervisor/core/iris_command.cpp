#include "supervisor/core/iris_command.h"

#include <fmt/core.h>

namespace sup {
namespace {

Argv session(const std::string& instance, std::string code) {
  return {"iris", "session", instance, "-U", "%SYS", std::move(code)};
}

}  // namespace

Argv qlist_command(const std::string& instance) {
  return {"iris", "qlist", instance};
}

Argv is_suspended_command(const std::string& instance) {
  return session(instance, "##class(Backup.General).IsWDSuspendedExt()");
}

Argv freeze_command(const std::string& instance, const std::string& text, Nanos limit) {
  // ExternalFreeze(LogFile, Text, SwitchJournalFile, TimeOut, Hibernate, Verbose,
  //                ExternalFreezeTimeOut, Username, Password, WDSuspendLimit)
  // Verbose, so that the journal file to restore from stands on the output.
  const std::string marker = object_script_string(text);
  if (limit == 0)
    return session(instance,
                   fmt::format("##class(Backup.General).ExternalFreeze(,{},,,,1)", marker));
  const Nanos whole = (limit + seconds(1) - 1) / seconds(1);
  return session(instance, fmt::format("##class(Backup.General).ExternalFreeze(,{},,,,1,,,,{})",
                                       marker, whole));
}

Argv thaw_command(const std::string& instance) {
  return session(instance, "##class(Backup.General).ExternalThaw()");
}

std::string object_script_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) continue;
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace sup
