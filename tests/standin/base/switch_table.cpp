// The table of switches. A fact stands here when documentation and published logs are silent, leave
// it to inference or have it from one source, and something could depend on it: the suite runs with
// each of its values.
#include <array>

#include "base/switches.h"

namespace standin {
namespace {

using enum SwitchKind;

constexpr auto table = std::to_array<Switch>({
    {"profile", fact, "2026.1|2025.3|2020.1", "the version whose words it speaks"},
    {"image", fact, "community|licensed",
     "community: `com` at the version's end, and a licence key is ignored"},
    {"clock_scale", size, "1", "50: every time below and every timeout takes a fiftieth"},

    {"start_ms", time, "300", "how long a start takes"},
    {"stop_ms", time, "200", "how long a stop takes"},
    {"clone_ms", time, "0", "how long filling an empty data directory takes"},
    {"upgrade_ms", time, "0", "how long the upgrade of another version's data takes"},
    {"recovery_ms", time, "100", "how long recovery takes in a start after an unclean stop"},
    {"recovery_line_ms", time, "1000",
     "how often recovery writes a line to messages.log; 0: never"},
    {"freeze_ms", time, "100", "how long ExternalFreeze takes"},
    {"thaw_ms", time, "100", "how long ExternalThaw takes"},
    {"merge_ms", time, "0", "how long iris merge takes"},
    {"qlist_ms", time, "0", "how long iris qlist takes"},
    {"qlist_cpu_ms", time, "0", "processor time that iris qlist uses"},
    {"session_ms", time, "0", "how long a sign-on takes"},
    {"wd_period_ms", time, "500", "pause between two passes of the write daemon"},
    {"journal_flush_ms", time, "2000", "how old a change is at most when the journal daemon syncs"},
    {"merge_poll_ms", time, "1000", "how often iris-main looks at the merge file, key and log"},

    {"shm_bytes", size, "4194304", "size of the shared memory segment, all of it touched"},
    {"clone_free_bytes", size, "209715200",
     "what must be free on the volume to fill an empty data directory"},
    {"cache_bytes", size, "1048576",
     "room for changes that are not in the databases yet; when it is full, updates wait"},
    {"user_processes", size, "2", "processes besides control, write and journal daemon, 0 to 400"},
    {"user_churn", size, "0", "processes of users that come and go in a second, 0 to 200"},

    {"already_up_status", fact, "0|1", "exit status of iris start when IRIS is up"},
    {"unknown_instance_status", fact, "1|0", "exit status of qlist for an unknown instance"},
    {"down_session_status", fact, "1|239", "exit status of a session when IRIS is down"},
    {"inhibited_status", fact, "239|1", "exit status of a session while sign-on is inhibited"},
    {"session_error_status", fact, "3|1", "exit status of a session that an error ended"},
    {"main_exit_status", fact, "0|143|7", "exit status of iris-main after an orderly stop"},
    {"starting_text", fact, "starting|inhibited|incomplete",
     "field 4 while starting or stopping: `starting or stopping`, `sign-on inhibited, last used "
     "…`, "
     "or `incomplete start or stop, logins disabled`"},
    {"journal_sync", fact, "deferred|commit",
     "a change is acknowledged at once, or when it is in the journal on disk"},
    {"frozen_updates", fact, "go_on|pause",
     "updates while the write daemon is suspended: wait when the cache is full, or at once"},
    {"recovery_work", fact, "busy|waiting",
     "a process irisdb computes while recovery takes its time, or only waits"},
    {"torn_database", fact, "abort|mount",
     "a start whose recovery does not mend a database: ends, or goes on and `<DATABASE>` is the "
     "answer to who uses it"},
    {"suspended_sign_on", fact, "refuse|hang",
     "sign-on once a freeze is older than its timeout: refused, or waits for the thaw"},
    {"freeze_tells_journal", fact, "yes|no",
     "a verbose ExternalFreeze names the journal file to restore from on standard output, too"},
    {"frozen_health", fact, "hung|ok", "field 9 while the write daemon is suspended"},
    {"dirty_health", fact, "warn|alert|ok", "field 9 after a start with recovery"},
    {"failover_health", fact, "warn|ok", "field 9 after a start with another host's iris.ids"},
    {"wd_suspend_limit", fact, "accept|refuse",
     "10th argument of ExternalFreeze; refused with `<PARAMETER>`, as always in profile 2020.1"},
    {"refreeze_status", fact, "3|5",
     "exit status of ExternalFreeze while the system is suspended already; nothing is changed"},
    {"stop_while_frozen", fact, "hang|thaw", "iris stop with a suspended write daemon"},
    {"forced_stop_status", fact, "1|0", "exit status of iris stop that had to force"},
    {"daemons_ignore_term", fact, "1|0", "control, write and journal daemon ignore SIGTERM"},
    {"merge_failure_at_start", fact, "abort|skip",
     "a merge file that cannot be merged: no start, or a start without it"},
    {"comment_after_value", fact, "ends|kept",
     "a comment's marker after a blank behind a value: ends the value, or belongs to it"},
    {"merge_unchanged", fact, "merge|skip", "iris start with an unchanged merge file"},
    {"repeated_key", fact, "last|first", "which value of a parameter counts that stands twice"},
    {"single_hyphen", fact, "refuse|accept", "long options of iris-main with one hyphen"},
    {"merge_file_swap", fact, "noticed|missed",
     "a merge file that another one, or a link's new target, took the place of"},
    {"main_outlives_iris", fact, "stays|ends",
     "iris-main when IRIS is gone behind its back, even if another one is up at its next look: "
     "goes "
     "on, or ends with exit status 1"},
    {"merge_after_restart", fact, "goes_on|ends",
     "iris-main's watch of the merge file after a restart of IRIS behind its back"},
    {"term_during_start", fact, "after|at_once",
     "SIGTERM to iris-main while IRIS starts: takes effect then or now"},
    {"second_term", fact, "ignored|ends", "another SIGTERM to iris-main while it stops IRIS"},
    {"agent_at_stop", fact, "stays|ends", "the ISCAgent when iris-main ends"},
    {"foreign_registry", fact, "fail|start", "iris-main when $IRISSYS is another user's"},
    {"after_failure", fact, "stop|leave", "IRIS when --after fails; always left in profile 2020.1"},
    {"after_stderr", fact, "ignore|fail", "output of --after on standard error"},
    {"health_script", fact, "old|new", "irisHealth.sh: only `ok` passes, or only `alert` fails"},
    {"session_comm", fact, "iris|irisdb", "name of a session's process"},
    {"stale_shm", fact, "keep|remove|up",
     "the segment of processes that are all dead: left behind by the next start, removed by it, or "
     "taken for a running instance until iris force"},
    {"control_death", fact, "stay|end", "the other processes when the control process is killed"},
    {"daemon_death", fact, "stay|end",
     "the instance when the write or the journal daemon is killed: goes on without, or ends"},
    {"control_death_health", fact, "ok|hung",
     "field 9 without a control process: as if it were there, or hung"},
    {"user_death_health", fact, "ok|warn", "field 9 after a process of a user was killed"},
    {"down_qlist_status", fact, "0|1", "exit status of qlist and list when IRIS is not running"},
    {"qlist_directory", fact, "data|install",
     "field 13 of qlist: the durable directory, or the directory of field 2"},
    {"stat_thaw_status", fact, "0|1", "exit status of iris stat -W that resumed"},
    {"half_dead_start", fact, "already_up|refuse",
     "iris start without a control process or daemon: `already up`, or exit status 1"},
    {"half_dead_stop", fact, "hang|force|fail|works",
     "iris stop of such an instance: waits for ShutdownTimeout, forces at once, ends with exit "
     "status 1, or ends what is left and says complete"},
    {"force_status", fact, "0|1", "exit status of iris force that ended something"},
    {"down_stop_status", fact, "0|1", "exit status of iris stop when IRIS is down"},
    {"down_force_status", fact, "0|1", "exit status of iris force when IRIS is down"},
    {"busy", fact, "refuse|wait", "a start or stop while another is under way"},
    {"lock_kind", fact, "posix|ofd",
     "how the daemons hold mgr/ilock: of open file descriptions /proc/locks names no process"},
    {"daemon_tree", fact, "tree|flat",
     "parent of the daemons: the control process, or PID 1 as for itself"},
    {"running_when", fact, "end|early",
     "qlist says running: when iris start is about to end, or as soon as the daemons are there"},
    {"forward_log", fact, "0|1", "iris-main copies messages.log to standard output without --log"},

    {"health", fault, "ok, warn, alert, hung, any text", "field 9 whatever the state"},
    {"status", fault, "any text", "field 4 whatever the state"},
    {"qlist_fault", fault, "hang, empty, garbage, two, exit:N",
     "iris qlist, list and qall; two: a second instance before ours"},
    {"die_at", fault,
     "start_merge, start_daemons, start_end, pass, freeze, frozen, thaw, stop, stop_daemons",
     "all processes of the instance are killed at this point, with whoever is there; `pass`: "
     "changes "
     "are in the journal and not yet in a database"},
    {"hold_at", fault, "one of the points of die_at",
     "who comes to this point waits there until the switch says otherwise"},
    {"start_fault", fault, "hang, fail, license, exit:N", "iris start"},
    {"stop_fault", fault, "hang, exit:N", "iris stop"},
    {"force_fault", fault, "hang, exit:N", "iris force"},
    {"session_fault", fault, "hang, exit:N", "a session's sign-on"},
    {"freeze_fault", fault, "hang, exit:N", "instead of ExternalFreeze"},
    {"thaw_fault", fault, "hang, exit:N", "instead of ExternalThaw"},
    {"freeze_answer", fault, "hang, exit:N", "the answer of an ExternalFreeze that took effect"},
    {"thaw_answer", fault, "hang, exit:N", "the answer of an ExternalThaw that took effect"},
    {"agent_fault", fault, "busy", "the ISCAgent's port is taken"},
    {"stat_fault", fault, "hang, exit:N", "iris stat"},
    {"merge_fault", fault, "fail, hang, exit:N", "iris merge"},
});

}  // namespace

std::span<const Switch> all_switches() {
  return table;
}

}  // namespace standin
