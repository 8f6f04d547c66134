"""The carrier's posts, in line for a thread: first come, first served, a few at a time, and whoever waited too long is turned away unread.

A few, because Python does one thing at a time: a hundred posts at once are not done sooner than eight, and whoever accepts lines, looks
who waits and turns away would wait behind a hundred threads. A post that has had its thread for a while mostly waits for something else,
such as a database that is away: then another may begin, as long as there are threads, and as long as the main thread gets its turns.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

A_TEXT_WAITS = 6.0  # seconds at most; the carrier gives up after 15, and what is refused is fetched from its log only minutes later
A_REPORT_WAITS = 3.0  # what it says is learnt later as well, so it stands in no text's way
AT_ONCE = 8
A_WHILE = 0.1  # seconds
LATE = 0.1  # between two looks: the main thread wanted to run and could not
STAYS_LATE = 3.0
REPORTS, POSTS = b"POST /webhooks/twilio/statuses/", b"POST /webhooks/"
LONGEST_START = len(REPORTS)
LAST_DATA_RECV = 52  # its place in Linux' struct tcp_info (linux/tcp.h): milliseconds since the last bytes came
WORDS = b"not stored; bring it again\n"
TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nRetry-After: 5\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s" % (len(WORDS), WORDS)
)


@dataclass
class Place:
    """A post's place in the line: since when (time.monotonic) it is here, and whether it has left."""

    conn: Any
    since: float
    has_left: bool = False


class Posts:
    """Those in line, and those that have a thread. Only the main thread comes here; `now` is time.monotonic()."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._line: deque[Place] = deque()
        self._patient: dict[float, deque[Place]] = {A_TEXT_WAITS: deque(), A_REPORT_WAITS: deque()}
        self._begun: dict[Any, float] = {}
        self._looked_at, self._late_until, self._is_late, self._somebody_waited = 0.0, 0.0, False, False

    def join(self, conn: Any, start: bytes, since: float) -> None:
        """`start`: the first bytes of the request."""
        place = Place(conn, since)
        self._line.append(place)
        self._patient[A_REPORT_WAITS if start.startswith(REPORTS) else A_TEXT_WAITS].append(place)

    @property
    def are_waiting(self) -> bool:
        return bool(self._line)

    def look(self, now: float) -> None:
        """At the end of each of the main thread's rounds. While somebody waits, the next one is due in a few hundredths of a second."""
        if self._somebody_waited and now - self._looked_at > LATE:
            self._late_until = now + STAYS_LATE
        self._is_late, self._looked_at, self._somebody_waited = now < self._late_until, now, self.are_waiting

    def begin(self, now: float) -> Any | None:
        """Whoever is next, out of the line; None where nobody is, or enough are at it."""
        while self._line and self._has_room(now):
            place = self._line.popleft()
            if not place.has_left:
                place.has_left = True
                self._begun[place.conn] = now
                return place.conn
        return None

    def end(self, conn: Any) -> None:
        """It gives its thread back; nothing happens where it was no post."""
        self._begun.pop(conn, None)

    def overdue(self, now: float) -> Iterator[Any]:
        """Those that waited too long, out of the line."""
        for longest, places in self._patient.items():
            while places and (places[0].has_left or places[0].since + longest <= now):
                place = places.popleft()
                if not place.has_left:
                    place.has_left = True
                    yield place.conn

    def _has_room(self, now: float) -> bool:
        if len(self._begun) < min(AT_ONCE, self._threads):
            return True
        if self._is_late or len(self._begun) >= self._threads:
            return False
        return sum(at > now - A_WHILE for at in self._begun.values()) < AT_ONCE


def waited_unseen(sock: socket.socket) -> float:
    """Seconds since its last bytes came, also while its line was not accepted yet; 0 where the system does not say."""
    try:
        told = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECV + 4)
    except (OSError, AttributeError):
        return 0.0
    return struct.unpack_from("=I", told, LAST_DATA_RECV)[0] / 1000 if len(told) >= LAST_DATA_RECV + 4 else 0.0


def turn_away(sock: socket.socket, most: int) -> None:
    """Read what came, `most` bytes of it, or the answer would be thrown away with it; then say so."""
    try:
        sock.setblocking(False)
        sock.recv(most)
        sock.send(TURNED_AWAY)
        sock.shutdown(socket.SHUT_WR)
    except OSError:  # it has gone, or does not listen
        pass
