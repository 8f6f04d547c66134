"""Watches: the figures that can be looked at all the time, and when one of them fires and when it is over.

A watch fires at its limit and ends only below where it clears, so a figure that swings between the two is told once. And it
stays as it is for a while, whichever way it went: a figure that jumps to and fro is told at the pace of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Figure(StrEnum):
    """What is watched."""

    FIRST_REPLY = "first_reply"  # a percentile of first replies in the window
    NEXT_REPLY = "next_reply"
    UNASSIGNED = "unassigned"  # the longest that a waiting customer has had nobody
    OLDEST_WAITING = "oldest_waiting"
    WAITING = "waiting"  # how many wait
    DELIVERY_FAILURES = "delivery_failures"  # the share of our texts in the window that failed
    NOBODY_AVAILABLE = "nobody_available"  # since somebody was


class Unit(StrEnum):
    """What a figure is counted in."""

    SECONDS = "seconds"
    SHARE = "share"  # from 0 to 1
    COUNT = "count"


class WatchState(StrEnum):
    QUIET = "quiet"
    FIRING = "firing"


UNITS = {
    Figure.FIRST_REPLY: Unit.SECONDS,
    Figure.NEXT_REPLY: Unit.SECONDS,
    Figure.UNASSIGNED: Unit.SECONDS,
    Figure.OLDEST_WAITING: Unit.SECONDS,
    Figure.WAITING: Unit.COUNT,
    Figure.DELIVERY_FAILURES: Unit.SHARE,
    Figure.NOBODY_AVAILABLE: Unit.SECONDS,
}
REPLY_TIMES = frozenset({Figure.FIRST_REPLY, Figure.NEXT_REPLY})
WINDOWED = REPLY_TIMES | {Figure.DELIVERY_FAILURES}  # the others are of this moment
PERCENTILES = (50, 90, 99)
DWELL = timedelta(minutes=2)
NO_WINDOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Found:
    """A figure at one moment, None where there is nothing to measure; and of how many cases it speaks."""

    value: float | None
    cases: int


NOTHING = Found(None, 0)


@dataclass(frozen=True, slots=True)
class WatchRule:
    """`limit` and `clears_at` in the figure's unit; fewer cases than `at_least` prove nothing."""

    figure: Figure
    limit: float
    clears_at: float
    percentile: int | None = None  # of reply times
    window: timedelta = NO_WINDOW
    at_least: int = 1
    only_open: bool = False  # while we are closed there is nothing to find, and waits are counted in open time

    @property
    def unit(self) -> Unit:
        return UNITS[self.figure]


def after(
    state: WatchState, since: datetime, found: Found, rule: WatchRule, now: datetime, *, is_new: bool = False
) -> WatchState:
    """The state after a look; the watch has been in `state` since `since`, and a new one was never in another."""
    rested = is_new or now - since >= DWELL
    if state is WatchState.FIRING:
        is_over = found.value is None or found.value < rule.clears_at
        return WatchState.QUIET if is_over and rested else WatchState.FIRING
    fires = found.value is not None and found.value >= rule.limit and found.cases >= rule.at_least
    return WatchState.FIRING if fires and rested else WatchState.QUIET
