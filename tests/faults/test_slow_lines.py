"""Whoever opens lines and says little on them holds up nobody (trust.md 6.3, F50)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.faults.ground import LONG, Ground
from tests.servers import until

LINES = 600 if LONG else 60
THREADS = 8
SOON = 12.0  # seconds; the carrier waits fifteen
HEAD = b"POST /webhooks/twilio/messages HTTP/1.1\r\nHost: desk\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SAYS = {
    "nothing": b"",
    "half a head": HEAD,
    "half a short body": HEAD + b"Content-Length: 500\r\n\r\nBody=hel",
    "half a long body": HEAD + b"Content-Length: 60000\r\n\r\nBody=" + b"x" * 20_000,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No line reaches the database."""
    return sqlite_url


@pytest.mark.parametrize("what", SAYS if LONG else ["half a head"])
def test_f50_slow_lines_hold_up_no_text_and_are_closed(ground: Ground, what: str) -> None:
    ground.environ |= {"WEB_CONCURRENCY": "1", "WEB_THREADS": str(THREADS)}
    ground.web()
    with ExitStack() as stack:
        lines = [stack.enter_context(line_to(ground)) for _ in range(THREADS // 2 if "long" in what else LINES)]
        for line in lines:
            line.sendall(SAYS[what])
        asked = [took(lambda: ground.post(ground.form(number))) for number in range(1, 6)]  # noqa: B023
        until(lambda: all(is_closed(line) for line in lines), 60, "some lines were never closed")

    assert [answer for answer, _ in asked] == [200] * 5
    assert max(seconds for _, seconds in asked) < SOON, asked
    ground.check({f"SM{number:032x}" for number in range(1, 6)})


def test_f50_a_request_that_comes_in_pieces_is_answered_and_so_are_two_in_one(ground: Ground) -> None:
    ground.environ |= {"WEB_CONCURRENCY": "1", "WEB_THREADS": str(THREADS)}
    ground.web()
    with line_to(ground) as line:
        for piece in (b"GET /heal", b"thz HTTP/1.1\r\nHo", b"st: desk\r\n", b"\r\n"):
            line.sendall(piece)
            time.sleep(0.1)  # the fault itself
        first = line.recv(4096)
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n" * 2)
        both = b""
        while both.count(b"HTTP/1.1 200") < 2:
            both += line.recv(4096)
    with line_to(ground) as line:
        line.sendall(HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n")  # fmt: skip
        confused = line.recv(4096)

    assert first.startswith(b"HTTP/1.1 200")
    assert confused.startswith(b"HTTP/1.1 4"), (
        "a length and chunks at once are two requests to whoever stands before us"
    )


def line_to(ground: Ground) -> socket.socket:
    return socket.create_connection(("127.0.0.1", ground.settings.port), timeout=20)


def is_closed(line: socket.socket) -> bool:
    line.settimeout(0.01)
    try:
        return line.recv(4096) == b"" or is_closed(line)
    except TimeoutError:
        return False
    except OSError:
        return True


def took(deed: Callable[[], object]) -> tuple[object, float]:
    begun = time.monotonic()
    return deed(), time.monotonic() - begun
