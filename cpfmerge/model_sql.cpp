// [SQL]. Ranges: the reference's page of each parameter.
#include "cpfmerge/model_rows.h"

namespace cpf::rows {
namespace {

constexpr Parameter sql[] = {
    flag("ANSIPrecedence"),
    flag("AdaptiveMode"),
    flag("AllowRowIDUpdate"),
    flag("AutoParallel"),
    integer("AutoParallelThreshold", 0, no_limit),
    flag("AutoStatsForEfficientSamplingTableOnly"),
    flag("AutoStatsForFixedStatsTable"),
    flag("AutoStatsForRemoteGlobalTable"),
    flag("BiasQueriesAsOutlier"),
    integer("ClientMaxIdleTime", 0, no_limit, "s"),
    flag("Comment"),
    seen_2020("DBMSSecurity"),
    flag("DDLDefineBitmapExtent"),
    flag("DDLFinal"),
    flag("DDLNo201"),
    flag("DDLNo30"),
    flag("DDLNo307"),
    flag("DDLNo311"),
    flag("DDLNo315"),
    flag("DDLNo324"),
    flag("DDLNo333"),
    flag("DDLSQLOnlyCompile"),
    flag("DDLUseExtentSet"),
    flag("DDLUseSequence"),
    text("DefaultSchema", 128),
    flag("DelimitedIds"),
    flag("DropDelete"),
    flag("ECPSync"),
    flag("ExtrinsicFunctions"),
    flag("FastDistinct"),
    flag("IdKey"),
    text("IdTrxFrom", 256),
    text("IdTrxTo", 256),
    seen_2020("JDBCGatewayJVMArgs"),
    seen_2020("JDBCGatewayLog"),
    seen_2020("JDBCGatewayPort"),
    seen_2020("JDBCGatewayUsePassphrase"),
    seen_2020("JavaClassPath"),
    seen_2020("JavaHome"),
    at_once(integer("LockThreshold", 0, no_limit)),
    integer("LockTimeout", 0, 32'767, "s"),
    integer("ODBCVarcharMaxlen", 0, no_limit),
    flag("ParameterSampling"),
    at_once(flag("QueryProcedures")),
    flag("RTPC"),
    flag("ReferentialChecks"),
    flag("SaveMAC"),
    integer("TCPKeepAlive", 30, 432'000, "s", "0"),
    text("TODATEDefaultFormat"),
    integer("TimePrecision", 0, 9),
};

}  // namespace

std::span<const Parameter> of_sql() {
  return sql;
}

}  // namespace cpf::rows
