"""Reminders: what a clock has to say is claimed when its moment comes, and becomes an alert once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id, stand_behind
from smsdesk.adapters.promises import later
from smsdesk.desk.keep_time import breach_event
from smsdesk.desk.promise_book import terms_by_id
from smsdesk.models.alert import Alert, AlertKind
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.event import Event
from smsdesk.rules.reply_clock import ClockState, step_told
from smsdesk.rules.terms import ClockKind, Step, is_warning, plain, steps, weight

BATCH = 500


def claim_due(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Turn clocks whose moment has come into alerts; returns how many clocks were looked at.

    Any number of clock processes may do this at once: a clock is locked (on SQLite, the whole database is) and moved to its
    next step in the transaction that writes its alert, and a step of a clock can have one alert only.
    """
    due = session.execute(
        select(
            Clock.id,
            Clock.kind,
            Clock.conversation_id,
            Clock.team_id,
            Clock.started_at,
            Clock.since,
            Clock.spent,
            Clock.target,
            Clock.terms_id,
            Clock.acknowledged_at,
            Clock.breached_at,
            Clock.next_step,
            Clock.next_alert_at,
        )
        .where(Clock.next_alert_at.is_not(None), Clock.next_alert_at <= now, Clock.state == ClockState.RUNNING)
        .order_by(Clock.next_alert_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    if due:
        _raise(session, [_spoken(session, row, now) for row in due], now)
        later(session, "reminders.drain")
    return len(due)


def next_due_at(session: Session) -> datetime | None:
    """When the next clock speaks up, or None where none runs."""
    return session.scalar(
        select(Clock.next_alert_at).where(Clock.next_alert_at.is_not(None)).order_by(Clock.next_alert_at).limit(1)
    )


def kind_of(step: str) -> AlertKind:
    """A warning, the breach, or a rung of the ladder above it."""
    if is_warning(step):
        return AlertKind.WARNING
    return AlertKind.BREACH if step == Step.BREACH else AlertKind.ESCALATION


@dataclass(frozen=True)
class _Spoken:
    """What one clock says now, in order, and what it will say next. Of several the last speaks for all."""

    row: Any
    said: Sequence[tuple[UUID, Step, datetime]]
    then: tuple[str, datetime] | None


def _spoken(session: Session, row: Any, now: datetime) -> _Spoken:
    terms = terms_by_id(session)(row.terms_id) if row.terms_id else plain(row.kind, row.target)
    lightest = weight(row.next_step, terms.target)  # what is lighter was said, or can never come any more
    most = 1.0 if row.acknowledged_at else float("inf")
    left = [
        (step, at)
        for step, at in steps(terms, row.since or row.started_at, row.spent)
        if lightest <= weight(step, terms.target) <= most
    ]
    said = [(new_id(), step, at) for step, at in left if at <= now]
    then = left[len(said)] if len(said) < len(left) else None
    return _Spoken(row, said, (str(then[0]), then[1]) if then else None)


def _raise(session: Session, spoken: Sequence[_Spoken], now: datetime) -> None:
    connection = session.connection()
    connection.execute(_MOVE, [_move(one, now) for one in spoken])
    rows = [row for one in spoken for row in _alerts(one, now)]
    if not rows:
        return
    connection.execute(insert(_table(Alert)), rows)
    _stand_behind(session, [one.row.id for one in spoken])
    connection.execute(insert(_table(StoredEvent)), [_clock_event(step, one, now) for one, step in _each(spoken)])
    connection.execute(insert(_table(Event)), [_history(step, one, now) for one, step in _each(spoken)])


def _stand_behind(session: Session, clock_ids: Sequence[UUID]) -> None:
    """A clock's events are read in the order of their ids, and its last one may come from a machine whose clock is ahead."""
    theirs = select(StoredEvent.id).where(StoredEvent.clock_id.in_(clock_ids))
    if last := session.scalar(theirs.order_by(StoredEvent.id.desc()).limit(1)):
        stand_behind(last)


def _each(spoken: Sequence[_Spoken]) -> list[tuple[_Spoken, Step]]:
    return [(one, step) for one in spoken for _, step, _ in one.said]


def _move(one: _Spoken, now: datetime) -> dict[str, Any]:
    step, moment = one.then or (None, None)
    broken = any(step == Step.BREACH for _, step, _ in one.said)
    return {"clock": one.row.id, "step": step, "moment": moment, "breached": now if broken else one.row.breached_at}


def _alerts(one: _Spoken, now: datetime) -> list[dict[str, Any]]:
    """The gravest first: those that it overtook refer to it."""
    gravest = one.said[-1][0] if one.said else None
    return [
        {
            "id": id,
            "clock_id": one.row.id,
            "conversation_id": one.row.conversation_id,
            "team_id": one.row.team_id,
            "kind": kind_of(step),
            "step": str(step),
            "due_at": at,
            "claimed_at": now,
            "overtaken_by_id": None if id == gravest else gravest,
            "words": {"speaks_for": [str(other) for _, other, _ in one.said]}
            if id == gravest and len(one.said) > 1
            else None,
        }
        for id, step, at in reversed(one.said)
    ]


def _clock_event(step: Step, one: _Spoken, now: datetime) -> dict[str, Any]:
    event = step_told(step, now)
    return {"id": new_id(), "clock_id": one.row.id, "kind": event.kind, "at": now, "detail": dict(event.detail)}


def _history(step: Step, one: _Spoken, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": now,
        "kind": _called(step, one.row.kind),
        "conversation_id": one.row.conversation_id,
        "team_id": one.row.team_id,
        "subject_id": one.row.id,
        "detail": {"step": str(step)},
    }


def _called(step: Step, kind: ClockKind) -> str:
    if step == Step.BREACH:
        return breach_event(kind)
    about = "resolution" if kind is ClockKind.RESOLUTION else "clock"
    return f"{about}.warn" if is_warning(step) else f"{about}.escalate"


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


_MOVE = (
    update(_table(Clock))
    .where(_table(Clock).c.id == bindparam("clock"))
    .values(next_step=bindparam("step"), next_alert_at=bindparam("moment"), breached_at=bindparam("breached"))
)
