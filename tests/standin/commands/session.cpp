// Sign-on, and what a session carries out.
#include "commands/session.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "base/text.h"
#include "commands/freeze.h"
#include "commands/interpreter.h"
#include "commands/objectscript.h"
#include "commands/session_error.h"
#include "config/users.h"
#include "daemons/store.h"
#include "instance/messages.h"
#include "instance/shared_memory.h"
#include "instance/state.h"
#include "store/global_key.h"

namespace standin {
namespace {

constexpr std::int64_t look_again_ms = 10;

SessionRequest parse_request(const std::vector<std::string>& arguments) {
  SessionRequest request;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if ((word == "-U" || word == "-u") && i + 1 < arguments.size())
      request.name_space = arguments[++i];
    else if (word == "--acknowledge")
      request.acknowledge = [](const std::string& line) { write_all(STDOUT_FILENO, line); };
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

/// Who signs on once a freeze is older than its timeout is refused, or waits for its end.
State observe_for_sign_on(const Instance& instance) {
  State state = observe(instance);
  while (state.logins_ended && switch_is("suspended_sign_on", "hang")) {
    sleep_ms(look_again_ms);
    state = observe(instance);
  }
  return state;
}

/// -1: signed on.
int sign_on(const Instance& instance) {
  sleep_ms(switch_ms("session_ms"));
  if (const int status = fault_status("session_fault"); status >= 0) return status;
  const State state = observe_for_sign_on(instance);
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
  return static_cast<int>(switch_number("inhibited_status"));
}

/// What the caller gets of a freeze or thaw that took effect.
int answer(int status, std::string_view fault) {
  if (status != backup_success) return status;
  const int instead = fault_status(fault);
  return instead >= 0 ? instead : status;
}

int call_backup(const Instance& instance, const SharedMemory& memory, const MethodCall& call) {
  if (call.method == "ExternalFreeze") {
    const int status = fault_status("freeze_fault");
    return status >= 0 ? status : answer(external_freeze(instance, memory, call), "freeze_answer");
  }
  if (call.method == "ExternalThaw") {
    const int status = fault_status("thaw_fault");
    return status >= 0 ? status : answer(external_thaw(instance, *memory, call), "thaw_answer");
  }
  if (call.method == "IsWDSuspendedExt") return memory->suspended ? backup_success : backup_failure;
  return object_script_error("<METHOD DOES NOT EXIST> *" + call.method + ",Backup.General");
}

int call_method(const Instance& instance, const SharedMemory& memory, const MethodCall& call) {
  if (call.class_name == "Backup.General") return call_backup(instance, memory, call);
  if (call.class_name == "%SYSTEM.Security" && call.method == "Login")
    return Users::read(instance).login(call.argument(1), call.argument(2)) ? 1 : 0;
  if (call.class_name == "%SYSTEM.License" && call.method == "Upgrade") {
    log_message(instance, Severity::info, "Generic.Event", "License key taken up");
    return 1;
  }
  return object_script_error("<CLASS DOES NOT EXIST> *" + call.class_name);
}

/// The time of a request that has an end is over.
struct Enough {};

/// The namespace's globals, standard output, and methods.
class SessionWorld : public World {
 public:
  SessionWorld(const Instance& instance, const SharedMemory& memory, const fs::path& database,
               const SessionRequest& request)
      : instance_{instance},
        memory_{memory},
        globals_{instance, memory, database},
        request_{request} {}

  std::optional<std::string> get(const std::string& key) override { return globals_.get(key); }
  void set(const std::string& key, const std::string& value) override {
    if (request_.until != 0 && now_ms() >= request_.until) throw Enough{};
    const std::uint64_t number = globals_.set(key, value);
    acknowledge(number,
                "set " + global_text(key) + "=\"" + replace_all(value, "\"", "\"\"") + "\"");
  }
  void kill(const std::string& key) override {
    acknowledge(globals_.kill(key), "kill " + global_text(key));
  }
  std::string increment(const std::string& key) override {
    return std::to_string(globals_.increment(key));
  }
  void write(const std::string& text) override { write_all(STDOUT_FILENO, text); }
  void hang(double seconds) override {
    const auto milliseconds = static_cast<std::int64_t>(seconds * 1000);
    sleep_ms(milliseconds / std::max<std::int64_t>(switch_number("clock_scale"), 1));
  }
  int call(const MethodCall& call) override {
    const int status = call_method(instance_, memory_, call);
    return call.then_halt ? 0 : status;
  }

 private:
  void acknowledge(std::uint64_t number, const std::string& statement) const {
    if (request_.acknowledge)
      request_.acknowledge(std::to_string(number) + " " + std::to_string(now_ms()) + " " +
                           globals_.database() + " " + statement + "\n");
  }

  const Instance& instance_;
  const SharedMemory& memory_;
  Globals globals_;
  const SessionRequest& request_;
};

int perform(const Instance& instance, const SharedMemory& memory, const SessionRequest& request) {
  const fs::path database = database_of(instance, request.name_space);
  if (database.empty()) return object_script_error("<NAMESPACE> *" + request.name_space);
  const auto program = parse_program(request.code);
  if (!program) return object_script_error("<SYNTAX>");
  try {
    SessionWorld world{instance, memory, database, request};
    return run_program(*program, world);
  } catch (const Enough&) {
    return 0;
  } catch (const SessionError& error) {
    return object_script_error(error.what());
  }
}

}  // namespace

int run_session(const Instance& instance, const SessionRequest& request) {
  set_process_name(switch_text("session_comm"));
  if (const int status = sign_on(instance); status >= 0) return status;
  const auto memory = SharedMemory::attach(instance);
  if (!memory) return static_cast<int>(switch_number("down_session_status"));
  return perform(instance, *memory, request);
}

int iris_session(const std::vector<std::string>& arguments) {
  const std::string name = arguments.empty() ? "" : arguments[0];
  const auto instance = find_instance(name);
  if (!instance) {
    say("irissession: invalid instance name '" + name + "'");
    return 1;
  }
  return run_session(*instance, parse_request(arguments));
}

}  // namespace standin
