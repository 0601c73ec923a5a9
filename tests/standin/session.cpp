// Sign-on, and what a session carries out.
#include "session.h"

#include <unistd.h>

#include <optional>

#include "clock.h"
#include "config/users.h"
#include "freeze.h"
#include "messages.h"
#include "objectscript.h"
#include "process.h"
#include "shared_memory.h"
#include "state.h"
#include "store.h"
#include "switches.h"
#include "text.h"

namespace standin {
namespace {

struct Request {
  std::string name_space = "USER";
  std::string code;
};

Request parse_request(const std::vector<std::string>& arguments) {
  Request request;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if ((word == "-U" || word == "-u") && i + 1 < arguments.size())
      request.name_space = arguments[++i];
    else if (word.starts_with("-U"))
      request.name_space = word.substr(2);
    else
      request.code = word;
  }
  request.name_space = upper(request.name_space);
  return request;
}

void say(const std::string& text) {
  write_all(STDOUT_FILENO, text + "\n");
}

int object_script_error(const std::string& error) {
  say("\n" + error);
  return static_cast<int>(switch_number("session_error_status"));
}

/// -1: signed on.
int sign_on(const Instance& instance) {
  sleep_ms(switch_ms("session_ms"));
  if (const int status = fault_status("session_fault"); status >= 0) return status;
  const State state = observe(instance);
  switch (state.status) {
    case Status::running:
      break;
    case Status::starting:
    case Status::incomplete:
      say("Sign-on inhibited: Startup or Installation in progress");
      return static_cast<int>(switch_number("inhibited_status"));
    case Status::stopping:
      say("Sign-on inhibited: Shutdown in progress");
      return static_cast<int>(switch_number("inhibited_status"));
    case Status::down:
    case Status::elsewhere:
      say("irissession: " + instance.name + " is not running");
      return static_cast<int>(switch_number("down_session_status"));
  }
  if (!state.logins_ended) return -1;
  say("Sign-on inhibited: System is suspended");
  return 1;
}

int call_backup(const Instance& instance, Board& board, const MethodCall& call) {
  if (call.method == "ExternalFreeze") {
    const int status = fault_status("freeze_fault");
    return status >= 0 ? status : external_freeze(instance, board, call);
  }
  if (call.method == "ExternalThaw") {
    const int status = fault_status("thaw_fault");
    return status >= 0 ? status : external_thaw(instance, board, call);
  }
  if (call.method == "IsWDSuspendedExt") return board.suspended ? backup_success : backup_failure;
  return object_script_error("<METHOD DOES NOT EXIST> *" + call.method + ",Backup.General");
}

int call_method(const Instance& instance, Board& board, const MethodCall& call) {
  if (call.class_name == "Backup.General") return call_backup(instance, board, call);
  if (call.class_name == "%SYSTEM.Security" && call.method == "Login")
    return Users::read(instance).login(call.argument(1), call.argument(2)) ? 1 : 0;
  if (call.class_name == "%SYSTEM.License" && call.method == "Upgrade") {
    log_message(instance, Severity::info, "Generic.Event", "License key taken up");
    return 1;
  }
  return object_script_error("<CLASS DOES NOT EXIST> *" + call.class_name);
}

int perform(const Instance& instance, Board& board, const Request& request) {
  if (database_of(instance, request.name_space).empty())
    return object_script_error("<NAMESPACE> *" + request.name_space);
  if (request.code.empty()) return 0;
  const auto statement = parse_statement(request.code);
  if (!statement) return object_script_error("<SYNTAX>");
  if (const auto* const set = std::get_if<SetGlobal>(&*statement))
    return journal_set(instance, request.name_space, set->change)
               ? 0
               : object_script_error("<FILEFULL>");
  const auto& call = *std::get_if<MethodCall>(&*statement);
  const int status = call_method(instance, board, call);
  return call.then_halt ? 0 : status;
}

}  // namespace

int iris_session(const std::vector<std::string>& arguments) {
  set_process_name(switch_text("session_comm"));
  const std::string name = arguments.empty() ? "" : arguments[0];
  const auto instance = find_instance(name);
  if (!instance) {
    say("irissession: invalid instance name '" + name + "'");
    return 1;
  }
  if (const int status = sign_on(*instance); status >= 0) return status;
  const auto memory = SharedMemory::attach(*instance);
  if (!memory) return static_cast<int>(switch_number("down_session_status"));
  return perform(*instance, **memory, parse_request(arguments));
}

}  // namespace standin
