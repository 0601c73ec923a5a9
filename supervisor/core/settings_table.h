#pragma once
// Every setting of ours, once: name, type, default, range and help. Parsing, --help, --print-config
// and the documentation come from here. Pure and without heap: PID 1 uses it, too.
//
// A value is taken from: flag > environment IRIS_INIT_<SECTION>_<KEY> > iris-init.ini > default.
// PID 1 reads flags and environment only (design: it parses no file).
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "supervisor/base/fixed_text.h"
#include "supervisor/base/nanos.h"

namespace sup {

enum class SettingType : std::uint8_t {
  text,      ///< anything; "" means not set
  path,      ///< absolute path; "" means not set
  number,    ///< whole number in min..max
  duration,  ///< 500ms 5s 2m; min..max in nanoseconds
  size,      ///< 4096 64Ki 2Gi; min..max in bytes
  choice,    ///< one word of `allowed`, separated by '|'
  choices,   ///< one or more words of `allowed`, separated by ','
  signal,    ///< SIGTERM, TERM or 15
};

struct Setting {
  std::string_view section;
  std::string_view key;
  SettingType type = SettingType::text;
  std::string_view fallback;  ///< the default, as it would be written
  std::string_view help;
  std::string_view allowed = {};  ///< for choice and choices
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  bool pid1 = false;  ///< read by PID 1: not from the ini file
};

namespace setting {

inline constexpr Setting init_agent{
    .section = "INIT",
    .key = "AGENT",
    .type = SettingType::choice,
    .fallback = "auto",
    .help = "run the agent and the configuration merge: auto = when the program is named iris-main",
    .allowed = "auto|on|off",
    .pid1 = true};
inline constexpr Setting init_instance{
    .section = "INIT",
    .key = "INSTANCE",
    .type = SettingType::text,
    .fallback = "",
    .help = "IRIS instance; default: iris-main's --instance, ISC_PACKAGE_INSTANCENAME, else IRIS",
    .pid1 = true};
inline constexpr Setting stop_timeout{
    .section = "STOP",
    .key = "TIMEOUT",
    .type = SettingType::duration,
    .fallback = "360s",
    .help = "time budget of a whole stop; keep the pod's grace period 30 s above it",
    .min = seconds(1),
    .max = hours(24),
    .pid1 = true};
inline constexpr Setting stop_drain_delay{
    .section = "STOP",
    .key = "DRAIN_DELAY",
    .type = SettingType::duration,
    .fallback = "0s",
    .help = "how long readyz answers 503 before IRIS is asked to stop",
    .max = hours(1),
    .pid1 = true};
inline constexpr Setting stop_signal{.section = "STOP",
                                     .key = "SIGNAL",
                                     .type = SettingType::signal,
                                     .fallback = "SIGTERM",
                                     .help = "signal that asks the main program to stop",
                                     .pid1 = true};
inline constexpr Setting paths_run_dir{
    .section = "PATHS",
    .key = "RUN_DIR",
    .type = SettingType::path,
    .fallback = "/run/iris-init",
    .help = "directory of control.sock, state and merge.cpf; never on the data volume",
    .pid1 = true};
inline constexpr Setting paths_config{.section = "PATHS",
                                      .key = "CONFIG",
                                      .type = SettingType::path,
                                      .fallback = "/etc/iris-init/iris-init.ini",
                                      .help = "the settings file; it may be missing"};

inline constexpr Setting health_poll{.section = "HEALTH",
                                     .key = "POLL",
                                     .type = SettingType::duration,
                                     .fallback = "10s",
                                     .help = "how often 'iris qlist' is run",
                                     .min = seconds(1),
                                     .max = minutes(10)};
inline constexpr Setting health_poll_starting{
    .section = "HEALTH",
    .key = "POLL_STARTING",
    .type = SettingType::duration,
    .fallback = "500ms",
    .help = "how often 'iris qlist' is run while IRIS starts",
    .min = milliseconds(100),
    .max = minutes(1)};
inline constexpr Setting health_qlist_timeout{
    .section = "HEALTH",
    .key = "QLIST_TIMEOUT",
    .type = SettingType::duration,
    .fallback = "5s",
    .help = "a qlist that takes longer is ended and counts as silent",
    .min = milliseconds(100),
    .max = minutes(1)};
inline constexpr Setting health_ready{.section = "HEALTH",
                                      .key = "READY",
                                      .type = SettingType::choices,
                                      .fallback = "ok,warn,alert",
                                      .help = "health values of a running IRIS that count as ready",
                                      .allowed = "ok|warn|alert"};
inline constexpr Setting health_suspended_ready_for{
    .section = "HEALTH",
    .key = "SUSPENDED_READY_FOR",
    .type = SettingType::duration,
    .fallback = "600s",
    .help = "how long a suspension by someone else still counts as ready"};
inline constexpr Setting health_stale_ready_for{
    .section = "HEALTH",
    .key = "STALE_READY_FOR",
    .type = SettingType::duration,
    .fallback = "60s",
    .help = "how long readyz trusts the last good qlist"};
inline constexpr Setting health_stale_after{
    .section = "HEALTH",
    .key = "STALE_AFTER",
    .type = SettingType::duration,
    .fallback = "0s",
    .help = "livez answers 503 when qlist has been silent for so long; 0s = never"};
inline constexpr Setting health_hung_after{
    .section = "HEALTH",
    .key = "HUNG_AFTER",
    .type = SettingType::duration,
    .fallback = "0s",
    .help = "livez answers 503 when IRIS has been hung for so long; 0s = never"};

inline constexpr Setting health_start_stall{
    .section = "HEALTH",
    .key = "START_STALL",
    .type = SettingType::duration,
    .fallback = "30m",
    .help = "a start in which no process of IRIS works for so long is reported as stalled",
    .min = seconds(1),
    .max = hours(24)};
inline constexpr Setting health_start_stall_action{
    .section = "HEALTH",
    .key = "START_STALL_ACTION",
    .type = SettingType::choice,
    .fallback = "report",
    .help = "report = say so and wait on; exit = end the container with 75",
    .allowed = "report|exit"};
inline constexpr Setting health_data_check{
    .section = "HEALTH",
    .key = "DATA_CHECK",
    .type = SettingType::duration,
    .fallback = "30s",
    .help = "how often a helper looks whether the data file system takes a write",
    .min = seconds(1),
    .max = hours(1)};
inline constexpr Setting health_data_timeout{
    .section = "HEALTH",
    .key = "DATA_TIMEOUT",
    .type = SettingType::duration,
    .fallback = "20s",
    .help = "a helper that is not back by then means that the data file system is stuck",
    .min = milliseconds(100),
    .max = minutes(10)};
inline constexpr Setting health_data_min_free{
    .section = "HEALTH",
    .key = "DATA_MIN_FREE",
    .type = SettingType::size,
    .fallback = "64Mi",
    .help = "with less than this free the data file system counts as full"};

inline constexpr Setting restart_limit{
    .section = "RESTART",
    .key = "LIMIT",
    .type = SettingType::number,
    .fallback = "3",
    .help = "restarts in place within RESTART WINDOW before the container is given up",
    .max = 1000};
inline constexpr Setting restart_window{.section = "RESTART",
                                        .key = "WINDOW",
                                        .type = SettingType::duration,
                                        .fallback = "10m",
                                        .help = "the time in which RESTART LIMIT counts",
                                        .min = seconds(1)};
inline constexpr Setting restart_delay{
    .section = "RESTART",
    .key = "DELAY",
    .type = SettingType::duration,
    .fallback = "10s",
    .help = "how long a clean down is left alone before IRIS is started again"};
inline constexpr Setting restart_policy{
    .section = "RESTART",
    .key = "POLICY",
    .type = SettingType::choice,
    .fallback = "auto",
    .help = "auto = restart in place, but exit when iris-main has --before, --after or --key",
    .allowed = "auto|restart|exit"};

inline constexpr Setting merge_dir{.section = "MERGE",
                                   .key = "DIR",
                                   .type = SettingType::path,
                                   .fallback = "/etc/iris-init/merge.d",
                                   .help = "every *.cpf in it is merged, by name"};
inline constexpr Setting merge_password_file{
    .section = "MERGE",
    .key = "PASSWORD_FILE",
    .type = SettingType::path,
    .fallback = "/run/secrets/iris-init/password",
    .help = "plain-text password for a first start; hashed here, one trailing newline ignored"};
inline constexpr Setting merge_password_hash_file{
    .section = "MERGE",
    .key = "PASSWORD_HASH_FILE",
    .type = SettingType::path,
    .fallback = "",
    .help = "a ready PasswordHash value instead of PASSWORD_FILE"};
inline constexpr Setting merge_allow_default_password{
    .section = "MERGE",
    .key = "ALLOW_DEFAULT_PASSWORD",
    .type = SettingType::choice,
    .fallback = "off",
    .help = "start a new instance although its password stays the default",
    .allowed = "on|off"};
inline constexpr Setting merge_strict{
    .section = "MERGE",
    .key = "STRICT",
    .type = SettingType::choice,
    .fallback = "off",
    .help = "on = a refused merge source is fatal even when there is an instance",
    .allowed = "on|off"};
inline constexpr Setting merge_data_wait{
    .section = "MERGE",
    .key = "DATA_WAIT",
    .type = SettingType::duration,
    .fallback = "10m",
    .help = "how long to wait while another container holds the data directory",
    .max = hours(24)};
inline constexpr Setting merge_apply_after{
    .section = "MERGE",
    .key = "APPLY_AFTER",
    .type = SettingType::duration,
    .fallback = "60s",
    .help = "a live edit that iris-main has not taken over by then is merged once by 'iris merge'",
    .min = seconds(1),
    .max = hours(24)};
inline constexpr Setting merge_ipc_cleanup{
    .section = "MERGE",
    .key = "IPC_CLEANUP",
    .type = SettingType::choice,
    .fallback = "on",
    .help = "remove shared memory that a killed predecessor left, or only report it",
    .allowed = "on|report",
    .pid1 = true};

inline constexpr Setting freeze_lease{
    .section = "FREEZE",
    .key = "LEASE",
    .type = SettingType::duration,
    .fallback = "120s",
    .help = "how long a freeze lasts at most when freeze gives no --lease",
    .min = seconds(1),
    .max = seconds(540)};
inline constexpr Setting freeze_step_timeout{
    .section = "FREEZE",
    .key = "STEP_TIMEOUT",
    .type = SettingType::duration,
    .fallback = "60s",
    .help = "how long one 'iris session' of a freeze or thaw may take",
    .min = milliseconds(100),
    .max = minutes(10)};
inline constexpr Setting freeze_hooks{
    .section = "FREEZE",
    .key = "HOOKS",
    .type = SettingType::path,
    .fallback = "/etc/iris-init/freeze.d",
    .help = "programs in its pre/ and post/ run around a freeze; never on the data volume"};
inline constexpr Setting freeze_hook_timeout{.section = "FREEZE",
                                             .key = "HOOK_TIMEOUT",
                                             .type = SettingType::duration,
                                             .fallback = "30s",
                                             .help = "how long one hook may take",
                                             .min = milliseconds(100),
                                             .max = minutes(9)};
inline constexpr Setting freeze_foreign_check{
    .section = "FREEZE",
    .key = "FOREIGN_CHECK",
    .type = SettingType::duration,
    .fallback = "60s",
    .help = "how often a session asks whether somebody else has suspended IRIS; 0s = never"};

inline constexpr Setting http_listen{
    .section = "HTTP",
    .key = "LISTEN",
    .type = SettingType::text,
    .fallback = "[::]:8008",
    .help = "numeric address and port of the probes; 0.0.0.0 is used where there is no IPv6"};
inline constexpr Setting http_details{.section = "HTTP",
                                      .key = "DETAILS",
                                      .type = SettingType::choice,
                                      .fallback = "loopback",
                                      .help = "who may read /, /status and ?verbose",
                                      .allowed = "all|loopback|off"};

inline constexpr Setting log_format{.section = "LOG",
                                    .key = "FORMAT",
                                    .type = SettingType::choice,
                                    .fallback = "auto",
                                    .help = "auto = text on a terminal, JSON otherwise",
                                    .allowed = "auto|text|json",
                                    .pid1 = true};
inline constexpr Setting log_level{.section = "LOG",
                                   .key = "LEVEL",
                                   .type = SettingType::choice,
                                   .fallback = "info",
                                   .help = "lines below it are not written",
                                   .allowed = "debug|info|warning|error",
                                   .pid1 = true};

inline constexpr std::array all{&init_agent,
                                &init_instance,
                                &stop_timeout,
                                &stop_drain_delay,
                                &stop_signal,
                                &paths_run_dir,
                                &paths_config,
                                &health_poll,
                                &health_poll_starting,
                                &health_qlist_timeout,
                                &health_ready,
                                &health_suspended_ready_for,
                                &health_stale_ready_for,
                                &health_stale_after,
                                &health_hung_after,
                                &health_start_stall,
                                &health_start_stall_action,
                                &health_data_check,
                                &health_data_timeout,
                                &health_data_min_free,
                                &restart_limit,
                                &restart_window,
                                &restart_delay,
                                &restart_policy,
                                &merge_dir,
                                &merge_password_file,
                                &merge_password_hash_file,
                                &merge_allow_default_password,
                                &merge_strict,
                                &merge_data_wait,
                                &merge_apply_after,
                                &merge_ipc_cleanup,
                                &freeze_lease,
                                &freeze_step_timeout,
                                &freeze_hooks,
                                &freeze_hook_timeout,
                                &freeze_foreign_check,
                                &http_listen,
                                &http_details,
                                &log_format,
                                &log_level};

}  // namespace setting

/// nullptr when there is none of that name. Case counts: names are upper case.
const Setting* find_setting(std::string_view section, std::string_view key);

using SettingName = FixedText<64>;
/// `IRIS_INIT_STOP_TIMEOUT`
SettingName environment_name(const Setting& setting);

/// What is wrong with `value` and what is allowed ("'x' is not a duration; allowed: 1s to 1d, …");
/// empty when it is fine.
FixedText<256> problem_with(const Setting& setting, std::string_view value);

/// A value from `NAME=value` entries as environ holds them; nullopt when the name is not there.
std::optional<std::string_view> environment_value(const char* const* environment,
                                                  std::string_view name);

}  // namespace sup
