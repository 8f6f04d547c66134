"""Places where a test may break a process on purpose: `SMSDESK_FAILPOINT=name[:kill|stop|raise|vanish|sleep=N][@nth]`.

Nothing happens unless SMSDESK_TESTING=1 is set too, and production refuses to start with it.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WRITTEN = re.compile(
    r"(?P<name>[a-z_.]+)(:(?P<deed>kill|stop|raise|vanish|sleep=(?P<seconds>[0-9.]+)))?(@(?P<nth>[0-9]+))?"
)


class FailpointReached(RuntimeError):
    """A test asked for this: something that we call has failed."""


class Vanished(BaseException):
    """A test asked for this: as if the process had died here, so that no `except Exception` sees it."""


@dataclass
class _Failpoint:
    name: str
    deed: str
    seconds: float
    nth: int
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self) -> None:
        with self.lock:
            self.passed += 1
            if self.passed != self.nth:
                return
        if self.deed == "raise":
            raise FailpointReached(self.name)
        if self.deed == "vanish":
            raise Vanished(self.name)
        if self.deed.startswith("sleep"):
            time.sleep(self.seconds)
            return
        # To this very thread: a signal to the process may be taken by another one, while this one runs on for a moment
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP if self.deed == "stop" else signal.SIGKILL)


def reach(name: str) -> None:
    """Say that this place is reached."""
    if _armed is not None and _armed.name == name:
        _armed.pass_by()


@contextmanager
def broken_at(asked: str) -> Iterator[None]:
    """Within this process, for a test that goes on after it: written like the variable. Only where SMSDESK_TESTING=1 is set."""
    global _armed
    before, _armed = _armed, _read({**os.environ, "SMSDESK_FAILPOINT": asked})
    try:
        yield
    finally:
        _armed = before


def _read(environ: dict[str, str]) -> _Failpoint | None:
    asked = environ.get("SMSDESK_FAILPOINT", "")
    if not asked or environ.get("SMSDESK_TESTING") != "1":
        return None
    match = WRITTEN.fullmatch(asked)
    if match is None:
        raise ValueError("SMSDESK_FAILPOINT is written name[:kill|stop|raise|vanish|sleep=N][@nth]")
    deed = match["deed"] or "kill"
    return _Failpoint(match["name"], deed, float(match["seconds"] or 0), int(match["nth"] or 1))


_armed = _read(dict(os.environ))
