"""Ports for what the tests start."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from random import SystemRandom

LOWEST, HIGHEST = (
    20_000,
    32_000,
)  # below those that a system gives to whoever calls out: none is taken between here and the start


def free_port(beside: int = 0) -> int:
    """A port that is free, with so many free ones next to it. Also one that was used before and rests is not taken."""
    while True:
        port = SystemRandom().randint(LOWEST, HIGHEST)
        if all_free(range(port, port + 1 + beside)):
            return port


def all_free(ports: range) -> bool:
    with ExitStack() as stack:
        try:
            for port in ports:
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
