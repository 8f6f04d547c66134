"""Servers that misbehave on a real socket, each in one way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket], None]


@contextmanager
def server(behaviour: Behaviour) -> Iterator[int]:
    """The port of a server that treats each line as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            lines.append(line)
            threading.Thread(target=_behave, args=(behaviour, line), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for line in lines:
            line.close()


def _behave(behaviour: Behaviour, line: socket.socket) -> None:
    try:
        behaviour(line)
    except OSError:
        return  # the test has hung up


def answering(*pieces: bytes) -> Behaviour:
    """Read one request, write the pieces, hang up."""

    def behave(line: socket.socket) -> None:
        line.recv(65536)
        for piece in pieces:
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)

    return behave


@contextmanager
def deaf() -> Iterator[int]:
    """A port that never completes a connection: its queue is full and nobody accepts."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    fill = [socket.socket() for _ in range(4)]
    for line in fill:
        line.setblocking(False)
        line.connect_ex(("127.0.0.1", port))
    try:
        yield port
    finally:
        for line in (*fill, listener):
            line.close()
