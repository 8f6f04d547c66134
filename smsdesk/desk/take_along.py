"""A customer asks for everything that is held about them: a manager has it written into one file, which is there for a week.

`ask` writes the wish; a worker then calls `claim`, writes the file with `describe_person.py`, says with `keep` how far it is, and ends
with `finish`. A worker that dies leaves the wish to the next one, which begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.export_store import ExportStore
from smsdesk.adapters.promises import announce, later
from smsdesk.desk.recognise import WasErased
from smsdesk.desk.record import by_program, record
from smsdesk.desk.see import NotThere, customers
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.message import Message
from smsdesk.models.person_export import ExportState, PersonExport

LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(days=7)
MOST_BEGUN = 5  # whoever takes it up so often and goes away again dies of it


@dataclass
class Work:
    """An export in somebody's hands, until `lease`."""

    export_id: UUID
    customer_id: UUID
    lease: datetime


def ask(session: Session, customer: Customer, by: Agent, now: datetime, token: str | None = None) -> PersonExport:
    """Raises WasErased. One that is being written already is that one. `token`: how a program's is told in lists."""
    if customer.erased_at is not None:
        raise WasErased
    on_its_way = PersonExport.state.in_((ExportState.WAITING, ExportState.RUNNING))
    asked = session.scalar(select(PersonExport).where(PersonExport.customer_id == customer.id, on_its_way))
    if asked is not None:
        return asked
    theirs = select(Conversation.id).where(Conversation.customer_id == customer.id)
    texts = session.scalar(select(func.count()).where(Message.conversation_id.in_(theirs))) or 0
    export = PersonExport(
        customer_id=customer.id,
        asked_by_id=by.id,
        asked_at=now,
        state=ExportState.WAITING,
        total=texts,
        done=0,
        begun=0,
    )
    session.add(export)
    session.flush()
    record(
        session,
        "customer.export_asked",
        now,
        actor_id=by.id,
        subject_id=customer.id,
        export=export.id.hex,
        **by_program(token),
    )
    later(session, "reports.drain")
    return export


def exports_of(session: Session, customer_id: UUID) -> list[PersonExport]:
    """Newest first."""
    theirs = select(PersonExport).where(PersonExport.customer_id == customer_id)
    return list(session.scalars(theirs.order_by(PersonExport.id.desc()).limit(20)))


def seen_by(by: Agent) -> Select[PersonExport]:
    """The exports of whomever this person may see."""
    return select(PersonExport).where(PersonExport.customer_id.in_(customers(by).with_only_columns(Customer.id)))


def export(session: Session, by: Agent, export_id: UUID) -> PersonExport:
    """Raises NotThere."""
    found = session.scalars(seen_by(by).where(PersonExport.id == export_id)).one_or_none()
    if found is None:
        raise NotThere
    return found


def is_there(export: PersonExport, now: datetime) -> bool:
    return export.state is ExportState.DONE and export.expires_at is not None and export.expires_at > now


def fetch(session: Session, export_id: UUID, by: Agent, now: datetime, token: str | None = None) -> PersonExport:
    """Somebody takes the file away, and that is written down. Raises NotThere where it is not there yet, or not any more."""
    found = export(session, by, export_id)
    if not is_there(found, now):
        raise NotThere
    record(
        session,
        "customer.export_fetched",
        now,
        actor_id=by.id,
        subject_id=found.customer_id,
        export=found.id.hex,
        **by_program(token),
    )
    return found


def is_due(session: Session, now: datetime) -> bool:
    """One waits to be written, or to be thrown away."""
    return bool(session.scalar(select(exists().where(or_(_waits(now), _is_over(now))))))


def claim(session: Session, now: datetime) -> Work | None:
    """The oldest that nobody works on; None where there is none."""
    export = session.scalar(
        select(PersonExport)
        .where(_waits(now))
        .order_by(PersonExport.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if export is None:
        return None
    export.begun += 1
    if export.begun > MOST_BEGUN:
        export.state, export.lease_until, export.finished_at = ExportState.FAILED, None, now
        announce(session, "privacy", export.customer_id)
        session.flush()
        return claim(session, now)
    export.state, export.lease_until, export.done = ExportState.RUNNING, now + LEASE, 0
    return Work(export.id, export.customer_id, now + LEASE)


def keep(session: Session, work: Work, done: int, now: datetime) -> bool:
    """How far it is; False where it is not ours any more: the customer was erased meanwhile, or somebody else has it."""
    mine = _update(session, work, {"done": done, "lease_until": now + LEASE})
    work.lease = now + LEASE
    announce(session, "privacy", work.customer_id)
    return mine


def finish(session: Session, work: Work, size: int, now: datetime) -> bool:
    """The file is there; False where it must go again."""
    values: dict[str, Any] = {"state": ExportState.DONE, "lease_until": None, "finished_at": now, "expires_at": now + KEPT_FOR, "size": size,
              "done": PersonExport.total}  # fmt: skip
    announce(session, "privacy", work.customer_id)
    return _update(session, work, values)


def fail(session: Session, work: Work, now: datetime) -> None:
    _update(session, work, {"state": ExportState.FAILED, "lease_until": None, "finished_at": now})
    announce(session, "privacy", work.customer_id)


def throw_away(session: Session, store: ExportStore, now: datetime) -> int:
    """Files whose week is over."""
    return _forget(session, store, _is_over(now))


def forget_person(session: Session, store: ExportStore, customer_id: UUID) -> int:
    """They were erased: what was taken along goes here too, and what is being written ends."""
    return _forget(
        session, store, and_(PersonExport.customer_id == customer_id, PersonExport.state != ExportState.GONE)
    )


def _forget(session: Session, store: ExportStore, which: ColumnElement[bool]) -> int:
    over = session.scalars(select(PersonExport).where(which).limit(100).with_for_update()).all()
    for export in over:
        store.forget(export.id)
        export.state, export.lease_until = ExportState.GONE, None
    return len(over)


def _update(session: Session, work: Work, values: dict[str, Any]) -> bool:
    mine = and_(
        PersonExport.id == work.export_id,
        PersonExport.state == ExportState.RUNNING,
        PersonExport.lease_until == work.lease,
    )
    done = session.execute(
        update(PersonExport).where(mine).values(**values), execution_options={"synchronize_session": False}
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _waits(now: datetime) -> ColumnElement[bool]:
    was_left = and_(PersonExport.state == ExportState.RUNNING, PersonExport.lease_until < now)
    return or_(PersonExport.state == ExportState.WAITING, was_left)


def _is_over(now: datetime) -> ColumnElement[bool]:
    return and_(PersonExport.state == ExportState.DONE, PersonExport.expires_at <= now)
