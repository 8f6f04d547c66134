"""How the demo shop's weeks went: when customers wrote, who had them, and when they were answered. Facts alone, no database."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKS = 8
A_DAY = timedelta(days=1)
# Texts an hour from 7:00 on, as shares of a day; a lunch hour, an evening that runs out
CURVE = (1, 3, 6, 8, 9, 8, 6, 6, 7, 7, 6, 5, 4, 3, 1)
OPENS_AT = 7
WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 1.1, 0.6, 0.35)  # from Monday on
PER_DAY: Mapping[str, int] = {"+14155550100": 31, "+14155550101": 10}  # conversations
# Who answers which number: first names, with the hours and the weekdays that they are there
THERE: Mapping[str, Sequence[tuple[str, int, int, Sequence[int]]]] = {
    "+14155550100": (("maya", 7, 17, range(6)), ("ana", 10, 23, range(7))),
    "+14155550101": (("lee", 7, 18, range(6)), ("ana", 10, 23, range(7))),
}
ROUTED_AFTER = timedelta(milliseconds=300)
ACCEPTED_AFTER = timedelta(seconds=1.4)
TYPICAL_ANSWER_S, SPREAD = 150.0, 0.6  # of a lognormal
MISLAID = 0.03  # of the texts wait for somebody who was called away


@dataclass(frozen=True, slots=True)
class Exchange:
    """A text, and the answer to it."""

    asked_at: datetime
    question: str
    answered_at: datetime  # approved; accepted a moment later
    answer: str


@dataclass(frozen=True, slots=True)
class Story:
    """One episode from its first text to "resolved"."""

    number: str
    who: str  # a first name
    routed_at: datetime
    exchanges: tuple[Exchange, ...]
    resolved_at: datetime

    @property
    def began_at(self) -> datetime:
        return self.exchanges[0].asked_at


@dataclass
class Hands:
    """When each person is free again."""

    free_at: dict[str, datetime] = field(default_factory=dict)

    def take(self, who: str, at: datetime, length: timedelta) -> datetime:
        done_at = max(at, self.free_at.get(who, at)) + length
        self.free_at[who] = done_at
        return done_at


def stories(talks: Mapping[str, Sequence[Sequence[str]]], zone: str, now: datetime, seed: int = 7) -> Iterator[Story]:
    """Eight weeks until shortly before `now`; every one of them is over by then. The same seed tells the same."""
    chance, last = random.Random(seed), now.astimezone(ZoneInfo(zone)).date()  # noqa: S311 - dice, not secrets
    for back in range(WEEKS * 7, -1, -1):
        day = last - A_DAY * back
        for story in _day(talks, zone, day, chance):
            if story.resolved_at < now:
                yield story


def _day(talks: Mapping[str, Sequence[Sequence[str]]], zone: str, day: date, chance: random.Random) -> Iterator[Story]:
    """Texts are answered in the order in which they come, also those that go on with an earlier one."""
    hands, count = Hands(), itertools.count()
    to_come: list[tuple[datetime, int, _Open]] = []
    for number, usual in PER_DAY.items():
        for at in _arrivals(day, zone, usual * WEEKDAYS[day.weekday()] * chance.uniform(0.85, 1.15), chance):
            to_come.append((at, next(count), _Open(number, list(chance.choice(talks[number])))))
    heapq.heapify(to_come)
    while to_come:
        at, _, story = heapq.heappop(to_come)
        story.who = story.who or _least_busy(story.number, at.astimezone(ZoneInfo(zone)), hands)
        answered_at = hands.take(story.who, at + ROUTED_AFTER, _length(chance))
        if chance.random() < MISLAID:
            answered_at += timedelta(minutes=chance.uniform(6, 25))
        story.exchanges.append(Exchange(at, story.lines.pop(0), answered_at, story.lines.pop(0)))
        if story.lines:
            again_at = answered_at + timedelta(minutes=0.5 + chance.expovariate(1 / 3))
            heapq.heappush(to_come, (again_at, next(count), story))
        else:
            yield story.told(answered_at + timedelta(minutes=chance.uniform(2, 20)))


@dataclass
class _Open:
    """A conversation that goes on; `lines` are still to be said."""

    number: str
    lines: list[str]
    who: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def told(self, resolved_at: datetime) -> Story:
        routed_at = self.exchanges[0].asked_at + ROUTED_AFTER
        return Story(self.number, self.who, routed_at, tuple(self.exchanges), resolved_at)


def _arrivals(day: date, zone: str, usual: float, chance: random.Random) -> Iterator[datetime]:
    """Independent of each other, more of them where the curve is high."""
    begins = datetime.combine(day, time(OPENS_AT), ZoneInfo(zone)).astimezone(UTC)
    for hour, share in enumerate(CURVE):
        rate, minute = usual * share / sum(CURVE) / 60, chance.expovariate(1.0)
        while (at := minute / rate) < 60:
            yield begins + timedelta(hours=hour, minutes=at)
            minute += chance.expovariate(1.0)


def _least_busy(number: str, there: datetime, hands: Hands) -> str:
    here = [who for who, since, until, days in THERE[number] if since <= there.hour < until and there.weekday() in days]
    return min(here or [THERE[number][-1][0]], key=lambda who: hands.free_at.get(who, there))


def _length(chance: random.Random) -> timedelta:
    return timedelta(seconds=TYPICAL_ANSWER_S * math.exp(chance.gauss(0, SPREAD)))
