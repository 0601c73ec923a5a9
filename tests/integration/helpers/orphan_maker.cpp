// Leaves N orphans that end at once, and N/10 that end later, says so and stays.
//   orphan_maker N
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 0;
  for (int i = 0; i < count; ++i) {
    const pid_t between = ::fork();
    if (between < 0) return 1;
    if (between == 0) {
      const bool later = i % 10 == 0;
      if (::fork() == 0 && later) ::poll(nullptr, 0, 20);
      ::_exit(0);
    }
    ::waitpid(between, nullptr, 0);
  }
  if (::write(STDOUT_FILENO, "done\n", 5) != 5) return 1;
  for (;;)
    ::pause();
}
