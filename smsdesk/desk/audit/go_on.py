"""A run is done in small pieces: one is read from a snapshot, then kept together with how far it came.

Whoever is killed loses the piece in hand; when its lease is over the next worker goes on from the last one that was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.adapters.database import Database
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.promises import announce
from smsdesk.desk.audit import read_alerts, read_clocks, read_episodes
from smsdesk.desk.audit.ask import UNFINISHED
from smsdesk.desk.audit.pieces import Part, Piece, Span
from smsdesk.models.audit import AuditFinding, AuditRun, AuditState

LEASE = timedelta(seconds=60)
MOST_TRIES = 5  # without a single piece in between: then it is given up

PARTS: Mapping[str, Part] = {
    "episodes": read_episodes.PART,
    "alerts": read_alerts.PART,
    "clocks": read_clocks.PART,
}
_FIRST = next(iter(PARTS))
_AFTER: Mapping[str, str | None] = {**dict(pairwise(PARTS)), list(PARTS)[-1]: None}


@dataclass(frozen=True)
class Turn:
    """One worker's hold on a run, until `lease_until`; `part` None: it has not been counted yet."""

    span: Span
    part: str | None
    lease_until: datetime


@dataclass(frozen=True)
class Counted:
    """How many rows the whole run has to look at."""

    total: int


def go_on(database: Database, may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Do what waits, piece by piece, until there is nothing left or `may_go_on` says no."""
    while may_go_on() and (turn := _take_up(database)) is not None:
        while turn is not None and may_go_on():
            with database.reading() as session:
                seen = look(session, turn)
            reach("audit.after_look")
            with database.transaction() as session:
                turn = keep(session, turn, seen, clock.now())
        if turn is not None:
            with database.transaction() as session:
                let_go(session, turn, clock.now())


def _take_up(database: Database) -> Turn | None:
    with database.reading() as session:  # an idle look must not keep writers waiting
        wanted = is_wanted(session, clock.now())
    if not wanted:
        return None
    with database.transaction() as session:
        return take_up(session, clock.now())


def is_wanted(session: Session, now: datetime) -> bool:
    """Whether a run waits for somebody; a look that keeps no writer waiting."""
    return bool(session.scalar(select(exists().where(_free(now)))))


def take_up(session: Session, now: datetime) -> Turn | None:
    """Hold the oldest run that nobody holds. One that nobody could bring forward is given up."""
    run = session.scalar(
        select(AuditRun)
        .where(_free(now))
        .order_by(AuditRun.asked_at, AuditRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if run is None:
        return None
    announce(session, "audit", run.id)
    if run.begun >= MOST_TRIES:
        run.state, run.lease_until, run.finished_at = AuditState.FAILED, None, now
        return None
    run.state, run.begun, run.lease_until = AuditState.RUNNING, run.begun + 1, now + LEASE
    session.flush()
    return Turn(Span(run.id, run.since, run.until, run.gone_through), run.part, now + LEASE)


def look(session: Session, turn: Turn) -> Piece | Counted:
    """Read the next piece, all of it from one snapshot: a clock and its events must be of the same moment."""
    if session.get_bind().dialect.name != "sqlite":  # there, a transaction that reads is one
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    if turn.part is None:
        return Counted(sum(part.count(session, turn.span) for part in PARTS.values()))
    return PARTS[turn.part].look(session, turn.span)


def keep(session: Session, turn: Turn, seen: Piece | Counted, now: datetime) -> Turn | None:
    """Write down what was found and how far that is; None where the run is done, or somebody else has it meanwhile."""
    part, last = _place_after(turn, seen)
    values: dict[str, Any] = {"part": part, "gone_through": last, "begun": 0, "lease_until": now + LEASE}
    if isinstance(seen, Counted):
        values["total"] = seen.total
    else:
        values["done"] = AuditRun.done + seen.looked_at
    if part is None:
        values |= {"state": AuditState.DONE, "finished_at": now, "lease_until": None, "total": AuditRun.done}
    held = AuditRun.id == turn.span.run_id, AuditRun.lease_until == turn.lease_until
    kept = session.execute(
        update(AuditRun).where(*held).values(values), execution_options={"synchronize_session": False}
    )
    if not kept.rowcount:  # type: ignore[attr-defined]
        return None
    if isinstance(seen, Piece) and seen.found:
        session.execute(insert(AuditFinding), [finding.row(turn.span.run_id) for finding in seen.found])
    announce(session, "audit", turn.span.run_id)
    if part is None:
        return None
    span = Span(turn.span.run_id, turn.span.since, turn.span.until, last)
    return Turn(span, part, now + LEASE)


def let_go(session: Session, turn: Turn, now: datetime) -> None:
    """Enough for this time: the next worker may go on at once."""
    session.execute(
        update(AuditRun)
        .where(AuditRun.id == turn.span.run_id, AuditRun.lease_until == turn.lease_until)
        .values(lease_until=now, begun=0),
        execution_options={"synchronize_session": False},
    )


def _place_after(turn: Turn, seen: Piece | Counted) -> tuple[str | None, UUID | None]:
    if isinstance(seen, Counted) or turn.part is None:
        return _FIRST, None
    return (turn.part, seen.last) if seen.last is not None else (_AFTER[turn.part], None)


def _free(now: datetime) -> ColumnElement[bool]:
    nobody = or_(AuditRun.lease_until.is_(None), AuditRun.lease_until <= now)
    return and_(AuditRun.state.in_(UNFINISHED), nobody)
