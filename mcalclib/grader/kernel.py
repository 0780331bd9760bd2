"""The Linux calls that close a process in, as thin as they can be.

Runs on the unsafe side before any student code does, so it imports next to nothing and
never reports success that the kernel did not report.
"""

import ctypes
import os
import resource
import signal
import threading

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
INNER_ID = 1000  # who the student's code believes to be

_libc = ctypes.CDLL(None, use_errno=True)
_fork = ctypes.PyDLL(None, use_errno=True).fork  # which keeps the interpreter's lock
_prctl = _libc.prctl
_prctl.argtypes = (ctypes.c_int, *4 * (ctypes.c_ulong,))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option, *arguments):
    """Call prctl(2), raising OSError when the kernel refuses."""
    _check(_prctl(option, *(*arguments, 0, 0, 0, 0)[:4]), f"prctl {option}")


def _unshare(flags):
    """Leave namespaces for new ones, a user namespace with one user in it among them."""
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(flags), "unshare")
    for path, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INNER_ID} {uid} 1"),
        ("gid_map", f"{INNER_ID} {gid} 1"),
    ):
        handle = os.open(f"/proc/self/{path}", os.O_WRONLY)  # a text file would cost more
        os.write(handle, text.encode())
        os.close(handle)


def own_processes():
    """Go on as the first process of a pid namespace that this user namespace owns.

    Only so may a process change, again and again, which pid namespace its next child gets.
    Without that, each session would take two forks.

    Returns
    -------
    int
        A handle of the pid namespace, for `next_child_in_new_pid_namespace`.
    """
    _unshare(CLONE_NEWUSER | CLONE_NEWPID)
    child = os.fork()
    if child:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def fork() -> int:
    """Fork as `os.fork` does, without what Python runs around it for threads and generators.

    Those hooks write to some 200 pages that the child must then copy, which takes longer than
    the fork itself. With one thread there are no locks to set free; generators of random numbers
    are not seeded anew, so the child has to do that.
    """
    if threading.active_count() > 1:
        return os.fork()
    child = _fork()
    if child < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"fork: {os.strerror(number)}")
    return child


def fork_into_new_pid_namespace(home) -> int:
    """Fork a child that is the first process of a pid namespace of its own.

    Parameters
    ----------
    home : int
        What `own_processes` returned.
    """
    _check(_libc.unshare(CLONE_NEWPID), "unshare")
    child = fork()
    if child:
        _check(_libc.setns(home, CLONE_NEWPID), "setns")
    return child


def enter_namespaces():
    """Give this process user, mount, network and ipc namespaces of its own."""
    _unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)


def mount_private(megabytes):
    """Put an own, bounded /tmp over the shared one and hide /proc."""
    options = f"size={megabytes}m,nr_inodes=4096,mode=700".encode()
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    _check(_libc.mount(b"tmpfs", b"/tmp", b"tmpfs", flags, options), "mount /tmp")
    flags |= MS_RDONLY
    _check(_libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags, b"size=4k,mode=555"), "mount /proc")


def drop_capabilities():
    """Give up every capability, for this process and whatever it might execute."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last capability this kernel knows, or none may be dropped
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def become(uid, gid):
    """Turn root into an ordinary user for good."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    # The kernel now hides /proc/self/uid_map from us, which a new user namespace must write.
    prctl(PR_SET_DUMPABLE, 1)


def limit(memory, cpu, files, processes):
    """Set resource limits; ``memory`` and ``files`` in MB, ``cpu`` in seconds."""
    page = resource.getpagesize()
    handle = os.open("/proc/self/statm", os.O_RDONLY)
    used = int(os.read(handle, 200).split()[0]) * page
    os.close(handle)
    for what, value in (
        (resource.RLIMIT_AS, used + (memory << 20)),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, files << 20),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(what, (value, value))


def load_filter(program):
    """Load a seccomp filter that libseccomp has compiled."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    loaded = _Program(len(program) // 8, program)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(loaded))
