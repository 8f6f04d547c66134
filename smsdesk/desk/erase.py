"""A person is erased: first nothing new can come to what is theirs, then everything is emptied, a little at a time.

The first step is one transaction: the number becomes a tombstone, so that whoever texts from it again is somebody new, and what is on
its way to them is held back. From then on the texts to empty are a fixed set; a process that dies between two of them costs nothing,
for what is emptied is seen on the row. What counts stays: rows, times, clocks. See docs/decisions/0025-erased-and-still-obeyed.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.erasure_log import ErasureLog
from smsdesk.adapters.export_store import ExportStore
from smsdesk.adapters.media_store import MediaStore
from smsdesk.adapters.promises import announce, later
from smsdesk.adapters.spool import Spool
from smsdesk.desk import close_off, empty_out
from smsdesk.desk.recognise import WasErased
from smsdesk.desk.record import by_program, record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.erasure import Erasure, ErasureState

LEASE = timedelta(seconds=60)
ON_SCREENS = {"files", "texts", "words"}
A_WHILE = timedelta(seconds=15)  # until a call that is being made at this moment is over


@dataclass(frozen=True)
class Places:
    """Where a person's words are kept outside the database, and where it is kept that they went."""

    log: ErasureLog
    media: MediaStore
    spool: Spool
    exports: ExportStore


@dataclass
class Work:
    """An erasure in somebody's hands, until `lease`."""

    erasure_id: UUID
    lease: datetime


class NotMeant(ValueError):
    """The address that was named is nobody's, or somebody else's."""

    def __init__(self) -> None:
        super().__init__("This customer has no such address: nobody is erased. Look whom you mean.")


def ensure_meant(customer: Customer, address: str) -> None:
    """A program says twice whom it means: by the id, and by one of their addresses. Raises NotMeant, WasErased."""
    if customer.erased_at is not None:
        raise WasErased
    if address not in {one.value for one in customer.addresses}:
        raise NotMeant


def latest(session: Session, customer_id: UUID) -> Erasure | None:
    """None where nobody asked for one."""
    theirs = select(Erasure).where(Erasure.customer_id == customer_id)
    return session.scalar(theirs.order_by(Erasure.id.desc()).limit(1))


def ask(
    session: Session,
    customer: Customer,
    by: Agent | None,
    now: datetime,
    id: UUID | None = None,
    token: str | None = None,
) -> Erasure:
    """A manager has decided. Raises WasErased. Twice is once. `token`: how a program's is told in lists."""
    if customer.erased_at is not None:
        raise WasErased
    asked = session.scalar(
        select(Erasure).where(Erasure.customer_id == customer.id, Erasure.state != ErasureState.DONE)
    )
    if asked is not None:
        return asked
    by_id = by.id if by else None
    erasure = Erasure(
        customer_id=customer.id, asked_by_id=by_id, asked_at=now, state=ErasureState.WAITING, done=0, total=0
    )
    erasure.id = id or erasure.id
    session.add(erasure)
    session.flush()
    record(
        session,
        "customer.erasure_asked",
        now,
        actor_id=by_id,
        subject_id=customer.id,
        erasure=erasure.id.hex,
        **by_program(token),
    )
    later(session, "reports.drain")
    return erasure


def is_due(session: Session, now: datetime) -> bool:
    return bool(session.scalar(select(exists().where(_waits(now)))))


def claim(session: Session, now: datetime) -> Work | None:
    """The oldest that nobody works on; None where there is none."""
    erasure = session.scalar(
        select(Erasure).where(_waits(now)).order_by(Erasure.asked_at).limit(1).with_for_update(skip_locked=True)
    )
    if erasure is None:
        return None
    lease = now + LEASE
    erasure.state, erasure.lease_until = ErasureState.RUNNING, lease
    return Work(erasure.id, lease)


def go_on(session: Session, work: Work, places: Places, now: datetime) -> bool:
    """One small step; False where nothing is left to do now, for us."""
    erasure = session.get_one(Erasure, work.erasure_id, with_for_update=True, populate_existing=True)
    if erasure.state is not ErasureState.RUNNING or erasure.lease_until != work.lease:
        return False
    work.lease = erasure.lease_until = now + LEASE
    if erasure.closed_at is None:
        erasure.total = close_off.close_off(session, erasure, places.log, now)
        erasure.closed_at, erasure.part = now, next(iter(empty_out.PARTS))
        return True
    part = empty_out.PARTS.get(erasure.part or "")
    if part is None:
        return False
    emptied = part(session, erasure, places, now)
    if emptied is None:  # something is still on its way there: it is emptied when that is over
        erasure.lease_until = now + A_WHILE
        return False
    if emptied == 0:
        return _next_part(session, erasure, now)
    erasure.done += emptied if erasure.part == "texts" else 0
    announce(session, "privacy", erasure.customer_id)
    return True


def _next_part(session: Session, erasure: Erasure, now: datetime) -> bool:
    if erasure.part in ON_SCREENS:
        _refresh(session, erasure)
    names = list(empty_out.PARTS)
    place = names.index(erasure.part or names[0]) + 1
    if place < len(names):
        erasure.part = names[place]
        return True
    erasure.state, erasure.part, erasure.lease_until, erasure.finished_at = ErasureState.DONE, None, None, now
    record(
        session,
        "customer.erased",
        now,
        actor_id=erasure.asked_by_id,
        subject_id=erasure.customer_id,
        texts=erasure.done,
    )
    announce(session, "privacy", erasure.customer_id)
    return False


def _refresh(session: Session, erasure: Erasure) -> None:
    """Whoever has it open must not go on reading it."""
    theirs = select(Conversation.id, Conversation.team_id).where(Conversation.customer_id == erasure.customer_id)
    for conversation_id, team_id in session.execute(theirs).all():
        announce(session, "conversation", conversation_id, team_id=team_id)


def put_down(session: Session, work: Work, now: datetime) -> None:
    """Time is up: whoever comes next goes on."""
    mine = (Erasure.id == work.erasure_id, Erasure.lease_until == work.lease)
    session.execute(
        update(Erasure).where(*mine).values(lease_until=now), execution_options={"synchronize_session": False}
    )


def _waits(now: datetime) -> ColumnElement[bool]:
    was_left = and_(Erasure.state == ErasureState.RUNNING, Erasure.lease_until < now)
    return or_(Erasure.state == ErasureState.WAITING, was_left)
