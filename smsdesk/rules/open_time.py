"""The open stretches of a calendar laid out in UTC, with the open time before each, so that a question is two look-ups.

A timeline grows as far as it is asked for, in both directions, and always by swapping in a whole new layout: readers on
other threads keep the one that they began with.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

PATIENCE = timedelta(days=400)
BEHIND, AHEAD = timedelta(days=60), timedelta(days=430)
# A day's span reaches two days ahead at most, and a zone is at most 14 hours off
MARGIN = timedelta(days=3)
SECOND, DAY, NOTHING = timedelta(seconds=1), timedelta(days=1), timedelta(0)
# Before and after, nobody is there: so that no question, however odd, lays out thousands of years
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)

Stretch = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """For 400 days on end nobody is there."""

    def __init__(self) -> None:
        super().__init__("never open within 400 days")


def moment(zone: ZoneInfo, day: date, minutes: int, *, closing: bool) -> datetime:
    """When the clock on the wall shows that many minutes after the midnight of `day`, in UTC.

    Where it shows it twice, an opening is the first time and a closing the second; where it never does, the moment at
    which the clock jumps over it.
    """
    wall = datetime.combine(day, time.min, zone) + timedelta(minutes=minutes)
    first, second = wall.utcoffset() or NOTHING, wall.replace(fold=1).utcoffset() or NOTHING
    shown = wall.replace(tzinfo=UTC)
    if first < second:
        return jump(zone, shown - second, shown - first)
    return shown - (second if closing else first)


def jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second between those two at which the zone is as far off UTC as it is at the second of them."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, with those that overlap or touch made one."""
    joined: list[Stretch] = []
    for opens, closes in sorted(stretches):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        elif opens < closes:
            joined.append((opens, closes))
    return joined


@dataclass(frozen=True)
class Layout:
    """Stretches cut to what is known: from `since` until before `until`. `through` is the open time up to each one's end."""

    since: datetime
    until: datetime
    opens: list[datetime]
    closes: list[datetime]
    through: list[timedelta]
    has_desert: bool  # somewhere nobody is there for longer than our patience

    def worked(self, at: datetime) -> timedelta:
        """The open time from `since` to `at`."""
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return NOTHING
        closes = self.closes[place]
        return self.through[place] - (closes - at) if at < closes else self.through[place]

    def ensure_passable(self, start: datetime, end: datetime) -> None:
        """Raises NeverOpen if a way through open time from `start` to `end` crosses too long a closure."""
        reached = start
        for place in range(bisect_right(self.closes, start), len(self.opens)):
            if reached >= end:
                return
            if self.opens[place] - reached > PATIENCE:
                raise NeverOpen
            reached = self.closes[place]


class Timeline:
    """Open time of one zone and one rule that tells a day's spans, in minutes from its midnight."""

    def __init__(self, zone: str, spans_on: Callable[[date], Iterable[tuple[int, int]]]) -> None:
        self._zone, self._spans_on = ZoneInfo(zone), spans_on
        self._layout: Layout | None = None

    def due_at(self, start: datetime, target: timedelta) -> datetime:
        """The moment at which that much open time has passed since `start`; for a target of nothing, the next open one."""
        if target <= NOTHING:
            return self.next_open(start)
        layout = self._covering(start, start)
        while (wanted := layout.worked(start) + target) > (layout.through[-1] if layout.through else NOTHING):
            self._ensure_not_given_up(layout, start)
            layout = self._covering(start, layout.until + DAY)
        place = bisect_left(layout.through, wanted)
        due = layout.closes[place] - (layout.through[place] - wanted)
        if layout.has_desert:
            layout.ensure_passable(start, due)
        return due

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return NOTHING
        layout = self._covering(start, end)
        return layout.worked(end) - layout.worked(start)

    def is_open(self, at: datetime) -> bool:
        layout = self._covering(at, at)
        place = bisect_right(layout.opens, at) - 1
        return place >= 0 and at < layout.closes[place]

    def next_open(self, at: datetime) -> datetime:
        layout = self._covering(at, at)
        place = bisect_left(layout.closes, at)
        while place == len(layout.closes):
            self._ensure_not_given_up(layout, at)
            layout = self._covering(at, layout.until + DAY)
            place = bisect_left(layout.closes, at)
        if layout.opens[place] - at > PATIENCE:
            raise NeverOpen
        return max(at, layout.opens[place])

    def next_change(self, at: datetime) -> datetime | None:
        layout = self._covering(at, at + PATIENCE + DAY)
        place = bisect_right(layout.closes, at)
        if place == len(layout.closes):
            return None
        change = layout.opens[place] if layout.opens[place] > at else layout.closes[place]
        return change if change - at <= PATIENCE else None

    def _ensure_not_given_up(self, layout: Layout, start: datetime) -> None:
        last = max(start, layout.closes[-1]) if layout.closes else start
        if layout.until - last > PATIENCE or layout.until >= LAST:
            raise NeverOpen

    def _covering(self, start: datetime, end: datetime) -> Layout:
        layout = self._layout
        if layout is not None and layout.since <= start and end < layout.until:
            return layout
        since, until = max(FIRST, start - BEHIND), min(LAST, end + AHEAD)
        if layout is not None:
            # By as much again as there is, so that growing in small steps costs no more than growing at once
            length = layout.until - layout.since
            since = layout.since if since >= layout.since else max(FIRST, min(since, layout.since - length))
            until = layout.until if until <= layout.until else min(LAST, max(until, layout.until + length))
            if since == layout.since and until == layout.until:
                return layout
        self._layout = layout = self._laid_out(since, until)
        return layout

    def _laid_out(self, since: datetime, until: datetime) -> Layout:
        zone, day, stretches = self._zone, (since - MARGIN).date(), list[Stretch]()
        while day <= (until + MARGIN).date():
            for opens, closes in self._spans_on(day):
                stretches.append((moment(zone, day, opens, closing=False), moment(zone, day, closes, closing=True)))
            day += DAY
        cut = [(max(early, since), min(late, until)) for early, late in merged(stretches)]
        known = [(early, late) for early, late in cut if early < late]
        through = list(accumulate(late - early for early, late in known))
        opened, closed = [early for early, _ in known], [late for _, late in known]
        ways = zip([since, *closed], opened, strict=False)
        return Layout(since, until, opened, closed, through, any(far - near > PATIENCE for near, far in ways))
