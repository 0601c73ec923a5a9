// [config]: memory and the like. Ranges and restarts: the reference's page of each parameter.
#include "cpfmerge/model_rows.h"

namespace cpf::rows {
namespace {

constexpr std::int64_t most_kb = 2'147'483'647;

constexpr Parameter config[] = {
    restarts(text("LibPath", 1024)),
    restarts(integer("MaxServerConn", 0, 254)),
    restarts(integer("MaxServers", 0, 254)),
    restarts(text("Path", 1024)),
    at_once(text("PythonPath", 1024)),
    at_once(text("PythonRuntimeLibrary", 1024)),
    at_once(text("PythonRuntimeLibraryVersion")),
    at_once(flag("UUIDv1RandomMac")),
    at_once(integer("bbsiz", 256, most_kb, "KB", "-1")),
    text("console"),
    integer("errlog", 10, 10'000),
    // "Some values need a restart (gmheap, globals …)": Automating Configuration, on iris merge.
    restarts(integers("globals", "6", no_limit, "MB")),
    restarts(integer("gmheap", 16'384, 1'073'741'760, "KB", "0")),
    // The reference has one number; the recorded CPF of 2020.4 has two.
    at_once(integers("history", "1-2", no_limit)),
    restarts(integer("ijcbuff", 512, 8'192, "bytes")),
    restarts(integer("ijcnum", 0, 256)),
    restarts(integer("jrnbufs", 8, 1'024, "MB")),
    at_once(integer("locksiz", 65'536, no_limit, "bytes", "0")),
    restarts(integer("memlock", 0, 233)),  // the sum of its bits 1, 8, 32, 64 and 128
    flag("netjob"),
    integer("nlstab", 0, 64),
    text("overview"),
    text("pijdir"),
    // Shared memory is allocated at startup: the reference on memlock. With two to five values
    // IRIS takes the first for all.
    restarts(integers("routines", "1|6", no_limit, "MB")),
    decimal("targwijsz", 0, no_limit, "MB"),
    integer("udevtabsiz", 0, 65'535, "bytes"),
    text("wijdir", 226),
    at_once(integers("zfheap", "2", 270'336)),
};

}  // namespace

std::span<const Parameter> of_config() {
  return config;
}

}  // namespace cpf::rows
