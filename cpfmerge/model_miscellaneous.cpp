// [Miscellaneous]: compatibility settings. Ranges: the reference's page of each parameter.
#include "cpfmerge/model_rows.h"

namespace cpf::rows {
namespace {

constexpr Parameter miscellaneous[] = {
    flag("AsyncDisconnectErr"),
    flag("AsynchError"),
    flag("BreakMode"),
    flag("CollectResourceStats"),
    flag("DisconnectErr"),
    flag("FileMode"),
    flag("GlobalKillEnabled"),
    flag("IEEEError"),
    flag("LicenseAltHeaders"),
    flag("LineRecall"),
    integer("ListFormat", 0, 3),
    flag("LogRollback"),
    text("MVDefined"),
    flag("NodeNameInPid"),
    flag("NullSubscripts"),
    flag("OldZU5"),
    flag("OpenMode"),
    flag("PopError"),
    at_once(flag("RefInKind")),
    flag("ScientificNotation"),
    flag("SetZEOF"),
    flag("ShutDownLogErrors"),
    text("StopID"),
    flag("SwitchOSdir"),
    flag("SynchCommit"),
    flag("TelnetNUL"),
    flag("TruncateOverflow"),
    integer("Undefined", 0, 2),
    flag("UseNagleAlgorithm"),
    flag("ViewPastData"),
    flag("ZDateNull"),
    seen_2020("ZaMode"),
};

}  // namespace

std::span<const Parameter> of_miscellaneous() {
  return miscellaneous;
}

}  // namespace cpf::rows
