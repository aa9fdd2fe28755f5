"""Runs a program as weir-export.service would confine it, as far as that goes without systemd:

    confined.py UNIT WRITABLE… -- PROGRAM ARG…

As root: a mount namespace of its own in which only the WRITABLE folders can be written to, a user
without rights, no capabilities, no privileges to gain, a bare environment, and the unit's
SystemCallFilter and RestrictAddressFamilies as a seccomp filter. x86-64 only, whose numbers it uses.
"""

import ctypes
import os
import re
import socket
import struct
import subprocess
import sys

_NOBODY = 65534
_CLONE_NEWNS = 0x20000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 24, 38, 22, 2
_ALLOW, _ERRNO, _KILL, _EPERM, _EAFNOSUPPORT = 0x7FFF0000, 0x50000, 0x80000000, 1, 97
_ARCH_X86_64 = 0xC000003E
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NR, _ARCH, _ARGUMENT_0 = 0, 4, 16  # offsets in struct seccomp_data

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def _mount(source, target, flags):
    _checked(_libc.mount(source.encode(), target.encode(), None, flags, None), target)


def _settings(unit, name):
    """The words of all lines `name=…`."""
    with open(unit) as file:
        return [m[1].split() for m in re.finditer(rf"^{name}=(.*)$", file.read(), re.M)]


def _members(group):
    """The system calls of one of systemd's groups, all the way down."""
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", group],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for word in re.findall(r"^ +([@\w-]+)$", done.stdout, re.M):
        if word.startswith("@"):
            if word != group:
                yield from _members(word)
        else:
            yield word


def allowed_calls(unit):
    """What SystemCallFilter lets through: the first line says what, others take away with ~.
    systemd adds @default and what it needs itself for starting a program."""
    calls = {"execve", *_members("@default")}
    for words in _settings(unit, "SystemCallFilter"):
        removes = words[0].startswith("~")
        for word in words:
            word = word.lstrip("~")
            named = set(_members(word)) if word.startswith("@") else {word}
            calls = calls - named if removes else calls | named
    return calls | {"execve"}


def _numbers():
    with open("/usr/include/x86_64-linux-gnu/asm/unistd_64.h") as file:
        return {m[1]: int(m[2]) for m in re.finditer(r"#define __NR_(\w+) (\d+)", file.read())}


def seccomp_program(calls, families):
    """Instructions of classic BPF, see seccomp(2)."""

    def step(code, value, jump_true=0, jump_false=0):
        return struct.pack("=HBBI", code, jump_true, jump_false, value)

    def allow_if_equal(value):
        return step(_EQUAL, value, 0, 1) + step(_RETURN, _ALLOW)

    numbers = _numbers()
    of_families = b"".join(allow_if_equal(family) for family in families)
    of_families = step(_LOAD, _ARGUMENT_0) + of_families + step(_RETURN, _ERRNO | _EAFNOSUPPORT)
    program = step(_LOAD, _ARCH) + step(_EQUAL, _ARCH_X86_64, 1, 0) + step(_RETURN, _KILL)
    program += step(_LOAD, _NR)
    program += step(_EQUAL, numbers["socket"], 0, len(of_families) // 8) + of_families
    for name in sorted(calls - {"socket"}):
        if name in numbers:
            program += allow_if_equal(numbers[name])
    return program + step(_RETURN, _ERRNO | _EPERM)


def _install(program):
    buffer = ctypes.create_string_buffer(program)

    class SockFprog(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    packed = SockFprog(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    _checked(_libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(packed), 0, 0), "seccomp")


def _make_read_only(writable):
    _checked(_libc.unshare(_CLONE_NEWNS), "unshare")
    _mount("none", "/", _MS_REC | _MS_PRIVATE)
    for folder in writable:
        _mount(folder, folder, _MS_BIND)
    with open("/proc/self/mountinfo") as file:
        mounts = [line.split()[4].replace("\\040", " ") for line in file]
    for target in mounts:
        if target in writable or target.startswith(("/proc", "/sys", "/dev")):
            continue
        try:
            _mount("none", target, _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
        except OSError:
            if target == "/":
                raise  # others may be hidden below later mounts, or locked


def _drop_rights():
    os.setgroups([])
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        _checked(_libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0), "capabilities")
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def main():
    separator = sys.argv.index("--")
    unit, *writable = sys.argv[1:separator]
    command = sys.argv[separator + 1 :]
    families = [getattr(socket, name) for name in _settings(unit, "RestrictAddressFamilies")[0]]
    program = seccomp_program(allowed_calls(unit), families)
    _make_read_only(writable)
    _drop_rights()
    environment = {"PATH": "/usr/bin:/bin", "STATE_DIRECTORY": writable[0],
                   "CACHE_DIRECTORY": writable[1]}  # fmt: skip
    os.chdir(writable[0])
    _install(program)
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
