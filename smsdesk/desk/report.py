"""How promises were kept over days and weeks, and how much there was. Reads hours that were added up, and the rest from the clocks.

Every number's days are days where that number is. What can be asked for is asked through the person who looks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk.add_up import Volume, VolumeSlice, WaitSlice
from smsdesk.desk.ask_about import Asked
from smsdesk.desk.collect import volumes_of, waits_by_hour_and_person, waits_of
from smsdesk.desk.judge import IS_REPLY
from smsdesk.models.clock import Clock
from smsdesk.rules.packed_waits import Account, Pile
from smsdesk.rules.periods import HOUR, Stretch, day_begins
from smsdesk.rules.terms import REPLIES, ClockKind

K = TypeVar("K", bound=Hashable)
Piece = tuple[date, UUID, UUID]  # a day on one number, of one team
Slot = tuple[int, int]  # weekday (Monday is 0) and hour where the number is
Stretches = Callable[[str], Sequence[Stretch]]  # zone → what is asked for there


@dataclass(frozen=True, slots=True)
class Slots:
    """One hour of the week: promises decided in it, how many were kept, and texts that came."""

    count: int = 0
    kept: int = 0
    texts: int = 0


@dataclass(frozen=True)
class Report:
    """Replies; what an episode took is beside. `backlog` is who waited when each day ended, or now."""

    whole: Account
    resolution: Account
    by_day: Mapping[date, Account] = field(default_factory=dict)
    by_number: Mapping[UUID, Account] = field(default_factory=dict)
    by_team: Mapping[UUID, Account] = field(default_factory=dict)
    by_agent: Mapping[UUID, Account] = field(default_factory=dict)
    slots: Mapping[Slot, Slots] = field(default_factory=dict)
    volume: Volume = field(default_factory=Volume)
    volumes: Mapping[date, Volume] = field(default_factory=dict)
    backlog: Mapping[date, int] = field(default_factory=dict)


def report(session: Session, asked: Asked, now: datetime) -> Report:
    """Everything that a page of reports shows."""
    (waits, by_person), calendar = waits_by_hour_and_person(session, asked, now), _Calendar(asked.zones)
    replies = [one for one in waits if one.kind in REPLIES]
    pieces = _settled(replies, calendar)
    texts = volumes_of(session, asked, asked.whole(), asked.period.until) if asked.agent_id is None else []
    volumes = _summed(texts, lambda one: calendar.day(one.hour, one.number_id))
    return Report(
        whole=_together(pieces, lambda _: True).get(True, Account()),
        resolution=_accounts((one for one in waits if one.kind not in REPLIES), lambda _: 0).get(0, Account()),
        by_day=_together(pieces, lambda piece: piece[0]),
        by_number=_together(pieces, lambda piece: piece[1]),
        by_team=_together(pieces, lambda piece: piece[2]),
        by_agent=_accounts((one for one in by_person if one.kind in REPLIES), lambda one: one.agent_id),
        slots=_slots(replies, texts, calendar),
        volume=sum(volumes.values(), Volume()),
        volumes=volumes,
        backlog=_backlog(session, asked, texts, calendar, now) if asked.agent_id is None else {},
    )


def headline(session: Session, asked: Asked, now: datetime) -> Report:
    """The totals alone, to hold another period against."""
    waits = waits_of(session, asked, now)
    parts = _accounts(waits, lambda one: one.kind in REPLIES)
    texts = volumes_of(session, asked, asked.whole(), asked.period.until) if asked.agent_id is None else []
    return Report(
        parts.get(True, Account()), parts.get(False, Account()), volume=sum((one.volume for one in texts), Volume())
    )


def grouped(
    session: Session, asked: Asked, kinds: frozenset[ClockKind], by: str, now: datetime
) -> dict[Hashable, Account]:
    """Accounts by `day`, `hour_of_week`, `agent`, `number`, `team`, or all in one (`None`, for any other word)."""
    calendar = _Calendar(asked.zones)
    keys: dict[str, Callable[[WaitSlice], Hashable]] = {
        "day": lambda one: calendar.day(one.hour, one.number_id),
        "hour_of_week": lambda one: calendar.slot(one.hour, one.number_id),
        "agent": lambda one: one.agent_id,
        "number": lambda one: one.number_id,
        "team": lambda one: one.team_id,
    }
    apart = {"hours": by in {"day", "hour_of_week"}, "people": by == "agent"}
    waits = (one for one in waits_of(session, asked, now, **apart) if one.kind in kinds)
    return _accounts(waits, keys.get(by, lambda _: None), also_nobody=True)


class _Calendar:
    """Which day, and which hour of the week, a piece of an hour belongs to where its number is."""

    def __init__(self, zones: Mapping[UUID, str]) -> None:
        self._zones = {id: ZoneInfo(zone) for id, zone in zones.items()}
        self._known: dict[tuple[datetime, str], tuple[date, Slot]] = {}

    def day(self, hour: datetime, number_id: UUID) -> date:
        return self._at(hour, number_id)[0]

    def slot(self, hour: datetime, number_id: UUID) -> Slot:
        return self._at(hour, number_id)[1]

    def _at(self, hour: datetime, number_id: UUID) -> tuple[date, Slot]:
        zone = self._zones[number_id]
        known = self._known.get((hour, zone.key))
        if known is None:
            there = hour.astimezone(zone)
            known = self._known[(hour, zone.key)] = (there.date(), (there.weekday(), there.hour))
        return known


def _backlog(
    session: Session, asked: Asked, texts: Iterable[VolumeSlice], calendar: _Calendar, now: datetime
) -> dict[date, int]:
    """Backwards from who waits now: whoever began to wait since did not wait then, and whoever was answered since did."""
    running = select(func.count()).where(
        Clock.state == "running", IS_REPLY, asked.teams(Clock.team_id), Clock.number_id.in_(asked.zones)
    )
    count = session.scalar(running) or 0
    after = asked.windows(lambda zone: ((day_begins(asked.period.last + timedelta(days=1), zone), now + HOUR),))
    after = [window for window in after if window.stretches[0][0] < now]
    for one in volumes_of(session, asked, after) if after else ():
        count += one.volume.ended - one.volume.began
    changes: dict[date, int] = {}
    for one in texts:
        day = calendar.day(one.hour, one.number_id)
        changes[day] = changes.get(day, 0) + one.volume.began - one.volume.ended
    backlog: dict[date, int] = {}
    for day in reversed(asked.period.days):
        backlog[day] = count
        count -= changes.get(day, 0)
    return dict(reversed(backlog.items()))


def _slots(waits: Iterable[WaitSlice], texts: Iterable[VolumeSlice], calendar: _Calendar) -> dict[Slot, Slots]:
    counted: dict[Slot, list[int]] = {}
    for one in waits:
        cell = counted.setdefault(calendar.slot(one.hour, one.number_id), [0, 0, 0])
        cell[0] += one.count
        cell[1] += one.kept
    for piece in texts:
        counted.setdefault(calendar.slot(piece.hour, piece.number_id), [0, 0, 0])[2] += piece.volume.texts_in
    return {slot: Slots(*cell) for slot, cell in counted.items()}


def _piles(
    waits: Iterable[WaitSlice], key: Callable[[WaitSlice], K | None], also_nobody: bool = False
) -> dict[K, Pile]:
    piles: dict[K, Pile] = {}
    for one in waits:
        belongs_to = key(one)
        if belongs_to is not None or also_nobody:
            piles.setdefault(belongs_to, Pile()).add(one.count, one.kept, one.waits, one.open_waits)  # type: ignore[arg-type]
    return piles


def _accounts(
    waits: Iterable[WaitSlice], key: Callable[[WaitSlice], K | None], also_nobody: bool = False
) -> dict[K, Account]:
    return {whose: pile.account() for whose, pile in _piles(waits, key, also_nobody).items()}


def _settled(waits: Iterable[WaitSlice], calendar: _Calendar) -> dict[Piece, Pile]:
    """Sorted once, so that putting them together by whatever is asked for costs little."""
    pieces = _piles(waits, lambda one: (calendar.day(one.hour, one.number_id), one.number_id, one.team_id))
    return {piece: pile.settled() for piece, pile in pieces.items()}


def _together(pieces: Mapping[Piece, Pile], key: Callable[[Piece], K]) -> dict[K, Account]:
    wholes: dict[K, Pile] = {}
    for piece, pile in pieces.items():
        wholes.setdefault(key(piece), Pile()).add(pile.count, pile.kept, pile.wall[0], pile.open[0])
    return {whose: pile.account() for whose, pile in wholes.items()}


def _summed(texts: Iterable[VolumeSlice], key: Callable[[VolumeSlice], K]) -> dict[K, Volume]:
    sums: dict[K, Volume] = {}
    for one in texts:
        sums[key(one)] = sums.get(key(one), Volume()) + one.volume
    return sums
