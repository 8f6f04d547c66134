"""The one door through which SMSDesk makes HTTP calls: a list of whom, a total deadline, a size, and no redirects.

It is built on http.client and not on a friendlier library for two reasons. A friendlier one bounds each read, not the
whole; and its errors do not say whether the request had left when it failed, which is all that a sender needs to know.
It reads no proxy from the environment.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit

import certifi

from smsdesk.adapters.idle_lines import IdleLines, Line
from smsdesk.adapters.timed_socket import Deadline, TimedSocket

PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotConnected(Exception):
    """The request never left this machine."""


class AddressRefused(NotConnected):
    """The address is not one that may be called."""


class CallBroken(Exception):
    """The request may have left, and no whole answer came back."""


class TooBig(CallBroken):
    """The answer is longer than allowed."""


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Limits:
    """Whom a door may call and how long and large a call may be. `connect` and `total` bound the call as a whole."""

    origins: frozenset[Origin]
    most_bytes: int
    connect: timedelta = timedelta(seconds=5)
    total: timedelta = timedelta(seconds=15)
    may_be_private: bool = False


@dataclass(frozen=True)
class Ask:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def origin_of(url: str) -> Origin:
    """Scheme, host and port of an address. Raises AddressRefused for what has none, or carries a name and password."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused("the address cannot be read") from error
    if scheme not in PORTS or not host or "@" in parts.netloc:
        raise AddressRefused("the address is not a plain http or https one")
    return Origin(scheme, host, port or PORTS[scheme])


class Door:
    """Makes calls within its limits; keeps a few lines open between them, safely with threads and forks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle = IdleLines()

    def call(self, ask: Ask) -> Answer:
        """One call, no redirect, no second try. Raises NotConnected (nothing left) or CallBroken (it may have)."""
        origin = origin_of(ask.url)
        if origin not in self._limits.origins:
            raise AddressRefused("the host is not one of those that may be called")
        deadline = Deadline(self._limits.total)
        line = self._idle.take(origin) or self._dial(origin)
        try:
            line.socket.deadline = deadline
            answer, may_stay = self._speak(line, ask, deadline)
        except BaseException:  # also a job's time-out: a line with half a conversation on it must not be used again
            line.socket.hang_up()
            raise
        if may_stay:
            self._idle.keep(origin, line)
        else:
            line.socket.hang_up()
        return answer

    def _dial(self, origin: Origin) -> Line:
        try:
            plain = _connect(_addresses(origin, self._limits.may_be_private), Deadline(self._limits.connect))
        except (OSError, UnicodeError) as error:
            raise NotConnected(f"no connection: {type(error).__name__}") from error
        try:
            ready = _tls().wrap_socket(plain, server_hostname=origin.host) if origin.scheme == "https" else plain
        except OSError as error:
            plain.close()
            raise NotConnected(f"no secure connection: {type(error).__name__}") from error
        return _line(origin, ready)

    def _speak(self, line: Line, ask: Ask, deadline: Deadline) -> tuple[Answer, bool]:
        try:
            deadline.left()  # resolving a name has no time limit of its own: nothing may leave after the last moment
        except TimeoutError as error:
            raise NotConnected("connecting took too long") from error
        try:
            parts = urlsplit(ask.url)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.http.request(ask.method, target, body=ask.body, headers=dict(ask.headers))
            response = line.http.getresponse()
            body = _whole_body(response, self._limits.most_bytes)
        except (OSError, HTTPException, UnicodeError) as error:
            raise CallBroken(f"the call broke off: {type(error).__name__}") from error
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body), not response.will_close


def _line(origin: Origin, ready: socket.socket) -> Line:
    http = HTTPConnection(origin.host, origin.port)
    http.default_port = PORTS[origin.scheme]  # else the Host header of https would carry :443
    http.auto_open = 0  # a line that ended must never be dialled again behind the vetting
    http.sock = timed = TimedSocket(ready)
    return Line(http, timed)


def _addresses(origin: Origin, may_be_private: bool) -> list[tuple[int, tuple[str, int]]]:
    """Every address of a name, looked up once, so that what was vetted is what is called. Raises AddressRefused."""
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    if not may_be_private:
        ensure_public(str(entry[4][0]) for entry in found)
    return [(entry[0], (str(entry[4][0]), origin.port)) for entry in found]


def ensure_public(addresses: Iterable[str]) -> None:
    """Refuse a name if any of its addresses is private: which one is dialled is not for the name's owner to choose."""
    if not all(_is_public(address) for address in addresses):
        raise AddressRefused("the name leads to a private address")


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in NAT64):
        return False
    return ip.is_global and not ip.is_multicast


def _connect(addresses: list[tuple[int, tuple[str, int]]], deadline: Deadline) -> socket.socket:
    broken: OSError = OSError("the name has no address")
    for family, address in addresses:
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(deadline.left())
            line.connect(address)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(deadline.left())  # for the TLS handshake that may follow
            return line
        except OSError as error:
            line.close()
            broken = error
    raise broken


def _whole_body(response: HTTPResponse, most: int) -> bytes:
    if response.length is not None and response.length > most:
        raise TooBig("the answer is too big")
    body = response.read(most + 1)
    if len(body) > most:
        raise TooBig("the answer is too big")
    if response.length:  # http.client is silent about a body that ends early when it is read by size
        raise CallBroken("the answer ended early")
    return body


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
