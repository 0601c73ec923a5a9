// Stands for IRIS as far as shared memory goes: makes a segment, touches all of it, says "up",
// stays.
//   memory_holder BYTES
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  const std::size_t bytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const int id = ::shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
  if (id < 0) return 1;
  void* memory = ::shmat(id, nullptr, 0);
  if (memory == reinterpret_cast<void*>(-1)) return 2;  // NOLINT(performance-no-int-to-ptr)
  std::memset(memory, 1, bytes);
  if (::write(STDOUT_FILENO, "up\n", 3) != 3) return 3;
  for (;;)
    ::pause();
}
