// The three profiles. Their words are those of published logs of these versions.
#include "base/profile.h"

#include <algorithm>
#include <array>

#include "base/switches.h"

namespace standin {
namespace {

constexpr std::string_view no_cpf_yet =
    "Error opening CPF file to get IRISTEMP and IRISLOCALDATA directories, using defaults";
// A repeated entry, written over the beginning of the next one: this is how it looks.
constexpr std::string_view no_cpf_again =
    "dRO]  opening CPF file to get IRISTEMP and IRISLOCALDATA directories, using "
    "defaults...(repeated 1 times)";
constexpr std::string_view read_only_library =
    "Mounted database {mgr}/irislib/ (SFN 1) read-only. Database label is marked read-only. ";
constexpr std::string_view system_mounted = "Mounted database {mgr}/ (SFN 0) read-write.";
constexpr std::string_view security_mounted =
    "Mounted database {mgr}/irissecurity/ (SFN 2) read-write.";

constexpr std::array<StartLine, 3> boot_2020_1{{
    {"Generic.Event", "Allocated 102MB shared memory"},
    {"Database.MountedRW", system_mounted},
    {"Database.MountedRW", security_mounted},
}};

constexpr std::array<StartLine, 9> boot_2025_3{{
    {"Generic.Event", "Allocated 102MB shared memory"},
    {"", "Allocated 102MB shared memory\n16MB global buffers, 35MB routine buffers"},
    {"Generic.Event",
     "16MB global buffers, 35MB routine buffers, 16MB journal buffers, 2MB buffer descriptors, "
     "16MB heap, 1MB ECP, 14MB miscellaneous"},
    {"SIMD", "SIMD optimization level: DEFAULT"},
    {"Database.MountedRW", system_mounted},
    {"Utility.Event", no_cpf_yet, 1},
    {"Database.MountedRO", no_cpf_again, 1},
    {"Database.MountedRO", read_only_library},
    {"Database.MountedRW", security_mounted},
}};

constexpr std::array<StartLine, 10> boot_2026_1{{
    {"Generic.Event", "Allocated 104MB shared memory"},
    {"", "Allocated 104MB shared memory\n16MB global buffers, 35MB routine buffers"},
    {"Generic.Event",
     "16MB global buffers, 35MB routine buffers, 16MB journal buffers, 2MB buffer descriptors, "
     "16MB heap, 1MB ECP, 16MB miscellaneous"},
    {"Crypto.IntelSandyBridgeAESNI", "Intel Sandy Bridge or AMD x8 AES-NI instructions detected."},
    {"SIMD", "SIMD optimization level: arch=x86-64-v3"},
    {"Database.MountedRW", system_mounted},
    {"Utility.Event", no_cpf_yet, 1},
    {"Database.MountedRO", no_cpf_again, 1},
    {"Database.MountedRO", read_only_library},
    {"Database.MountedRW", security_mounted},
}};

constexpr std::array<Profile, 3> profiles{{
    {
        .name = "2026.1",
        .version = "2026.1.0.234.1",
        .year = "2026",
        .product = "IRIS",
        .product_name = "InterSystems IRIS",
        .superserver_port = "1972",
        .jdbc_port = "0",
        .lists_ports = true,
        .echoes_log = true,
        .boot = boot_2026_1,
        .control = "Starting Control Process\n"
                   "Global buffer setting requires attention.  Auto-selected 25% of total memory.\n"
                   "Allocated 2626MB shared memory\n1900MB global buffers, 190MB routine buffers",
        .says_merging = true,
        .shows_start = true,
        .verifies_stop = false,
        .agent = AgentWords::status,
        .after_failure_leaves_iris = false,
        .last_merge_by_path = true,
        .quoted_empty_is_default = false,
    },
    {
        .name = "2025.3",
        .version = "2025.3.0.226.0",
        .year = "2025",
        .product = "IRIS",
        .product_name = "InterSystems IRIS",
        .superserver_port = "1972",
        .jdbc_port = "0",
        .lists_ports = true,
        .echoes_log = true,
        .boot = boot_2025_3,
        .control = "Starting Control Process\n"
                   "Global buffer setting requires attention.  Auto-selected 25% of total memory.\n"
                   "Allocated 2677MB shared memory\n1959MB global buffers, 195MB routine buffers",
        .says_merging = true,
        .shows_start = false,
        .verifies_stop = true,
        .agent = AgentWords::command_and_status,
        .after_failure_leaves_iris = false,
        .last_merge_by_path = false,
        .quoted_empty_is_default = false,
    },
    {
        .name = "2020.1",
        .version = "2020.1.0.214.0",
        .year = "2020",
        .product = "IRISHealth",
        .product_name = "InterSystems IRIS for Health",
        .superserver_port = "51773",
        .jdbc_port = "53773",
        .lists_ports = false,
        .echoes_log = false,
        .boot = boot_2020_1,
        .control = "",
        .says_merging = false,
        .shows_start = false,
        .verifies_stop = true,
        .agent = AgentWords::nothing,
        .after_failure_leaves_iris = true,
        .last_merge_by_path = false,
        .quoted_empty_is_default = true,
    },
}};

}  // namespace

const Profile& profile() {
  const std::string name = switch_text("profile");
  const auto* const known = std::find_if(profiles.begin(), profiles.end(),
                                         [&](const Profile& p) { return p.name == name; });
  if (known == profiles.end()) throw SwitchError{"no profile '" + name + "'"};
  return *known;
}

std::string version_text() {
  return std::string{profile().version} + (is_community() ? "com" : "");
}

bool is_community() {
  return switch_is("image", "community");
}

}  // namespace standin
