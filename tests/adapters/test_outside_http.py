"""The door calls whom it may, within its time and size, and knows whether a request had left."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta

import pytest

from smsdesk.adapters.outside_http import (
    AddressRefused,
    Ask,
    CallBroken,
    Door,
    Limits,
    NotConnected,
    TooBig,
    ensure_public,
    origin_of,
)
from tests.adapters.wire import answering, deaf, server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def a_door(
    port: int,
    total_s: float = 5.0,
    connect_s: float = 2.0,
    most: int = 1000,
    scheme: str = "http",
    host: str = "127.0.0.1",
) -> Door:
    origins = frozenset({origin_of(f"{scheme}://{host}:{port}")})
    return Door(Limits(origins, most, timedelta(seconds=connect_s), timedelta(seconds=total_s), may_be_private=True))


def ask(port: int, scheme: str = "http", host: str = "127.0.0.1") -> Ask:
    return Ask("GET", f"{scheme}://{host}:{port}/x?y=1")


def test_an_answer_comes_back_whole() -> None:
    with server(answering(OK)) as port:
        answer = a_door(port).call(ask(port))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"ok", "2")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:81/",
        "https://127.0.0.1:80/",
        "http://localhost:80/",
        "http://127.0.0.1.:80/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://name:secret@127.0.0.1:80/",
        "http://example.com#@127.0.0.1:80/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[bad/",
        "",
    ],
)
def test_only_the_named_hosts_are_called(url: str) -> None:
    with pytest.raises(AddressRefused):
        a_door(80).call(Ask("GET", url))


def test_a_good_name_that_leads_to_a_private_address_is_refused() -> None:
    with server(answering(OK)) as port:
        door = Door(Limits(frozenset({origin_of(f"http://localhost:{port}")}), 1000))
        with pytest.raises(AddressRefused):
            door.call(ask(port, host="localhost"))


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_private_ranges_are_known_in_every_disguise(address: str) -> None:
    for addresses in ([address], ["8.8.8.8", address]):  # the second is a name that answers both ways
        with pytest.raises(AddressRefused):
            ensure_public(addresses)


def test_public_addresses_may_be_called() -> None:
    ensure_public(["8.8.8.8", "2606:4700::1111"])


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    seen: list[bytes] = []

    def behave(line: socket.socket) -> None:
        seen.append(line.recv(65536))
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    with server(behave) as port:
        assert a_door(port).call(ask(port)).status == 302
    assert len(seen) == 1


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with server(answering(OK)) as port:
        assert a_door(port).call(ask(port)).status == 200


def test_nobody_listening_means_that_nothing_left() -> None:
    with server(answering(OK)) as port:
        pass
    with pytest.raises(NotConnected):
        a_door(port).call(ask(port))


def test_a_name_that_does_not_exist_means_that_nothing_left() -> None:
    with pytest.raises(NotConnected):
        a_door(80, host="nowhere.invalid").call(ask(80, host="nowhere.invalid"))


def test_a_connection_that_never_completes_means_that_nothing_left() -> None:
    with deaf() as port, pytest.raises(NotConnected):
        a_door(port, connect_s=0.3).call(ask(port))


def test_a_failed_handshake_means_that_nothing_left() -> None:
    with server(answering(b"not TLS at all")) as port, pytest.raises(NotConnected):
        a_door(port, scheme="https").call(ask(port, "https"))


def test_a_handshake_that_drips_ends_in_time() -> None:
    def behave(line: socket.socket) -> None:
        line.recv(65536)
        for byte in b"\x16\x03\x03\x40\x00" + bytes(200):
            line.sendall(bytes([byte]))
            time.sleep(0.05)

    began = time.monotonic()
    with server(behave) as port, pytest.raises(NotConnected):
        a_door(port, scheme="https", connect_s=0.5).call(ask(port, "https"))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"garbage\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",),
    ],
)
def test_an_answer_that_is_not_whole_may_follow_a_request_that_arrived(pieces: tuple[bytes, ...]) -> None:
    with server(answering(*pieces)) as port, pytest.raises(CallBroken):
        a_door(port).call(ask(port))


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_a_server_that_drips_is_cut_off_wherever_it_drips(head: bytes) -> None:
    def behave(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(head)
        while True:
            line.sendall(b"H")
            time.sleep(0.05)

    began = time.monotonic()
    with server(behave) as port, pytest.raises(CallBroken):
        a_door(port, total_s=0.5).call(ask(port))
    assert time.monotonic() - began < 5


def test_a_server_that_never_reads_is_cut_off_too() -> None:
    with server(lambda line: threading.Event().wait()) as port, pytest.raises(CallBroken):  # type: ignore[arg-type]
        a_door(port, total_s=0.5).call(Ask("POST", f"http://127.0.0.1:{port}/", {}, b"x" * 30_000_000))


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000,),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"fff\r\n" + b"x" * 0xFFF + b"\r\n0\r\n\r\n",),
    ],
    ids=["announced", "unannounced", "chunked"],
)
def test_an_answer_that_is_too_big_is_left(pieces: tuple[bytes, ...]) -> None:
    with server(answering(*pieces)) as port, pytest.raises(TooBig):
        a_door(port).call(ask(port))


def test_a_line_serves_several_calls_and_a_dead_one_is_replaced() -> None:
    lines: list[socket.socket] = []

    def behave(line: socket.socket) -> None:
        lines.append(line)
        for _ in range(2):
            line.recv(65536)
            line.sendall(OK)
        line.close()

    with server(behave) as port:
        door = a_door(port)
        statuses = []
        for _ in range(5):
            statuses.append(door.call(ask(port)).status)
            time.sleep(0.05)  # the goodbye must have arrived
    assert statuses == [200] * 5
    assert len(lines) == 3
