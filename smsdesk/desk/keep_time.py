"""A clock's row and its events, always written together, so that a replay finds exactly the row that is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, Table, insert, select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id, stand_behind
from smsdesk.adapters.promises import later
from smsdesk.desk import roll_up
from smsdesk.desk.promise_book import terms_by_id, write_terms
from smsdesk.desk.record import record
from smsdesk.models.alert import Alert, AlertKind
from smsdesk.models.clock import Clock
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.models.message import Message
from smsdesk.rules.reply_clock import (
    ClockEvent,
    ClockEventKind,
    ClockFacts,
    ClockState,
    Step,
    activated,
    after,
    fold,
    fulfilled,
    kept,
    next_step,
    step_told,
)
from smsdesk.rules.terms import ClockKind, Terms

Columns = TypeVarTuple("Columns")
ENDS_OR_RUNS_AGAIN = frozenset({ClockEventKind.FULFIL, ClockEventKind.CANCEL, ClockEventKind.REACTIVATE})


def start(
    session: Session,
    *,
    conversation_id: UUID,
    number_id: UUID,
    team_id: UUID,
    episode_id: UUID,
    terms: Terms,
    book_version: int,
    seq: int,
    started_at: datetime,
    now: datetime,
) -> datetime:
    """A clock for the inbound text `seq`, received at `started_at`; when it is due. No other reply clock may be running."""
    write_terms(session, terms, now)
    clock_id, event = new_id(), activated(now, started_at, terms)
    facts = after(None, event, lambda _: terms)
    connection = session.connection()
    connection.execute(
        insert(_table(Clock)),
        {
            "id": clock_id,
            "conversation_id": conversation_id,
            "episode_id": episode_id,
            "number_id": number_id,
            "team_id": team_id,
            "kind": terms.kind,
            "started_seq": seq,
            "book_version": book_version,
            **row_of(facts),
        },
    )
    connection.execute(
        insert(_table(StoredEvent)),
        {"id": new_id(), "clock_id": clock_id, "kind": event.kind, "at": now, "detail": event.detail},
    )
    roll_up.mark(session, [started_at] if started_at < now else [])
    return facts.due_at


def happened(session: Session, clock: Clock, *events: ClockEvent) -> None:
    """Add events; the row becomes what all of them add up to. The clock must be locked, new terms written.

    Several at once count as one step: a clock that runs again only in order to be fulfilled never runs beside another.
    """
    facts, terms_of = facts_of(session, clock), terms_by_id(session)
    for event in events:
        facts = after(facts, event, terms_of)
        session.add(StoredEvent(clock_id=clock.id, kind=event.kind, at=event.at, detail=dict(event.detail)))
    for name, value in row_of(facts).items():
        setattr(clock, name, value)
    session.flush()
    if not ENDS_OR_RUNS_AGAIN.isdisjoint(event.kind for event in events):
        roll_up.mark_clock(session, clock)


def fulfil(session: Session, clock: Clock, message: Message, at: datetime, now: datetime) -> None:
    """`message`, accepted by the carrier at `at`, keeps the promise or comes late; a clock that had ended runs on until then."""
    events = [] if clock.state is ClockState.RUNNING else [ClockEvent(ClockEventKind.REACTIVATE, now)]
    happened(session, clock, *events, *_broken(session, clock, at, now), fulfilled(at, message.id))
    clock.fulfilled_by_id = message.id
    record(session, "clock.fulfilled", now, conversation_id=clock.conversation_id, team_id=clock.team_id, actor_id=message.author_id,
           subject_id=clock.id, kept=kept(clock.due_at, at))  # fmt: skip


def _broken(session: Session, clock: Clock, ended_at: datetime, now: datetime) -> list[ClockEvent]:
    """Late is late even if nobody looked in between."""
    if kept(clock.due_at, ended_at) or clock.breached_at is not None:
        return []
    raise_breach(session, clock, now)
    return [step_told(Step.BREACH, now)]


def cancel_running(session: Session, conversation_id: UUID, why: str, now: datetime) -> Clock | None:
    """Stop the reply clock that runs, if one does; that clock."""
    clock = running(session, conversation_id)
    if clock is not None:
        happened(
            session, clock, *_broken(session, clock, now, now), ClockEvent(ClockEventKind.CANCEL, now, {"why": why})
        )
        record(session, "clock.cancelled", now, conversation_id=conversation_id, team_id=clock.team_id, subject_id=clock.id,
               why=why)  # fmt: skip
    return clock


def running(session: Session, conversation_id: UUID) -> Clock | None:
    """The one reply clock that runs in a conversation, locked, or None where nobody waits."""
    return session.scalar(
        locked(
            select(Clock).where(
                Clock.conversation_id == conversation_id,
                Clock.state == ClockState.RUNNING,
                Clock.kind != ClockKind.RESOLUTION,
            )
        )
    )


def locked(clocks: Select[*Columns]) -> Select[*Columns]:
    """The same clocks as they are now, held: a reminder that is being claimed is waited for, so that events stay in order."""
    return clocks.with_for_update(of=Clock, key_share=True).execution_options(populate_existing=True)


def facts_of(session: Session, clock: Clock) -> ClockFacts:
    """What the clock's events add up to."""
    events = (ClockEvent(event.kind, event.at, event.detail) for event in events_of(session, clock))
    return fold(events, terms_by_id(session))


def events_of(session: Session, clock: Clock) -> list[StoredEvent]:
    """Everything that happened to a clock, in order; what is written next stands behind it, whatever the machines' clocks say."""
    events = list(session.scalars(select(StoredEvent).where(StoredEvent.clock_id == clock.id).order_by(StoredEvent.id)))
    if events:
        stand_behind(events[-1].id)
    return events


def row_of(facts: ClockFacts) -> dict[str, Any]:
    """The columns of a clock that follow from its events."""
    step, moment = next_step(facts) or (None, None)
    return {
        "state": facts.state,
        "started_at": facts.started_at,
        "target": facts.terms.target,
        "terms_id": facts.terms_id,
        "since": None if facts.since == facts.started_at else facts.since,
        "spent": facts.spent,
        "due_at": facts.due_at,
        "paused_at": facts.paused_at,
        "fulfilled_at": facts.fulfilled_at,
        "open_wait": _open_wait(facts),
        "breached_at": facts.breached_at,
        "acknowledged_at": facts.acknowledged_at,
        "next_step": str(step) if step else None,
        "next_alert_at": moment,
    }


def raise_breach(session: Session, clock: Clock, now: datetime) -> None:
    """The alert of a promise that was broken before anybody looked."""
    session.add(
        Alert(
            clock_id=clock.id,
            conversation_id=clock.conversation_id,
            team_id=clock.team_id,
            kind=AlertKind.BREACH,
            step=Step.BREACH,
            due_at=clock.due_at,
            claimed_at=now,
        )
    )
    record(session, breach_event(clock.kind), now, conversation_id=clock.conversation_id, team_id=clock.team_id, subject_id=clock.id,
           step=str(Step.BREACH))  # fmt: skip
    later(session, "reminders.drain")


def breach_event(kind: ClockKind) -> str:
    """How the log calls a broken promise."""
    return "resolution.breach" if kind is ClockKind.RESOLUTION else "clock.breach"


def _open_wait(facts: ClockFacts) -> timedelta | None:
    if facts.fulfilled_at is None:
        return None
    return timedelta(seconds=int(facts.terms.waited(facts.started_at, facts.fulfilled_at).total_seconds()))


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
