// The sections in the order of IRIS's own CPFs, and the parameters of the smaller ones.
#include <algorithm>

#include "cpfmerge/model_rows.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

using namespace rows;  // NOLINT(google-build-using-namespace): the words of this table

constexpr std::string_view levels = "DEBUG2|DEBUG|INFO|WARN|SEVERE|FATAL";

constexpr Parameter config_file[] = {seen_2025("Product"), text("Version", 7)};
constexpr Parameter mirror_member[] = {
    text("AgentAddress"),
    text("AsyncMemberGUID"),
    integer("AsyncMemberType", 0, 2),
    flag("AsyncUseSystemPurgeInterval"),
    flag("JoinMirror"),
    text("SystemName", 32),
    flag("ValidatedMember"),
    text("VirtualAddressInterface"),
};
constexpr Parameter journal[] = {
    text("AlternateDirectory", 207),
    text("ArchiveName"),
    integer("BackupsBeforePurge", 0, 10),
    flag("CompressFiles"),
    text("CurrentDirectory", 207),
    integer("DaysBeforePurge", 0, 100, "days"),
    integer("FileSizeLimit", 0, 4'079, "MB"),
    flag("FreezeOnError"),
    text("JournalFilePrefix", 64),
    flag("JournalcspSession"),
    flag("PurgeArchive"),
    seen_2025("PurgeArchived"),
};
constexpr Parameter logging[] = {
    text("ChildProcessLaunchCommand"),
    flag("Enabled"),
    text("EventFilter"),
    choice("Format", "NVP|JSON"),
    decimal("Interval", 1, 360'000, "s"),
    choice("Level", levels),
};
constexpr Parameter ecp[] = {
    integer("ClientReconnectDuration", 10, 65'636, "s"),
    integer("ClientReconnectInterval", 1, 60, "s"),
    integer("ServerTroubleDuration", 20, 65'636, "s"),
};
constexpr Parameter cluster[] = {seen_2020("CommIPAddress"), seen_2020("JoinCluster")};
constexpr Parameter monitor[] = {
    integer("OTELInterval", 1, 65'636, "s"),
    choice("OTELLogLevel", levels),
    flag("OTELLogs"),
    flag("OTELMetrics"),
    seen_2020("PatrolCollectionInterval"),
    seen_2020("PatrolDisplayMode"),
    seen_2020("PatrolEnabled"),
    seen_2020("PatrolTopProcesses"),
    flag("SNMPEnabled"),
    seen_2020("WMIEnabled"),
};
constexpr Parameter io[] = {text("File"), seen_2020("MagTape"), text("Other"), text("Terminal")};
constexpr Parameter telnet[] = {restarts(choice("DNSLookup", "ON|OFF")), port("Port")};
constexpr Parameter conversions[] = {seen_2020("LastConvertTime")};
constexpr Parameter debug[] = {integer("dumpstyle", 0, 4), integer("semsperset", 0, no_limit)};

SectionModel of(std::string_view name, std::span<const Parameter> parameters,
                Origin origin = Origin::reference) {
  return {name, false, parameters, origin};
}
SectionModel items(std::string_view name, Origin origin = Origin::reference) {
  return {name, true, {}, origin};
}

/// Does an entry that ends in '.' stand for `name`?
bool is_of_family(std::string_view entry, std::string_view name) {
  return entry.ends_with('.') && name.size() > entry.size() &&
         sup::equal_ignoring_case(name.substr(0, entry.size()), entry);
}

}  // namespace

std::span<const SectionModel> all_sections() {
  // The recorded orders agree; a section that was never recorded stands beside its kin.
  static const SectionModel sections[] = {
      of("ConfigFile", config_file),
      of("Debug", debug),
      items("ECPServers"),
      items("Databases"),
      items("Namespaces"),
      items("Map."),
      items("Mirrors"),
      items("MapMirrors."),
      of("MirrorMember", mirror_member),
      items("Archives"),
      of("Journal", journal),
      of("Startup", of_startup()),
      items("WorkQueues"),
      of("Logging", logging),
      items("Gateways"),
      items("ComPorts"),
      items("DeviceSubTypes"),
      items("Devices"),
      items("MagTapes", Origin::recorded_2020),
      of("config", of_config()),
      of("Miscellaneous", of_miscellaneous()),
      of("ECP", ecp),
      of("Cluster", cluster, Origin::recorded_2020),
      items("LicenseServers"),
      of("Monitor", monitor),
      of("IO", io),
      of("SQL", of_sql()),
      items("SqlSysDatatypes"),
      items("SqlUserDatatypes"),
      of("Telnet", telnet),
      of("Conversions", conversions, Origin::recorded_2020),
      items("Actions"),  // in merge files only
  };
  return sections;
}

const SectionModel* find_section(std::string_view name) {
  const auto sections = all_sections();
  const auto found = std::find_if(sections.begin(), sections.end(), [name](const auto& section) {
    return sup::equal_ignoring_case(section.name, name) || is_of_family(section.name, name);
  });
  const bool none = found == sections.end() || name.ends_with('.');
  return none ? nullptr : &*found;
}

std::size_t rank_of_section(std::string_view name) {
  const SectionModel* const section = find_section(name);
  return section == nullptr ? unknown_rank
                            : static_cast<std::size_t>(section - all_sections().data());
}

}  // namespace cpf
