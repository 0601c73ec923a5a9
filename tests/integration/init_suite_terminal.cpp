// Standard input and a terminal, as `docker run -it` gives them.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "tests/integration/init_suite.h"

namespace testing_support {
namespace {

/// A terminal whose other end is a person's: what is typed, and what stands on the screen.
class Terminal {
 public:
  Terminal() : person_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)} {
    ::grantpt(person_.get());
    ::unlockpt(person_.get());
    std::array<char, 64> name{};
    if (::ptsname_r(person_.get(), name.data(), name.size()) == 0) name_ = name.data();
  }
  /// The child gets it as its controlling terminal and as 0, 1 and 2.
  [[nodiscard]] Launch launch(const std::string& init, const std::string& script) const {
    Launch launch = launch_of(init, {"--", "sh", "-c", script});
    launch.before_exec = [name = name_] {
      ::setsid();
      const int fd = ::open(name.c_str(), O_RDWR);
      ::ioctl(fd, TIOCSCTTY, 0);
      for (const int number : {0, 1, 2})
        ::dup2(fd, number);
    };
    return launch;
  }
  void type(std::string_view text) const {
    [[maybe_unused]] const ssize_t ignored = ::write(person_.get(), text.data(), text.size());
  }
  bool wait_for(const std::string& text) {
    return wait_until(
        [&] {
          std::array<char, 4096> buffer{};
          const ssize_t n = ::read(person_.get(), buffer.data(), buffer.size());
          if (n > 0) screen_.append(buffer.data(), static_cast<std::size_t>(n));
          return screen_.find(text) != std::string::npos;
        },
        within(5s));
  }
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  sup::UniqueFd person_;
  std::string name_;
  std::string screen_;
};

Verdict reads(const std::string& init) {
  Terminal terminal;
  Program program =
      Program::as_pid1(terminal.launch(init, "read -r line; echo \"[$line]\"; exit 6"));
  terminal.type("hello\n");
  if (!terminal.wait_for("[hello]")) return "the program could not read: " + terminal.screen();
  const int code = program.wait_code(within(5s));
  return code == 6 ? "" : "code " + std::to_string(code);
}

Verdict interrupt(const std::string& init) {
  Terminal terminal;
  Program program = Program::as_pid1(terminal.launch(
      init, "trap 'echo interrupted; exit 42' INT; echo ready; while :; do sleep 0.02; done"));
  if (!terminal.wait_for("ready")) return "does not run";
  terminal.type("\x03");
  if (!terminal.wait_for("interrupted")) return "Ctrl-C did not reach the program";
  const int code = program.wait_code(within(5s));
  return code == 42 ? "" : "code " + std::to_string(code);
}

Verdict job_control(const std::string& init) {
  Terminal terminal;
  // An interactive shell wants the terminal, and stops itself when it cannot have it.
  Program program = Program::as_pid1(terminal.launch(init, "PS1='prompt> ' exec sh -i"));
  if (!terminal.wait_for("prompt> ")) return "no prompt: " + terminal.screen();
  terminal.type("echo $((40 + 2)); exit 3\n");
  if (!terminal.wait_for("42")) return "the shell does not answer";
  const int code = program.wait_code(within(5s));
  return code == 3 && terminal.screen().find("job control turned off") == std::string::npos
             ? ""
             : "no job control";
}

Verdict background_write(const std::string& init) {
  Terminal terminal;
  Program program = Program::as_pid1(terminal.launch(
      init, "stty tostop; (sleep 0.02 &); (sleep 0.02 &); sleep 0.2; echo ready; exec sleep 1000"));
  if (!terminal.wait_for("ready")) return "does not run";
  return status_field(program.pid(), "State").starts_with("S") ? "" : "the init was stopped";
}

Verdict input_by_pipe(const std::string& init) {
  const TempDir dir;
  const std::string file = dir.write("input", "one\ntwo\n");
  Launch launch = launch_of(init, {"--", "cat"});
  launch.before_exec = [file] { ::dup2(::open(file.c_str(), O_RDONLY), STDIN_FILENO); };
  Program program = Program::as_pid1(launch);
  program.wait_exit(within(20s));
  return program.out() == "one\ntwo\n" ? "" : "it read: " + program.out();
}

constexpr std::array checks{
    Check{"standard input is the program's", input_by_pipe},
    Check{"the program reads from the terminal", reads},
    Check{"Ctrl-C reaches the program", interrupt},
    Check{"an interactive shell has its terminal and job control", job_control},
    Check{"a terminal with tostop does not stop the init", background_write},
};

}  // namespace

std::span<const Check> terminal_checks() {
  return checks;
}

}  // namespace testing_support
