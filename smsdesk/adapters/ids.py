"""Ids that sort by time and cannot be guessed: UUID version 7 (RFC 9562, 5.7 and 6.2, method 3)."""

from __future__ import annotations

import os
import secrets
import threading
import time
from uuid import UUID

_latest = 0
_lock = threading.Lock()
_random = bytearray()
os.register_at_fork(after_in_child=_random.clear)  # or two processes would draw the same


def new_id() -> UUID:
    """A UUIDv7: milliseconds, a fraction of one, 62 random bits. Later ids of a process are always greater."""
    global _latest
    at = time.time_ns()
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


def new_secret() -> str:
    """A token for a cookie, a link or an API client: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)
