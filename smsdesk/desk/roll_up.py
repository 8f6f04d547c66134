"""Hours that are over are added up once and kept, so that a report of months reads a few thousand rows.

The clocks stay the truth. An hour is announced, empty and dirty, before it is added up; whoever later changes what lies in it
marks it, in the transaction of the change, and then it is read from the clocks until it has been added up again. Nothing is
written for the hour that goes on, so answering costs nothing. See docs/decisions/0020-reports-are-added-up-by-the-hour.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, and_, delete, func, insert, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk.add_up import Seen, VolumeSlice, WaitSlice, volumes_in, waits_in, zones_of
from smsdesk.desk.judge import Whose, Window
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.episode import Episode
from smsdesk.models.message import Message
from smsdesk.models.rollup import RollupHour, VolumeRollup, WaitRollup
from smsdesk.rules.periods import DAY, HOUR, Stretch, hour_of, joined
from smsdesk.rules.reply_clock import ClockEventKind

SETTLED = timedelta(minutes=2)  # a text that came in the last second of an hour is stored by then
AGAIN_AFTER = timedelta(hours=26)  # every hour is added up once more a day later, whatever happened
MOST = 500  # hours announced at once
COMPARED_AT_ONCE = 24
EVERYTHING = Seen(true(), true(), true())


def mark(session: Session, moments: Iterable[datetime | None]) -> None:
    """Something that belongs to these moments was changed here, and flushed: their hours are read from the clocks again."""
    for hour in sorted({hour_of(moment) for moment in moments if moment is not None}):
        # Also where it is dirty already: whoever adds it up at this moment has to wait for us, or we for them
        session.connection().execute(update(_table(RollupHour)).where(RollupHour.hour == hour).values(is_dirty=True))


def mark_clock(session: Session, clock: Clock) -> None:
    """It ended, or runs again: it leaves the hour in which it had been decided, and comes into another."""
    ends = (ClockEventKind.FULFIL, ClockEventKind.CANCEL)
    ended = select(StoredEvent.at).where(StoredEvent.clock_id == clock.id, StoredEvent.kind.in_(ends))
    mark(session, [clock.due_at, *session.scalars(ended)])


def mark_conversation(session: Session, conversation_id: UUID, episode_id: UUID | None) -> None:
    """It belongs to another team now, with its texts, its open episode and the clock that runs."""
    session.flush()
    moments: list[datetime | None] = []
    moments += session.scalars(select(Message.created_at).where(Message.conversation_id == conversation_id))
    if episode_id is not None:
        for row in session.execute(select(Episode.opened_at, Episode.resolved_at).where(Episode.id == episode_id)):
            moments += [*row]
        moments += session.scalars(select(Clock.started_at).where(Clock.episode_id == episode_id))
    mark(session, moments)


def announce(session: Session, now: datetime) -> int:
    """Say which hours may be added up from now on; returns how many were new."""
    newest = session.scalar(select(func.max(RollupHour.hour)))
    first = newest + HOUR if newest else _earliest(session)
    count = 0 if first is None else (hour_of(now - SETTLED) - first) // HOUR
    new = [{"hour": first + HOUR * step, "is_dirty": True} for step in range(min(count, MOST))] if first else []
    if new:
        session.connection().execute(upsert(_table(RollupHour)).on_conflict_do_nothing(index_elements=["hour"]), new)
    _look_again(session, now)
    return len(new)


def is_due(session: Session, now: datetime) -> bool:
    """There is something to announce or to add up."""
    if session.scalar(select(RollupHour.hour).where(RollupHour.is_dirty).limit(1)):
        return True
    newest = session.scalar(select(func.max(RollupHour.hour)))
    return newest < hour_of(now - SETTLED) - HOUR if newest else _earliest(session) is not None


def dirty_hours(session: Session, most: int) -> list[datetime]:
    """The newest first: they are asked for most."""
    dirty = select(RollupHour.hour).where(RollupHour.is_dirty).order_by(RollupHour.hour.desc()).limit(most)
    return list(session.scalars(dirty))


def newest_writer(session: Session) -> int:
    """A number for this moment: see `has_written_before`. SQLite has one writer, who is us."""
    if session.get_bind().dialect.name == "sqlite":
        return 0
    return int(session.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) or 0)


def has_written_before(session: Session, writer: int) -> bool:
    """True while a transaction goes on that may not have seen what was announced before that number was asked for."""
    if session.get_bind().dialect.name == "sqlite":
        return False
    oldest = session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    return int(oldest or 0) < writer


def roll(session: Session, hours: Sequence[datetime], now: datetime) -> int:
    """Add up those of these hours that are dirty and that nobody else is at; returns how many."""
    locked = select(RollupHour).where(RollupHour.hour.in_(hours), RollupHour.is_dirty).order_by(RollupHour.hour)
    rows = session.scalars(locked.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    if not rows:
        return 0
    stretches = joined(row.hour for row in rows)
    waits, volumes = raw(session, stretches, now)
    for model in (WaitRollup, VolumeRollup):
        whole = or_(*(and_(model.hour >= since, model.hour < until) for since, until in stretches))
        session.connection().execute(delete(_table(model)).where(whole))
    _write(session, WaitRollup, [_wait_row(one) for one in waits])
    _write(session, VolumeRollup, [_volume_row(one) for one in volumes])
    for row in rows:
        row.is_dirty, row.rolled_at = False, now
    session.flush()
    return len(rows)


def raw(session: Session, stretches: Sequence[Stretch], now: datetime) -> tuple[list[WaitSlice], list[VolumeSlice]]:
    """What some hours add up to, from the clocks, texts and episodes themselves."""
    windows, zones = [Window(None, tuple(stretches))], zones_of(session)
    waits = waits_in(session, Whose(true(), true()), windows, zones, now)
    return waits, volumes_in(session, EVERYTHING, windows, zones)


def differences(session: Session, since: datetime, until: datetime, now: datetime) -> Iterator[str]:
    """What some hours were added up to and the clocks do not say now, or the other way round; there must be nothing."""
    clean = select(RollupHour.hour).where(~RollupHour.is_dirty, RollupHour.hour >= since, RollupHour.hour < until)
    hours = session.scalars(clean.order_by(RollupHour.hour)).all()
    for start in range(0, len(hours), COMPARED_AT_ONCE):
        stretches = joined(hours[start : start + COMPARED_AT_ONCE])
        waits, volumes = raw(session, stretches, now)
        true_rows = [_wait_row(one) for one in waits], [_volume_row(one) for one in volumes]
        for model, rows in zip((WaitRollup, VolumeRollup), true_rows, strict=True):
            yield from sorted(_said(rows) ^ _said(_kept(session, model, stretches)))


def _kept(session: Session, model: Any, stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
    columns = [column for column in _table(model).columns if column.name != "id"]
    whole = or_(*(and_(model.hour >= since, model.hour < until) for since, until in stretches))
    return [dict(row) for row in session.execute(select(*columns).where(whole)).mappings()]


def _said(rows: Sequence[dict[str, Any]]) -> set[str]:
    return {str(sorted((name, str(value)) for name, value in row.items())) for row in rows}


def _earliest(session: Session) -> datetime | None:
    moments = (Clock.started_at, Message.created_at, Episode.opened_at)
    # The first in an index; PostgreSQL would read the whole of a table for the least of a partial one
    found = [
        session.scalar(select(moment).order_by(moment).limit(1)) for moment in (Clock.started_at, Episode.opened_at)
    ]
    came = select(moments[1]).where(Message.direction == text("'in'")).order_by(moments[1]).limit(1)
    return min((hour_of(at) for at in (*found, session.scalar(came)) if at is not None), default=None)


def _look_again(session: Session, now: datetime) -> None:
    since = hour_of(now) - AGAIN_AFTER
    session.connection().execute(
        update(_table(RollupHour))
        .where(
            RollupHour.hour >= since - DAY,
            RollupHour.hour < since,
            RollupHour.rolled_at < since,
            ~RollupHour.is_dirty,
        )
        .values(is_dirty=True)
    )


def _write(session: Session, model: type[object], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(_table(model)), [row | {"id": new_id()} for row in rows])


def _wait_row(one: WaitSlice) -> dict[str, Any]:
    return {column: getattr(one, column) for column in one.__slots__}


def _volume_row(one: VolumeSlice) -> dict[str, Any]:
    counts = {column: getattr(one.volume, column) for column in one.volume.__slots__}
    return {"hour": one.hour, "number_id": one.number_id, "team_id": one.team_id, **counts}


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
