"""Adds up waits, texts and episodes of some stretches of time from the raw rows, by pieces of an hour. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, extract, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from smsdesk.desk.judge import IS_REPLY, Judged, Whose, Window, judged, within
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.episode import Episode
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import FAILURES
from smsdesk.rules.packed_waits import packed
from smsdesk.rules.periods import piece_of
from smsdesk.rules.reply_clock import ClockKind, ClockState

Zones = Mapping[UUID, str]  # number → where its clocks hang
QUARTER_S = 900  # every zone in use is a whole number of quarter hours off UTC


@dataclass(frozen=True, slots=True)
class WaitSlice:
    """Waits decided in a piece of an hour, for one number, team and person; both runs are packed and ascending."""

    hour: datetime
    number_id: UUID
    team_id: UUID
    agent_id: UUID | None
    kind: ClockKind
    count: int
    kept: int
    waits: bytes
    open_waits: bytes


@dataclass(frozen=True, slots=True)
class Volume:
    """How much there was. `began` and `ended` are waits for a reply; `failed` are those texts out that did not arrive."""

    texts_in: int = 0
    texts_out: int = 0
    failed: int = 0
    opened: int = 0
    resolved: int = 0
    began: int = 0
    ended: int = 0

    def __add__(self, other: Volume) -> Volume:
        return Volume(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class VolumeSlice:
    hour: datetime
    number_id: UUID
    team_id: UUID
    volume: Volume


def zones_of(session: Session) -> dict[UUID, str]:
    return {row.id: row.time_zone for row in session.execute(select(Number.id, Number.time_zone))}


def waits_in(session: Session, whose: Whose, windows: Sequence[Window], zones: Zones, now: datetime) -> list[WaitSlice]:
    return sliced(judged(session, whose, windows, now), zones)


def sliced(decided: Iterable[Judged], zones: Zones, at: datetime | None = None) -> list[WaitSlice]:
    """`at` where all of them belong to one moment, whenever each was due."""
    groups: dict[tuple[datetime, UUID, UUID, UUID | None, ClockKind], list[Judged]] = {}
    for one in decided:
        hour = piece_of(at or one.at, zones[one.number_id])
        groups.setdefault((hour, one.number_id, one.team_id, one.agent_id, one.kind), []).append(one)
    return [
        WaitSlice(
            *key,
            len(group),
            sum(one.kept for one in group),
            packed(one.seconds for one in group),
            packed(one.open_seconds for one in group),
        )
        for key, group in groups.items()
    ]


def volumes_in(session: Session, seen: Seen, windows: Sequence[Window], zones: Zones) -> list[VolumeSlice]:
    groups: dict[tuple[datetime, UUID, UUID], dict[str, int]] = {}
    for names, statement, quarter in _counts(seen, windows):
        rows = session.execute(
            statement.add_columns(quarter.label("quarter")).group_by("number_id", "team_id", "quarter")
        )
        for number_id, team_id, *counts, at in rows:
            hour = piece_of(datetime.fromtimestamp(int(at), UTC), zones[number_id])
            group = groups.setdefault((hour, number_id, team_id), {})
            for name, count in zip(names, counts, strict=True):
                group[name] = group.get(name, 0) + int(count)
    return [VolumeSlice(*key, Volume(**group)) for key, group in groups.items()]


@dataclass(frozen=True, slots=True)
class Seen:
    """Conditions on the team of conversations, episodes and clocks: what the person who asks may see of each."""

    conversations: ColumnElement[bool]
    episodes: ColumnElement[bool]
    clocks: ColumnElement[bool]


Counted = tuple[tuple[str, ...], Any, ColumnElement[Any]]


def _counts(seen: Seen, windows: Sequence[Window]) -> Iterator[Counted]:
    """What is counted, by number and team, and the quarter hour that it belongs to."""
    conversation = (Conversation.number_id.label("number_id"), Conversation.team_id.label("team_id"))
    texts = select(*conversation, func.count()).join_from(
        Message, Conversation, Conversation.id == Message.conversation_id
    )
    when = within(Message.created_at, Conversation.number_id, windows)
    quarter = _quarter(Message.created_at)
    # Written out, for the indexes that hold these alone
    yield ("texts_in",), texts.where(Message.direction == literal_column("'in'"), when, seen.conversations), quarter
    failed = func.sum(case((Message.state.in_(FAILURES), 1), else_=0))
    out = texts.add_columns(failed).where(Message.direction == literal_column("'out'"), when, seen.conversations)
    yield ("texts_out", "failed"), out, quarter
    episodes = select(Episode.number_id.label("number_id"), Episode.team_id.label("team_id"), func.count())
    for name, at in (("opened", Episode.opened_at), ("resolved", Episode.resolved_at)):
        yield (name,), episodes.where(within(at, Episode.number_id, windows), seen.episodes), _quarter(at)
    waits = select(Clock.number_id.label("number_id"), Clock.team_id.label("team_id"), func.count())
    waits = waits.where(IS_REPLY, seen.clocks)
    yield ("began",), waits.where(within(Clock.started_at, Clock.number_id, windows)), _quarter(Clock.started_at)
    answered = waits.where(Clock.state == ClockState.FULFILLED, within(Clock.fulfilled_at, Clock.number_id, windows))
    yield ("ended",), answered, _quarter(Clock.fulfilled_at)
    later = aliased(StoredEvent)
    is_cancel: ColumnElement[str] = literal_column("'cancel'")
    again = exists().where(later.clock_id == Clock.id, later.kind == is_cancel, later.id > StoredEvent.id)
    cancelled = waits.join(StoredEvent, StoredEvent.clock_id == Clock.id).where(
        StoredEvent.kind == is_cancel,
        Clock.state == ClockState.CANCELLED,
        within(StoredEvent.at, Clock.number_id, windows),
        ~again,
    )
    yield ("ended",), cancelled, _quarter(StoredEvent.at)


def _quarter(moment: Any) -> ColumnElement[Any]:
    seconds = extract("epoch", moment)
    return seconds - seconds % QUARTER_S
