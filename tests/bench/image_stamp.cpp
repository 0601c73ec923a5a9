// Tells when it was executed: as the first program of a container, before it becomes an init, and
// once more in the place of iris-main, that the init starts.
//   image_stamp PROGRAM ARG…     prints nanoseconds since boot, then executes PROGRAM
//   image_stamp                  prints them and ends
#include <time.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  std::printf("stamp %lld%09ld\n", static_cast<long long>(now.tv_sec), now.tv_nsec);
  std::fflush(stdout);
  if (argc < 2) return 0;
  ::execvp(argv[1], argv + 1);
  std::perror(argv[1]);
  return 127;
}
