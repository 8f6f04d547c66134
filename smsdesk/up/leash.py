"""A child that cannot outlive its parent: the kernel ends it on Linux, a sweep at the next start ends it elsewhere."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tied_to_this_process(how: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """For `preexec_fn`: the child gets the signal when this process ends, however it ends.

    The kernel watches the thread that started the child, so start it from one that stays.
    """
    parent = os.getpid()

    def tie() -> None:
        end_with(parent, how)

    return tie


def end_with(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Called in the child: end when the process `parent` ends. Does nothing where the kernel cannot do it."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(how))
    # It may have ended between the fork and the line above
    if os.getppid() != parent:
        os._exit(1)


def remember(pid_file: Path, pid: int) -> None:
    """Write the process down for `sweep`, where the kernel does not end it by itself."""
    if _libc is None:
        pid_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pid_file.write_text(f"{pid} {born(pid)}")


def sweep(folder: Path) -> None:
    """End what a killed supervisor left behind: the processes written down in the folder, with their groups."""
    for pid_file in folder.glob("*.pid"):
        pid, _, birth = pid_file.read_text().partition(" ")
        # The number may belong to a stranger by now
        if birth and birth == born(int(pid)):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(int(pid), signal.SIGKILL)
        pid_file.unlink(missing_ok=True)


def born(pid: int) -> str:
    """When the process started, as `ps` says it; empty where there is no such process."""
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()
