"""Which system calls student code may make, compiled by libseccomp on our side.

A list of what is allowed, so that a call nobody thought of is refused. Refused calls fail
with "Operation not permitted", which a student can read, instead of killing the process.
"""

import errno
import io
import os

from .limits import GraderError

# What the interpreter, NumPy, SciPy and Matplotlib do once they run, threads included.
# No new processes or programs, no sockets, no signals to others, no mounts or namespaces.
ALLOWED = [
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "close",
    "lseek",
    "sendfile",
    "copy_file_range",
    "open",
    "openat",
    "access",
    "faccessat",
    "faccessat2",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "readlink",
    "readlinkat",
    "getcwd",
    "chdir",
    "fchdir",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "getdents",
    "getdents64",
    "truncate",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "fadvise64",
    "flock",
    "chmod",
    "fchmod",
    "fchmodat",
    "utimensat",
    "umask",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "eventfd2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "mincore",
    "brk",
    "membarrier",
    "msync",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "sigaltstack",
    "pause",
    "alarm",
    "setitimer",
    "getitimer",
    "timer_create",
    "timer_settime",
    "timer_gettime",
    "timer_delete",
    "futex",
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "rseq",
    "restart_syscall",
    "exit",
    "exit_group",
    "gettid",
    "getpid",
    "getppid",
    "getpgrp",
    "getpgid",
    "getsid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "getpriority",
    "getrlimit",
    "setrlimit",
    "getrusage",
    "times",
    "sysinfo",
    "uname",
    "getrandom",
    "time",
    "gettimeofday",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
]
CLONE_THREAD = 0x10000
HARMLESS_PRCTL = (15, 16, 0x53564D41)  # set and get a thread's name, name a memory area
# Handles, locks, pipe sizes; not who gets a signal when there is something to read.
HARMLESS_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
HARMLESS_IOCTL = (0x5401, 0x5413, 0x5421, 0x541B, 0x5450, 0x5451)  # is it a terminal, and such


def compile_filter(is_alone: bool = False) -> bytes:
    """Return the filter as the program that the kernel takes.

    Parameters
    ----------
    is_alone : bool
        Whether the session is process 1 of a namespace with nobody else in it, so that the
        signals it may send reach nobody but itself.

    Raises
    ------
    GraderError
        If libseccomp or its Python binding is not installed.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise GraderError(
            f"the fence needs libseccomp and pyseccomp ({error}); install the system package "
            "libseccomp2 and `pip install pyseccomp`."
        ) from None
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        _add(rules, seccomp, seccomp.ALLOW, name)
    _add(
        rules,
        seccomp,
        seccomp.ALLOW,
        "clone",
        seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD),
    )
    # glibc then falls back to clone, whose flags a filter can read.
    _add(rules, seccomp, seccomp.ERRNO(errno.ENOSYS), "clone3")
    for number in HARMLESS_PRCTL:
        _add(rules, seccomp, seccomp.ALLOW, "prctl", seccomp.Arg(0, seccomp.EQ, number))
    for number in HARMLESS_IOCTL:
        _add(rules, seccomp, seccomp.ALLOW, "ioctl", seccomp.Arg(1, seccomp.EQ, number))
    for number in HARMLESS_FCNTL:
        _add(rules, seccomp, seccomp.ALLOW, "fcntl", seccomp.Arg(1, seccomp.EQ, number))
    if is_alone:
        _add(rules, seccomp, seccomp.ALLOW, "tgkill", seccomp.Arg(0, seccomp.EQ, 1))
    # Only its own limits: a process calls itself 0.
    _add(rules, seccomp, seccomp.ALLOW, "prlimit64", seccomp.Arg(0, seccomp.EQ, 0))
    handle = os.memfd_create("filter")
    try:
        with open(handle, "wb", closefd=False) as file:
            rules.export_bpf(file)
        with io.FileIO(handle, closefd=False) as file:
            file.seek(0)
            return file.readall()
    finally:
        os.close(handle)


def _add(rules, seccomp, action, name, *arguments):
    try:
        rules.add_rule(action, name, *arguments)
    except (OSError, RuntimeError, ValueError):
        # Some names (open, stat, fork) do not exist on every processor; what is not added
        # stays refused.
        if action != seccomp.ALLOW:
            raise
