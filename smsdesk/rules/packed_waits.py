"""Waits in whole seconds, packed and ascending, so that the percentiles of a month are found exactly and at once."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

_PLACES = "i"  # 32 bits: 68 years
LONGEST = 2**31 - 1
assert array(_PLACES).itemsize == 4


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Waits that half, nine in ten, and 99 in a hundred were not longer than; None where there were none. No mean, on purpose."""

    p50: timedelta | None = None
    p90: timedelta | None = None
    p99: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """How `count` promises went: `kept` of them were, and how long was waited, by the clock on the wall and in open hours."""

    count: int = 0
    kept: int = 0
    wall: Percentiles = field(default_factory=Percentiles)
    open: Percentiles = field(default_factory=Percentiles)

    @property
    def share_kept(self) -> float | None:
        """From 0 to 1; None where nothing was promised."""
        return self.kept / self.count if self.count else None

    @property
    def late(self) -> int:
        return self.count - self.kept


@dataclass(slots=True)
class Pile:
    """Waits being put together, run by run."""

    count: int = 0
    kept: int = 0
    wall: list[bytes] = field(default_factory=list)
    open: list[bytes] = field(default_factory=list)

    def add(self, count: int, kept: int, wall: bytes, open: bytes) -> None:
        self.count += count
        self.kept += kept
        self.wall.append(wall)
        self.open.append(open)

    def account(self) -> Account:
        return Account(self.count, self.kept, percentiles(self.wall), percentiles(self.open))

    def settled(self) -> Pile:
        """The same as one ascending run, so that sorting it together with others costs little."""
        return Pile(self.count, self.kept, [merged(self.wall)], [merged(self.open)])


def packed(seconds: Iterable[float]) -> bytes:
    """Ascending, whole seconds (a begun one does not count), little-endian."""
    return _written(array(_PLACES, sorted(min(LONGEST, max(0, int(one))) for one in seconds)))


def unpacked(run: bytes) -> array[int]:
    """What `packed` was given."""
    read = array(_PLACES)
    read.frombytes(run)
    if sys.byteorder == "big":
        read.byteswap()
    return read


def merged(runs: Sequence[bytes]) -> bytes:
    """Several runs as one that ascends, whether or not these do."""
    return _written(array(_PLACES, sorted(unpacked(b"".join(runs)))))


def percentiles(runs: Sequence[bytes]) -> Percentiles:
    """By nearest rank: waits that somebody had, not between."""
    ascending = sorted(unpacked(b"".join(runs)))
    if not ascending:
        return Percentiles()
    return Percentiles(*(timedelta(seconds=_nearest(ascending, share)) for share in (50, 90, 99)))


def _nearest(ascending: Sequence[int], percent: int) -> int:
    return ascending[-(-percent * len(ascending) // 100) - 1]  # rounded up in whole numbers: 0.9 * 10 is not always 9


def _written(waits: array[int]) -> bytes:
    if sys.byteorder == "big":
        waits.byteswap()
    return waits.tobytes()
