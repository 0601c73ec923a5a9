#pragma once
// A seccomp profile as runtimes of before 2020 install it: system calls that it has never heard of,
// pidfd_open, clone3, close_range and all later ones, are answered with EPERM where a kernel would
// say ENOSYS.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace testing_support {

/// In the child, before exec. The numbers are the same on every architecture from 424 on.
inline void install_old_seccomp_profile() {
  constexpr unsigned first_unknown = 424;  // pidfd_send_signal, Linux 5.1
  std::array<sock_filter, 4> filter{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                     BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_unknown, 0, 1),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog program{filter.size(), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    ::_exit(120);
}

}  // namespace testing_support
