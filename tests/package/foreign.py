#!/usr/bin/env python3
"""Programs of another architecture, run by qemu-user in a user namespace of their own.

    foreign.py QEMU COMMAND…      COMMAND may execute programs for arm64 as if they were native

Since Linux 6.7 each user namespace has a binfmt_misc of its own, so nothing is registered with the machine. Exit code:
the command's, or 77 with a line "SKIPPED: why" where this machine cannot do it.
"""
import ctypes
import os
import sys

CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_PRIVATE, MNT_DETACH = 0x20000, 0x10000000, 0x4000, 0x40000, 2
REGISTER = "/proc/sys/fs/binfmt_misc/register"
# ELF, 64 bits, little endian, an executable or a static-pie (type 2 or 3), machine 183.
MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    os._exit(77)


def check(result, what):
    if result != 0:
        skip(f"cannot {what}: {os.strerror(ctypes.get_errno())}")


def leave_foreign_mounts(libc):
    """What others have mounted under /tmp would be locked in the user namespace, and /tmp could not be bound without it."""
    check(libc.unshare(CLONE_NEWNS), "make a mount namespace")
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for point in reversed([line.split()[1] for line in mounts]):
            if point.startswith("/tmp/"):
                libc.umount2(point.encode(), MNT_DETACH)


def enter(libc, qemu):
    """In the child: root of its namespaces already."""
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    check(libc.mount(b"binfmt_misc", b"/proc/sys/fs/binfmt_misc", b"binfmt_misc", 0, None), "mount binfmt_misc")
    with open(REGISTER, "w", encoding="ascii") as register:
        register.write(f":arm64:M:0:{MAGIC}:{MASK}:{qemu}:FPC")  # opened now; argv[0] and credentials are the program's


def main():
    qemu, command = sys.argv[1], sys.argv[2:]
    if not os.access(qemu, os.X_OK):
        skip(f"no '{qemu}' here (package qemu-user-static)")
    if os.geteuid() != 0:
        skip("only root may map all users into a namespace")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
    unshared, mapped = os.pipe(), os.pipe()
    leave_foreign_mounts(libc)
    child = os.fork()
    if child == 0:
        check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "make a user namespace")
        os.write(unshared[1], b".")
        os.read(mapped[0], 1)
        try:
            enter(libc, qemu)
        except OSError as error:
            skip(f"no binfmt_misc of a namespace's own: {error} (Linux 6.7 or later has it)")
        os.execvp(command[0], command)
    os.close(unshared[1])
    if os.read(unshared[0], 1):
        for kind in ("uid", "gid"):
            with open(f"/proc/{child}/{kind}_map", "w", encoding="ascii") as file:
                file.write("0 0 65536\n")
    os.write(mapped[1], b".")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(code if code >= 0 else 128 - code)


main()
