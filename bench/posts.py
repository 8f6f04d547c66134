"""Signed posts, as the carrier sends them, made before the clock starts, and clients that replay them."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from bench.ground import ACCOUNT, SHOP, TOKEN
from smsdesk.adapters.twilio import sign

HOOK = "/webhooks/twilio/messages"


@dataclass(frozen=True)
class Measured:
    """What a run of clients saw: texts a second, and how long each took, in milliseconds and sorted."""

    rate: float
    times: list[float]

    def at(self, share: float) -> float:
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))]


def signed(count: int, port: int, phones: int = 200) -> list[bytes]:
    """`count` unique texts from `phones` customers, each a whole HTTP request."""
    return [
        one(port, f"+1415556{number % phones:04d}", f"text number {number}, where is my order?")
        for number in range(count)
    ]


def one(port: int, sender: str, body: str) -> bytes:
    """One whole HTTP request with a new sid."""
    return named(port, sender, body)[1]


def named(
    port: int, sender: str, body: str, to: str = SHOP, account: str = ACCOUNT, token: str = TOKEN
) -> tuple[str, bytes]:
    """A new sid, and the whole HTTP request that brings this text."""
    sid = "SM" + secrets.token_hex(16)
    form = {
        "ToCountry": "US", "ToState": "CA", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "SAN FRANCISCO", "FromZip": "94105", "SmsSid": sid,
        "FromState": "CA", "SmsStatus": "received", "FromCity": "SAN FRANCISCO", "Body": body, "FromCountry": "US", "To": to, "ToZip": "94105",
        "NumSegments": "1", "MessageSid": sid, "AccountSid": account, "From": sender, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signature = sign(f"http://127.0.0.1:{port}{HOOK}", MultiDict(form), token)
    content = urlencode(form).encode()
    head = (
        f"POST {HOOK} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Twilio-Signature: {signature}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        f"I-Twilio-Idempotency-Token: {secrets.token_hex(16)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return sid, head.encode() + content


def replay(posts: Sequence[bytes], port: int, clients: int = 16) -> Measured:
    """Every post once, by so many clients at a time. Raises AssertionError for an answer that is not 2xx."""
    waiting, times, wrong = iter(posts), [], list[bytes]()
    lock = threading.Lock()

    def client() -> None:
        door = socket.create_connection(("127.0.0.1", port))
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                post = next(waiting, None)
            if post is None:
                break
            began = time.perf_counter()
            door.sendall(post)
            answer = read_answer(door)
            times.append((time.perf_counter() - began) * 1000)
            if not answer.startswith(b"HTTP/1.1 2"):
                wrong.append(answer[:200])
        door.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, f"{len(wrong)} posts were not taken, such as {wrong[0]!r}"
    assert len(times) == len(posts), f"{len(posts) - len(times)} posts got no answer"
    return Measured(len(posts) / (time.perf_counter() - began), sorted(times))


def read_answer(door: socket.socket) -> bytes:
    """One whole answer."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = door.recv(65536)
        if not piece:
            return got
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    while len(rest) < length:
        piece = door.recv(65536)
        if not piece:
            break
        rest += piece
    return head + b"\r\n\r\n" + rest
