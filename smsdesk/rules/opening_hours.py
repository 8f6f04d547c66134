"""When a business is open, and how long a promise takes in open time alone.

Both directions agree: `elapsed(hours, start, due_at(hours, start, target)) == target`, to the microsecond and in every
zone, on the nights on which clocks are changed as well. Without hours (`None`) it is always open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smsdesk.rules.open_time import NeverOpen, Timeline

__all__ = ["Hours", "NeverOpen", "Span", "due_at", "elapsed", "is_open", "next_change", "next_open"]

A_DAY = 24 * 60


@dataclass(frozen=True, order=True)
class Span:
    """In minutes from the local midnight of the day on which it opens; it closes up to the end of the day after."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < min(self.closes, A_DAY) or self.closes > 2 * A_DAY:
            raise ValueError(f"{self.opens} to {self.closes} is no span: it opens on its day and closes later")


@dataclass(frozen=True)
class Hours:
    """A week from Monday on, and the dates on which something else holds (a holiday has no spans at all).

    What comes in is put in order, and spans of a day that overlap or touch become one: so equal hours are equal.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    days: tuple[tuple[date, tuple[Span, ...]], ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{self.zone!r} is no time zone") from None
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        if len({day for day, _ in self.days}) < len(self.days):
            raise ValueError("a date is told twice")
        object.__setattr__(self, "week", tuple(_joined(spans) for spans in self.week))
        object.__setattr__(self, "days", tuple((day, _joined(spans)) for day, spans in sorted(self.days)))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Those that open on that date."""
        own = self._own_days.get(day)
        return self.week[day.weekday()] if own is None else own

    def as_json(self) -> dict[str, Any]:
        """Equal hours give equal JSON."""
        return {
            "zone": self.zone,
            "week": [_pairs(spans) for spans in self.week],
            "days": {day.isoformat(): _pairs(spans) for day, spans in self.days},
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What `as_json` gave."""
        week = tuple(_spans(pairs) for pairs in told["week"])
        return cls(
            told["zone"], week, tuple((date.fromisoformat(day), _spans(told["days"][day])) for day in told["days"])
        )

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.zone, self.week, self.days))

    @cached_property
    def _own_days(self) -> dict[date, tuple[Span, ...]]:
        return dict(self.days)

    @cached_property
    def timeline(self) -> Timeline:
        """Shared by all hours that are equal to these."""
        return _timeline(self)

    def __getstate__(self) -> dict[str, Any]:
        # A hash differs from process to process, and the rest is quickly made again
        return {"zone": self.zone, "week": self.week, "days": self.days}


@lru_cache(maxsize=256)
def _timeline(hours: Hours) -> Timeline:
    return Timeline(hours.zone, lambda day: [(span.opens, span.closes) for span in hours.spans_on(day)])


def due_at(hours: Hours | None, start: datetime, target: timedelta) -> datetime:
    """When that much open time has passed: inside a span or on its very closing, in UTC.

    Raises NeverOpen if it would have to wait through more than 400 closed days.
    """
    at = start.astimezone(UTC)
    return at + target if hours is None else hours.timeline.due_at(at, target)


def elapsed(hours: Hours | None, start: datetime, end: datetime) -> timedelta:
    """The open time between them; nothing if `end` is not after `start`."""
    if hours is None:
        return max(end - start, timedelta(0))
    return hours.timeline.elapsed(start.astimezone(UTC), end.astimezone(UTC))


def is_open(hours: Hours | None, at: datetime) -> bool:
    """From the moment of opening until just before the moment of closing."""
    return hours is None or hours.timeline.is_open(at.astimezone(UTC))


def next_open(hours: Hours | None, at: datetime) -> datetime:
    """`at` itself when open or just closing, else the next opening; raises NeverOpen."""
    return at.astimezone(UTC) if hours is None else hours.timeline.next_open(at.astimezone(UTC))


def next_change(hours: Hours | None, at: datetime) -> datetime | None:
    """When it next closes, or opens; None if that is more than 400 days away."""
    return None if hours is None else hours.timeline.next_change(at.astimezone(UTC))


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.opens <= joined[-1].closes:
            joined[-1] = Span(joined[-1].opens, max(span.closes, joined[-1].closes))
        else:
            joined.append(span)
    return tuple(joined)


def _pairs(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.opens, span.closes] for span in spans]


def _spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(opens, closes) for opens, closes in pairs)
