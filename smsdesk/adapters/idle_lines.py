"""Open lines between two calls: few, fresh, and never shared with a forked child."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Hashable
from http.client import HTTPConnection
from typing import NamedTuple

from smsdesk.adapters.timed_socket import TimedSocket

FRESH_S = 4.0
MOST = 8


class Line(NamedTuple):
    http: HTTPConnection
    socket: TimedSocket


class IdleLines:
    """A line is used again only while it is fresh and silent: the other side may have hung up, and then a text that was sent
    into it could not be told from one that arrived."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[tuple[Hashable, Line, float, int]] = []

    def take(self, key: Hashable) -> Line | None:
        while True:
            kept = self._pop(key)
            if kept is None:
                return None
            line, since, pid = kept
            if pid == os.getpid() and time.monotonic() - since < FRESH_S and _is_silent(line):
                return line
            line.socket.hang_up()

    def keep(self, key: Hashable, line: Line) -> None:
        with self._lock:
            self._lines.append((key, line, time.monotonic(), os.getpid()))
            too_many = self._lines.pop(0)[1] if len(self._lines) > MOST else None
        if too_many:
            too_many.socket.hang_up()

    def _pop(self, key: Hashable) -> tuple[Line, float, int] | None:
        with self._lock:
            for place in range(len(self._lines) - 1, -1, -1):
                if self._lines[place][0] == key:
                    _, line, since, pid = self._lines.pop(place)
                    return line, since, pid
        return None


def _is_silent(line: Line) -> bool:
    """Nothing to read: anything readable on an idle line is the other side hanging up, or breaking the rules."""
    poll = select.poll()
    poll.register(line.socket.line, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
