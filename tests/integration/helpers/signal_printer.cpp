// Blocks every signal and prints the number of each that comes, one per line; SIGKILL ends it.
//   signal_printer
#include <signal.h>
#include <unistd.h>

#include <string>

namespace {

void print(const std::string& line) {
  [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace

int main() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  print("ready\n");
  for (;;) {
    siginfo_t info{};
    const int number = ::sigwaitinfo(&all, &info);
    if (number > 0) print("got " + std::to_string(number) + "\n");
  }
}
