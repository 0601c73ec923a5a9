// Blocks every signal and prints the number of each that comes, one per line; SIGKILL ends it.
//   signal_printer
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace {

void print(const std::string& line) {
  [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace

int main() {
  // The kernel's own set: sigfillset() leaves out what the C library keeps for itself.
  const std::uint64_t all = ~std::uint64_t{0};
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);
  print("ready\n");
  for (;;) {
    siginfo_t info{};
    const long number = ::syscall(SYS_rt_sigtimedwait, &all, &info, nullptr, sizeof all);
    if (number > 0) print("got " + std::to_string(number) + "\n");
  }
}
