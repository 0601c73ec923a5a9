// The texts of iris-init.
#include "supervisor/core/init_options.h"
#include "supervisor/core/iris_main_options.h"

namespace sup {

std::string_view init_help() {
  return "Usage: iris-init [OPTION…] [--] PROGRAM [ARG…]\n"
         "\n"
         "PID 1 for InterSystems IRIS in a container. Starts PROGRAM, forwards signals, reaps\n"
         "orphans and ends with PROGRAM's exit code. When PROGRAM is named iris-main it also runs\n"
         "the configuration merge first, keeps iris-agent (probes, irisctl) alive and stops IRIS\n"
         "in stages within one time budget. For any other PROGRAM it takes the place of tini.\n"
         "\n"
         "As tini's:\n"
         "  -s                   become a child subreaper, to reap orphans without being PID 1\n"
         "  -p SIGNAL            get SIGNAL, and forward it, when our own parent dies\n"
         "  -g                   signal PROGRAM's process group instead of PROGRAM alone\n"
         "  -e CODE              CODE (0 to 255) of PROGRAM counts as success: exit with 0; may\n"
         "                       be repeated\n"
         "  -w                   a warning for each orphan that is reaped\n"
         "  -v                   say more; up to three times\n"
         "  -l                   the licence\n"
         "  -h, --help           this text\n"
         "      --version        version\n"
         "\n"
         "Stopping in stages (on with the IRIS parts, or when one of these is given; otherwise\n"
         "signals are only forwarded): stop signal, SIGTERM to all that is left, SIGKILL.\n"
         "  --stop-timeout TIME  budget of a whole stop (default 360s)\n"
         "  --drain-delay TIME   readiness answers 503 for so long before the stop signal; with\n"
         "                       other programs the signal just comes later (default 0s)\n"
         "  --stop-signal SIGNAL asks PROGRAM to stop (default SIGTERM)\n"
         "\n"
         "IRIS:\n"
         "  --agent auto|on|off  the IRIS parts: auto = when PROGRAM is named iris-main\n"
         "  --instance NAME      IRIS instance (default: iris-main's --instance, the variable\n"
         "                       ISC_PACKAGE_INSTANCENAME, else IRIS)\n"
         "  --run-dir DIR        control.sock, state and merge.cpf (default /run/iris-init)\n"
         "\n"
         "TIME is written as 500ms, 5s, 2m or 1h; SIGNAL as SIGTERM, TERM or 15.\n"
         "Environment: TINI_SUBREAPER (-s), TINI_KILL_PROCESS_GROUP (-g), TINI_VERBOSITY;\n"
         "IRIS_INIT_INIT_AGENT, IRIS_INIT_INIT_INSTANCE, IRIS_INIT_STOP_TIMEOUT,\n"
         "IRIS_INIT_STOP_DRAIN_DELAY, IRIS_INIT_STOP_SIGNAL, IRIS_INIT_PATHS_RUN_DIR. The log is\n"
         "set by IRIS_INIT_LOG_FORMAT (auto, text, json) and IRIS_INIT_LOG_LEVEL; shared memory\n"
         "that IRIS left behind is removed at the end unless IRIS_INIT_MERGE_IPC_CLEANUP is\n"
         "'report'.\n"
         "\n"
         "Exit code: PROGRAM's, or 128 + the signal that ended it; 0 a stop left IRIS down\n"
         "cleanly; 1 wrong usage; 75 given up (restarts used up, or the data directory stayed in\n"
         "use); 78 configuration or preflight refused; 124 something had to be forced or killed;\n"
         "126 PROGRAM cannot be executed; 127 PROGRAM not found.\n";
}

std::string_view init_version(std::string_view program_name) {
  const std::string_view name = file_name_of(program_name);
  if (name == "tini" || name == "tini-static" || name == "docker-init")
    return "tini version 0.19.0_iris-init-" IRIS_INIT_VERSION "\n";
  return "iris-init " IRIS_INIT_VERSION "\n";
}

}  // namespace sup
