// [Startup]. Ranges and restarts: the reference's page of each parameter.
#include "cpfmerge/model_rows.h"

namespace cpf::rows {
namespace {

constexpr Parameter startup[] = {
    seen_2020("ArbiterURL"),
    flag("CallinHalt"),
    flag("CallinStart"),
    text("CliSysName", 64),
    choices("DBSizesAllowed", "8192|16384|32768|65536"),
    port("DefaultPort"),
    text("DefaultPortBindAddress"),
    flag("EnableSharding"),
    flag("EnableVSSBackup"),
    flag("EnsembleAutoStart"),
    restarts(integer("ErrorPurge", 1, 1'000, "days")),
    flag("FIPSMode"),
    flag("IPv6"),
    flag("JobHalt"),
    integer("JobServers", 0, 2'000),
    flag("JobStart"),
    text("LicenseID"),
    integer("MaxConsoleLogSize", 1, 500, "MB"),
    integer("MaxIRISTempSizeAtStart", 0, 1'000'000, "MB"),
    {.name = "PasswordHash", .type = Type::password},
    flag("ProcessHalt"),
    flag("ProcessStart"),
    seen_2020("ShardClusterURL"),
    seen_2020("ShardMasterRegexp"),
    seen_2020("ShardMirrorMember"),
    seen_2020("ShardRegexp"),
    seen_2020("ShardRole"),
    integer("ShutdownTimeout", 120, 100'000, "s"),
    flag("SystemHalt"),
    text("SystemMode", 32),
    integer("SystemPerformanceDailyReportsOn", -300, -2, "s when negative", "0|1"),
    integer("SystemPerformanceDailyReportsRetentionDays", 0, no_limit, "days"),
    flag("SystemStart"),
    text("TempDirectory"),
    integers("TerminalPrompt", "1-9", 8),
    restarts(flag("WebServer")),
    text("WebServerName"),
    port("WebServerPort"),
    choice("WebServerProtocol", "http|https"),
    text("WebServerSSLConfiguration"),
    text("WebServerURLPrefix"),
    flag("ZSTU"),
};

}  // namespace

std::span<const Parameter> of_startup() {
  return startup;
}

}  // namespace cpf::rows
