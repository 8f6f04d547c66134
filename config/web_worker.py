"""The web's worker: a thread belongs to a request that has arrived, never to a line on which one trickles in.

Gunicorn gives a thread to whatever sends its first byte, and waits for the rest without an end: as many slow lines as there are threads
would hold up everybody, the carrier too. Here a line keeps no thread until its request's head, and a short body, lie in the socket, and
the carrier's posts stand in a line of their own (config/line.py).
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from config.line import LONGEST_START, POSTS, Posts, turn_away, waited_unseen

ARRIVES_WITHIN = 5.0  # seconds for a head and a short body
READ_WITHIN = 15.0  # for a longer one; the carrier itself gives up by then
LOOK_AGAIN = 0.02
MOST_AHEAD = 32 * 1024  # bytes that surely fit into what the system keeps for a line
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)


class WebWorker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._halves: dict[Any, float] = {}  # lines on which half a request has come → until when the rest must
        self._posts = Posts(self.cfg.threads)
        self._in_hand: dict[Any, float] = {}  # lines that have a thread → until when all must be read

    def enqueue_req(self, conn: Any) -> None:
        """In the main thread, for a line that is new, or readable, or comes back from a thread."""
        if arrived(conn):
            conn.data_ready = True  # nobody has to wait for it
            self._line_up(conn)
        elif is_silent(conn):
            self._listen(conn)
        else:
            self._halves.setdefault(conn, time.monotonic() + ARRIVES_WITHIN)

    def finish_request(self, conn: Any, future: Any) -> None:
        """In the main thread, when a thread is done with a request."""
        self._posts.end(conn)
        super().finish_request(conn, future)
        self._move_up()

    def has_turned_away(self) -> None:
        """In the main thread, for each post that was refused unread."""

    def _line_up(self, conn: Any) -> None:
        conn.came_at = time.monotonic() - waited_unseen(conn.sock)
        start = peeked(conn, LONGEST_START) or b""
        if start.startswith(POSTS):
            self._posts.join(conn, start, conn.came_at)
            self._move_up()
        else:
            super().enqueue_req(conn)

    def _move_up(self) -> None:
        now = time.monotonic()
        for conn in self._posts.overdue(now):
            turn_away(conn.sock, MOST_AHEAD)
            self.nr_conns -= 1
            conn.close()
            self.has_turned_away()
        while (conn := self._posts.begin(now)) is not None:
            super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """In a thread."""
        self._in_hand[conn] = time.monotonic() + READ_WITHIN
        try:
            return super().handle(conn)
        finally:
            self._in_hand.pop(conn, None)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        is_due = self._halves or self._posts.are_waiting
        super().wait_for_and_dispatch_events(LOOK_AGAIN if is_due else timeout)

    def murder_pending(self) -> None:
        """After each round of events."""
        super().murder_pending()
        self._move_up()
        self._posts.look(time.monotonic())
        now = time.monotonic()
        for conn, until in list(self._halves.items()):
            if arrived(conn):
                del self._halves[conn]
                self.enqueue_req(conn)
            elif until < now:
                del self._halves[conn]
                self.nr_conns -= 1
                conn.close()
        for conn in [conn for conn, until in list(self._in_hand.items()) if until < now]:
            self._in_hand.pop(conn, None)
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # whoever reads still meets the end; what is being answered goes on

    def _listen(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + ARRIVES_WITHIN
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))


def arrived(conn: Any) -> bool:
    """A request lies in the socket, or its end, or more than is waited for: a thread may see to it without waiting."""
    if conn.parser is not None and conn.parser.unreader.buf.getvalue():
        return True  # the last request was read together with this one
    ahead = peeked(conn, MOST_AHEAD)
    if ahead is None:
        return False
    head, end, body = ahead.partition(b"\r\n\r\n")
    if not end:
        return ahead == b"" or len(ahead) >= MOST_AHEAD
    length = LENGTH.search(head + b"\r\n")
    return length is None or len(body) >= min(int(length[1]), MOST_AHEAD - len(head) - len(end))


def is_silent(conn: Any) -> bool:
    return peeked(conn, 1) is None


def peeked(conn: Any, most: int) -> bytes | None:
    """What could be read without waiting, and stays there; None where there is nothing yet, b"" at the end."""
    try:
        return bytes(conn.sock.recv(most, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return None
    except OSError:
        return b""
