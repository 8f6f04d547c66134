"""Ids that sort by time and cannot be guessed: UUID version 7 (RFC 9562, 5.7 and 6.2, method 3)."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

_source: Callable[[], int] = time.time_ns
_latest = 0
_lock = threading.Lock()
_random = bytearray()
os.register_at_fork(after_in_child=_random.clear)  # or two processes would draw the same


def new_id() -> UUID:
    """A UUIDv7: milliseconds, a fraction of one, 62 random bits. Later ids of a process are always greater."""
    global _latest
    at = _source()
    ticks = at // 1_000_000 << 12 | (at % 1_000_000 << 12) // 1_000_000
    with _lock:
        # Two in the same quarter of a microsecond must still stand in the order in which they happened
        _latest = ticks = max(ticks, _latest + 1)
        if not _random:
            _random.extend(os.urandom(4096))  # one system call for many ids
        chance = int.from_bytes(_random[-8:])
        del _random[-8:]
    value = (ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0x2 << 62
    return UUID(int=value | chance >> 2)


def stand_behind(id: UUID) -> None:
    """Ids from here on are greater than this one, even if it was made by a process whose clock stood ahead of ours."""
    global _latest
    ticks = id.int >> 80 << 12 | id.int >> 64 & 0xFFF
    with _lock:
        _latest = max(_latest, ticks)


@contextmanager
def told_by(source: Callable[[], int]) -> Iterator[None]:
    """Let another clock tell the nanoseconds since 1970, as in a process that has made no id yet; afterwards all is as before."""
    global _source, _latest
    before = _source, _latest
    _source, _latest = source, 0
    try:
        yield
    finally:
        _source, _latest = before


def new_secret() -> str:
    """A token for a cookie, a link or an API client: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)
