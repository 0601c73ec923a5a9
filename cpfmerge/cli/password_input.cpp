#include "cpfmerge/cli/password_input.h"

#include <fmt/core.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cpf::cli {
namespace {

void no_action(int) {}

/// Echo off; a Ctrl-C ends the reading instead of the program, so that echo comes back.
class QuietTerminal {
 public:
  QuietTerminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    struct sigaction action {};
    action.sa_handler = no_action;  // and no SA_RESTART: read() answers EINTR
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &action, &old_[i]);
  }
  ~QuietTerminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &old_[i], nullptr);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  QuietTerminal(QuietTerminal&&) = delete;
  QuietTerminal& operator=(QuietTerminal&&) = delete;

 private:
  static constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGHUP, SIGTSTP};
  termios before_{};
  std::array<struct sigaction, 4> old_{};
};

void say(std::string_view text) {
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
}

sup::Result<std::string> ask(std::string_view question) {
  say(question);
  std::array<char, longest_password + 2> buffer{};
  const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  const int error = errno;
  say("\n");
  if (n < 0) return sup::errno_error("cannot read the password", error);
  return as_password({buffer.data(), static_cast<std::size_t>(n)}, "the password");
}

/// Standard input to its end, or a little more than a password may have.
sup::Result<std::string> read_all() {
  std::string text;
  std::array<char, longest_password + 3> buffer{};
  while (text.size() < buffer.size()) {
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sup::errno_error("cannot read the password from standard input");
    if (n == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace

sup::Result<std::string> read_password(bool twice) {
  if (::isatty(STDIN_FILENO) == 0) {
    auto text = read_all();
    if (!text) return text;
    return as_password(*std::move(text), "the password on standard input");
  }
  const QuietTerminal quiet;
  auto password = ask("Enter password: ");
  if (!password || !twice) return password;
  auto again = ask("Enter password again: ");
  if (!again) return again;
  if (*again != *password) return sup::Error{"the two passwords differ; run it again"};
  return password;
}

sup::Result<std::string> as_password(std::string text, const std::string& what) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty())
    return sup::Error{fmt::format("{} is empty; IRIS has no empty passwords", what)};
  if (text.size() > longest_password)
    return sup::Error{fmt::format("{} has more than {} bytes", what, longest_password)};
  if (text.find('\0') != std::string::npos || text.find('\n') != std::string::npos)
    return sup::Error{fmt::format("{} has more than one line; one line is expected", what)};
  return text;
}

}  // namespace cpf::cli
