"""A socket with a last moment: all reads and writes together end by then, however slowly the other side drips."""

from __future__ import annotations

import io
import socket
import time
from datetime import timedelta
from typing import Any


class Deadline:
    """A last moment on the machine's own steady clock, which nobody can set."""

    def __init__(self, length: timedelta) -> None:
        self._at = time.monotonic() + length.total_seconds()

    def left(self) -> float:
        """Seconds left. Raises TimeoutError where there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call took too long in all")
        return left


class TimedSocket:
    """What http.client needs of a socket. `close` does nothing: whoever opened the line ends it with `hang_up`.

    A timeout on a plain socket is per read, so a server that sends one byte a second is never cut off; here each read
    may take only what is left of the whole.
    """

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.deadline = Deadline(timedelta(0))

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self.line.settimeout(self.deadline.left())
            view = view[self.line.send(view) :]

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reads(self))

    def close(self) -> None:
        """http.client closes early when the answer says so, before its body is read."""

    def hang_up(self) -> None:
        self.line.close()


class _Reads(io.RawIOBase):
    def __init__(self, owner: TimedSocket) -> None:
        self._owner = owner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._owner.line.settimeout(self._owner.deadline.left())
        return self._owner.line.recv_into(buffer)
