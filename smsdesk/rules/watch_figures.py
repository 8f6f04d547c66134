"""Watched figures, worked out from what happened. Each is asked for one moment after another, never back in time.

So a look at this moment and a month played through again are the same sum: the first asks once, the second every few minutes,
and what has happened is read only once.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from smsdesk.rules.promise import nearest_rank
from smsdesk.rules.watches import NOTHING, Found, WatchRule

Place = UUID | None  # a number, by whose hours a wait is counted
Length = Callable[[Place, datetime, datetime], float]  # seconds, in open time where only that counts


class Track(Protocol):
    """A figure over time."""

    def at(self, now: datetime) -> Found: ...


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Something that lasted; without an end, it still does."""

    starts_at: datetime
    ends_at: datetime | None
    place: Place = None
    is_answered: bool = False  # of a wait: it ended with an answer


@dataclass(frozen=True, slots=True)
class SentText:
    """A text of ours, and when it was known that it did not arrive."""

    at: datetime
    failed_at: datetime | None


class _Running:
    """The spans that have begun and not ended, in the order in which they began."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._begin = deque(sorted(spans, key=lambda span: span.starts_at))
        self._end = deque(sorted((span for span in self._begin if span.ends_at), key=_end_of))
        self.now: dict[Span, None] = {}
        self.first: dict[Place, dict[Span, None]] = {}

    def move(self, now: datetime) -> list[Span]:
        """Go on to `now`; returns what has ended since."""
        while self._begin and self._begin[0].starts_at <= now:
            span = self._begin.popleft()
            self.now[span] = None
            self.first.setdefault(span.place, {})[span] = None
        ended = []
        while self._end and _end_of(self._end[0]) <= now:
            span = self._end.popleft()
            if self.now.pop(span, span) is None:
                del self.first[span.place][span]
            ended.append(span)
        return ended


class Replies:
    """A percentile of the waits that ended with an answer in the window.

    Whoever still waits at the limit or beyond counts with the wait so far, or a queue that stands still would look fine; so
    does whoever had waited as long when we gave up on an answer.
    """

    def __init__(self, waits: Iterable[Span], rule: WatchRule, length: Length) -> None:
        self._running, self._rule, self._length = _Running(waits), rule, length
        self._limit = timedelta(seconds=rule.limit)
        self._window: deque[tuple[datetime, float]] = deque()
        self._ascending: list[float] = []

    def at(self, now: datetime) -> Found:
        for wait in self._running.move(now):
            self._add(wait)
        while self._window and self._window[0][0] <= now - self._rule.window:
            del self._ascending[bisect_left(self._ascending, self._window.popleft()[1])]
        seconds = sorted([*self._ascending, *self._so_far(now)])
        if not seconds:
            return NOTHING
        return Found(nearest_rank(seconds, self._rule.percentile or 50), len(seconds))

    def _add(self, wait: Span) -> None:
        ended_at = _end_of(wait)
        seconds = self._length(wait.place, wait.starts_at, ended_at)
        if wait.is_answered or seconds >= self._rule.limit:
            self._window.append((ended_at, seconds))
            insort(self._ascending, seconds)

    def _so_far(self, now: datetime) -> Iterable[float]:
        for wait in self._running.now:
            if now - wait.starts_at < self._limit:
                return  # whoever came later has waited less
            seconds = self._length(wait.place, wait.starts_at, now)
            if seconds >= self._rule.limit:
                yield seconds


class Longest:
    """How long the longest of the spans that go on has lasted."""

    def __init__(self, spans: Iterable[Span], length: Length) -> None:
        self._running, self._length = _Running(spans), length

    def at(self, now: datetime) -> Found:
        self._running.move(now)
        if not self._running.now:
            return NOTHING
        # Of each place the first is the longest, but open time is another at each
        first = [next(iter(spans)) for spans in self._running.first.values() if spans]
        return Found(max(self._length(span.place, span.starts_at, now) for span in first), len(self._running.now))


class HowMany:
    """How many spans go on."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._running = _Running(spans)

    def at(self, now: datetime) -> Found:
        self._running.move(now)
        return Found(float(len(self._running.now)), len(self._running.now))


class Failures:
    """The share of the texts sent in the window that are known not to have arrived."""

    def __init__(self, texts: Iterable[SentText], rule: WatchRule) -> None:
        self._ahead = deque(sorted(texts, key=lambda text: text.at))
        self._window = rule.window
        self._sent: deque[SentText] = deque()

    def at(self, now: datetime) -> Found:
        while self._ahead and self._ahead[0].at <= now:
            self._sent.append(self._ahead.popleft())
        while self._sent and self._sent[0].at <= now - self._window:
            self._sent.popleft()
        if not self._sent:
            return NOTHING
        failed = sum(text.failed_at is not None and text.failed_at <= now for text in self._sent)
        return Found(failed / len(self._sent), len(self._sent))


def _end_of(span: Span) -> datetime:
    assert span.ends_at is not None
    return span.ends_at
