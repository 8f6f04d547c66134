"""A line that fails: stands between SMSDesk and a server, and loses answers, stalls, drips or breaks when it is told to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

CHUNK = 64 * 1024
DRIP_S = 0.02
Way = Literal["open", "hang", "reset", "drip"]


@dataclass
class Proxy:
    """Forwards to `target`, a path of a socket or a host and a port; `port` is where it listens on this machine.

    `way` holds for whatever passes from now on: `hang` takes bytes and forwards none, `reset` tears down each line at its next
    bytes, `drip` forwards answers a byte at a time, and `delay_s` holds each answer back.
    """

    target: str | tuple[str, int]
    way: Way = "open"
    delay_s: float = 0.0
    dropped: int = 0  # answers that were lost
    _awaited: bytes | None = None
    _passes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lines: list[socket.socket] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._welcome, daemon=True, name="proxy").start()

    def loses_the_answer(self, to: bytes, nth: int = 1) -> None:
        """The nth request that holds these bytes gets through, and its answer does not: the line is torn down instead."""
        with self._lock:
            self._awaited, self._passes = to, nth

    def close(self) -> None:
        self._ended.set()
        self._door.close()
        for line in self._lines:
            with suppress(OSError):
                line.close()

    def _welcome(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            try:
                server = self._dial()
            except OSError:  # the server is away, and so are we
                client.close()
                continue
            self._lines += [client, server]
            doomed = threading.Event()
            for deed, one, other in ((self._ask, client, server), (self._answer, server, client)):
                threading.Thread(target=deed, args=(one, other, doomed), daemon=True, name="proxy").start()

    def _dial(self) -> socket.socket:
        if isinstance(self.target, tuple):
            return socket.create_connection(self.target)
        line = socket.socket(socket.AF_UNIX)
        line.connect(self.target)
        return line

    def _ask(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with _ending(client, server):
            while sent := client.recv(CHUNK):
                if self.way == "reset":
                    _tear(client)
                    break
                if self.way == "hang":
                    continue
                if self._is_awaited(sent):
                    doomed.set()
                server.sendall(sent)

    def _answer(self, server: socket.socket, client: socket.socket, doomed: threading.Event) -> None:
        with _ending(client, server):
            while told := server.recv(CHUNK):
                if doomed.is_set():
                    with self._lock:
                        self.dropped += 1
                    _tear(client)
                    break
                if self.delay_s:
                    self._ended.wait(self.delay_s)
                if self.way != "drip":
                    client.sendall(told)
                    continue
                for place in range(len(told)):
                    client.sendall(told[place : place + 1])
                    self._ended.wait(DRIP_S)

    def _is_awaited(self, sent: bytes) -> bool:
        with self._lock:
            if self._awaited is None or self._awaited not in sent:
                return False
            self._passes -= 1
            if self._passes > 0:
                return False
            self._awaited = None
            return True


@contextmanager
def between(target: str | tuple[str, int]) -> Iterator[Proxy]:
    """A line to `target` that is open, until it is told otherwise."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def _ending(*lines: socket.socket) -> Iterator[None]:
    """Where one side ends, so does the other."""
    try:
        with suppress(OSError):
            yield
    finally:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _tear(line: socket.socket) -> None:
    # linger 0: no goodbye
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
