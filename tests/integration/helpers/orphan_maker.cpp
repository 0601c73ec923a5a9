// Leaves N orphans that end at once, and N/10 of them later, says so and stays.
//   orphan_maker N              says "done" after them
//   orphan_maker N until-term   goes on making them, from "begun" on, and ends with 15 on SIGTERM
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace {

void say(std::string_view text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

void make_orphan(bool later) {
  const pid_t between = ::fork();
  if (between < 0) ::_exit(1);
  if (between == 0) {
    if (::fork() == 0 && later) ::poll(nullptr, 0, 20);
    ::_exit(0);
  }
  ::waitpid(between, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 0;
  const bool until_term = argc > 2 && std::string_view{argv[2]} == "until-term";
  if (until_term) ::signal(SIGTERM, [](int) { ::_exit(15); });
  for (int i = 0; i < count; ++i) {
    if (until_term && i == count / 10) say("begun\n");
    make_orphan(i % 10 == 0);
  }
  if (!until_term) say("done\n");
  while (until_term)
    make_orphan(false);
  for (;;)
    ::pause();
}
