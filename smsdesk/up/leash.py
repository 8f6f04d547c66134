"""A child that cannot outlive its parent: the kernel ends it on Linux, a sweep at the next start ends it elsewhere."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

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
