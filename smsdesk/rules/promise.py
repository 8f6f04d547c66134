"""How well a promise was kept: the share, and the waits that most, nearly all and all but a few had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Wait:
    """One customer's wait for a human reply, in seconds, and whether the promise was kept."""

    seconds: float
    kept: bool


@dataclass(frozen=True)
class Promise:
    """A day's or a month's account; `share_kept` runs from 0 to 1, and there is no mean on purpose."""

    share_kept: float | None
    p50: timedelta | None
    p90: timedelta | None
    p99: timedelta | None
    count: int


def summary(waits: Iterable[Wait]) -> Promise:
    """The account of these waits; all None where there are none. Percentiles by nearest rank: real waits, not between."""
    known = list(waits)
    if not known:
        return Promise(None, None, None, None, 0)
    seconds = sorted(wait.seconds for wait in known)
    share = sum(wait.kept for wait in known) / len(known)
    return Promise(share, _nearest(seconds, 50), _nearest(seconds, 90), _nearest(seconds, 99), len(known))


def nearest_rank(ascending: Sequence[float], percent: int) -> float:
    """A percentile that is one of the values; there must be one at least."""
    rank = -(-percent * len(ascending) // 100)  # rounded up in whole numbers: 0.9 * 10 is not always 9
    return ascending[rank - 1]


def _nearest(ascending: Sequence[float], percent: int) -> timedelta:
    return timedelta(seconds=nearest_rank(ascending, percent))
