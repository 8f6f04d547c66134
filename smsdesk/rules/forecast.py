"""How many texts a day will bring: the same day of the week in the weeks before, without its best and its worst.

Deterministic, and it says what it stands on: which days were used, and which were left out and why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 8
WEEK = timedelta(weeks=1)
TRIMMED_FROM = 3  # days: with fewer, leaving out the extremes would leave nothing

CLOSED = "closed"
TOO_EARLY = "before the first whole day"


@dataclass(frozen=True)
class Forecast:
    """`expected[n]` texts in slot n of the day; None of it where no day could be used."""

    day: date
    expected: tuple[float, ...]
    used: tuple[date, ...]  # newest first
    left_out: tuple[tuple[date, str], ...]  # and why

    @property
    def whole(self) -> float:
        return sum(self.expected)


def forecast(
    day: date,
    history: Mapping[date, Sequence[float]],
    first: date | None,
    closed: Collection[date] = (),
    weeks: int = WEEKS,
    slots: int = 24,
) -> Forecast:
    """What the slots of `day` bring, from the same weekday of up to `weeks` weeks before it.

    `history`: what each day's slots brought; a day that is missing brought nothing. `first`: the first whole day that
    there is a record of, None where there is none. `closed`: days that say nothing about an open one.
    """
    used: list[date] = []
    left_out: list[tuple[date, str]] = []
    for before in (day - WEEK * back for back in range(1, weeks + 1)):
        why = CLOSED if before in closed else TOO_EARLY if first is None or before < first else ""
        if why:
            left_out.append((before, why))
        else:
            used.append(before)
    nothing = (0.0,) * slots
    days = [history.get(before, nothing) for before in used]
    expected = tuple(trimmed_mean([one[slot] for one in days]) for slot in range(slots)) if days else ()
    return Forecast(day, expected, tuple(used), tuple(left_out))


def trimmed_mean(counts: Sequence[float]) -> float:
    """The mean of all but the highest and the lowest, once there are three: one odd day changes nothing."""
    ordered = sorted(counts)
    if len(ordered) >= TRIMMED_FROM:
        ordered = ordered[1:-1]
    return sum(ordered) / len(ordered)


def smoothed(expected: Sequence[float], reach: int = 2) -> tuple[float, ...]:
    """Each slot as the mean of its neighbours up to `reach` away: quarter hours of a small shop are mostly chance."""
    return tuple(
        sum(near) / len(near)
        for place in range(len(expected))
        if (near := expected[max(0, place - reach) : place + reach + 1])
    )
