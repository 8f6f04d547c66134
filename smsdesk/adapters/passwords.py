"""Passwords as they are kept: argon2id, slow on purpose, and never more than a few hashings at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 4  # of 19 MiB each
PATIENCE = 2.0  # seconds that somebody waits for a place
_places = threading.BoundedSemaphore(AT_ONCE)


class TooBusy(Exception):
    """So many passwords are being checked that this one was not looked at."""


def hashed(password: str) -> str:
    """What may be kept of a password. Raises TooBusy."""
    with _a_place():
        return _HASHER.hash(password.encode())


def fits(kept: str | None, password: str) -> bool:
    """True where this is the password. None for nobody costs as much as for somebody. Raises TooBusy."""
    against = kept or _of_nobody()
    with _a_place():
        try:
            _HASHER.verify(against, password.encode())
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """True where today's figures differ from those that it was hashed with."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _of_nobody() -> str:
    return _HASHER.hash(b"nobody has this password")


@contextmanager
def _a_place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE):
        raise TooBusy
    try:
        yield
    finally:
        _places.release()
