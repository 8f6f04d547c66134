"""Waits and volumes of some windows: from hours that were added up, and where that cannot be, from the raw rows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, func, literal_column, null, select, true, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.add_up import Volume, VolumeSlice, WaitSlice, sliced, volumes_in, waits_in
from smsdesk.desk.ask_about import Asked
from smsdesk.desk.judge import Window, as_stored, aware, overdue, within
from smsdesk.models.rollup import RollupHour, VolumeRollup, WaitRollup
from smsdesk.rules.periods import HOUR, hour_of, joined, parted
from smsdesk.rules.terms import ClockKind

RAW = {"hour", "number_id", "team_id"}


def waits_of(
    session: Session, asked: Asked, now: datetime, *, hours: bool = False, people: bool = False
) -> list[WaitSlice]:
    return waits_within(session, asked, asked.whole(), now, asked.period.until, hours=hours, people=people)


def waits_by_hour_and_person(session: Session, asked: Asked, now: datetime) -> tuple[list[WaitSlice], list[WaitSlice]]:
    """The same waits twice, kept apart by hour and by person; what was not added up is read once."""
    windows = asked.whole()
    clean, rest = _parted(session, windows, asked.period.until)
    raw = _raw(session, asked, windows, rest, now)
    return _kept(session, asked, clean, hours=True) + raw, _kept(session, asked, clean, people=True) + raw


def waits_within(
    session: Session,
    asked: Asked,
    windows: Sequence[Window],
    now: datetime,
    cut: datetime | None = None,
    *,
    hours: bool = False,
    people: bool = False,
) -> list[WaitSlice]:
    """`cut`: where a window ends in the middle of an hour. Only what is asked for is kept apart, by `hours`, by `people`:
    a slice of several says the first of its hours and nobody's name, and its runs are not ascending.
    """
    clean, rest = _parted(session, windows, cut)
    return _kept(session, asked, clean, hours=hours, people=people) + _raw(session, asked, windows, rest, now)


def _kept(
    session: Session, asked: Asked, clean: Sequence[Window], *, hours: bool = False, people: bool = False
) -> list[WaitSlice]:
    """From the hours that were added up."""
    who = true() if asked.agent_id is None else WaitRollup.agent_id == asked.agent_id
    apart = [WaitRollup.number_id, WaitRollup.team_id, WaitRollup.kind]
    apart += [WaitRollup.hour] * hours + [WaitRollup.agent_id] * people
    hour = as_stored(WaitRollup.hour) if hours else type_coerce(func.min(WaitRollup.hour), DateTime(timezone=True))
    person = as_stored(WaitRollup.agent_id) if people else null()
    glue = _glued if session.get_bind().dialect.name == "sqlite" else _glued_by_postgresql
    sums = (func.sum(WaitRollup.count), func.sum(WaitRollup.kept), glue(WaitRollup.waits), glue(WaitRollup.open_waits))
    columns: list[Any] = [hour, *(as_stored(column) for column in apart[:3]), person, *sums]
    rows = session.execute(
        select(*columns)
        .where(within(WaitRollup.hour, WaitRollup.number_id, clean), asked.teams(WaitRollup.team_id), who)
        .group_by(*apart)
    )
    return [
        WaitSlice(aware(hour), _id(number), _id(team), _id(agent) if agent else None, _kind(kind), int(count), int(kept), _run(waits), _run(open_waits))
        for hour, number, team, kind, agent, count, kept, waits, open_waits in rows
    ]  # fmt: skip


def _raw(
    session: Session, asked: Asked, windows: Sequence[Window], rest: Sequence[Window], now: datetime
) -> list[WaitSlice]:
    """From the clocks themselves; and whoever is late at this moment, where it lies in a window."""
    found = waits_in(session, asked.whose(true()), rest, asked.zones, now)
    here = [id for window in windows if _holds(window, now) for id in window.number_ids or ()]
    if here:
        found += sliced(overdue(session, asked.whose(true()), here, now), asked.zones, now)
    return found


def _holds(window: Window, now: datetime) -> bool:
    return any(since <= now and (until is None or now < until) for since, until in window.stretches)


def volumes_of(
    session: Session, asked: Asked, windows: Sequence[Window], cut: datetime | None = None
) -> list[VolumeSlice]:
    clean, rest = _parted(session, windows, cut)
    rows = session.execute(
        select(*_columns(VolumeRollup)).where(
            within(VolumeRollup.hour, VolumeRollup.number_id, clean), asked.teams(VolumeRollup.team_id)
        )
    )
    found = [VolumeSlice(aware(row[0]), _id(row[1]), _id(row[2]), Volume(*row[3:])) for row in rows]
    return found + volumes_in(session, asked.seen, rest, asked.zones)


def _parted(session: Session, windows: Sequence[Window], cut: datetime | None) -> tuple[list[Window], list[Window]]:
    """What was added up, and what has to be read from the clocks: hours that go on, that changed, that are cut."""
    starts = [since for window in windows for since, _ in window.stretches]
    ends = [until for window in windows for _, until in window.stretches if until is not None]
    if not starts:
        return [], []
    first, last = hour_of(min(starts)), max(ends)
    clean = set(
        session.scalars(
            select(RollupHour.hour).where(~RollupHour.is_dirty, RollupHour.hour >= first, RollupHour.hour < last)
        )
    )
    if cut is not None:
        clean.discard(hour_of(cut))
    missing = (first + HOUR * step for step in range(-(-(last - first) // HOUR)))
    holes = joined(hour for hour in missing if hour not in clean)
    parts = [(window.number_ids, parted(window.stretches, holes)) for window in windows]  # type: ignore[arg-type]
    return (
        [Window(ids, tuple(outside)) for ids, (outside, _) in parts],
        [Window(ids, tuple(inside)) for ids, (_, inside) in parts],
    )


def _glued(runs: InstrumentedAttribute[bytes]) -> ColumnElement[Any]:
    """In the database, which does it many times faster than rows could be read. SQLite glues texts alone."""
    return func.group_concat(func.hex(runs), "")


def _glued_by_postgresql(runs: InstrumentedAttribute[bytes]) -> ColumnElement[Any]:
    return func.string_agg(runs, literal_column("''::bytea"))


def _run(glued: str | bytes) -> bytes:
    return bytes.fromhex(glued) if isinstance(glued, str) else bytes(glued)


def _columns(model: Any) -> list[Any]:
    """In the order of the model, the id left out; ids and moments as the driver gives them."""
    columns = (column for column in model.__table__.columns if column.name != "id")
    return [as_stored(column) if column.name in RAW else column for column in columns]


@cache
def _id(stored: UUID | str) -> UUID:
    return UUID(stored) if isinstance(stored, str) else stored


@cache
def _kind(stored: str) -> ClockKind:
    return ClockKind(stored)
