"""What is going on this moment: who waits and how long, what is late, who is here with what load. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select, true
from sqlalchemy.orm import Session

from smsdesk.desk.see import in_their_teams
from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.number import Number
from smsdesk.rules.phone_numbers import shown

SOON = timedelta(minutes=5)
MOST_SHOWN = 12
WAITING_ENDS = datetime.fromisoformat("9000-01-01T00:00:00+00:00")  # beyond, nobody waits for us: see place_in_queue
_DEADLINE_SECOND = timedelta(seconds=1)

# Written out, not bound: a planner matches a partial index only where it can read the word. And nothing else may be said of the
# state beside it: SQLite would put `= 'waiting_for_us'` into this term and no longer know it for the index's own.
_OPEN = Conversation.state != literal_column("'resolved'")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One customer who waits for us."""

    conversation_id: UUID
    customer: str
    number_label: str
    assignee: str | None
    waiting_since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """One who answers: their state since when, and how many wait for them out of how many they can take."""

    id: UUID
    name: str
    availability: Availability
    since: datetime
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class RightNow:
    """`soon` counts those due within SOON, without the late ones; `first` are the ones with the least time left."""

    waiting: int
    late: int
    soon: int
    oldest_since: datetime | None
    first: tuple[Waiting, ...]
    people: tuple[Person, ...]

    @property
    def available(self) -> int:
        return sum(person.availability is Availability.AVAILABLE for person in self.people)

    @property
    def room(self) -> int:
        """How many more conversations routing could place this moment."""
        free = (person for person in self.people if person.availability is Availability.AVAILABLE)
        return sum(max(0, person.capacity - person.load) for person in free)


def right_now(session: Session, agent: Agent, now: datetime, number: Number | None = None) -> RightNow:
    """This moment in the teams that this person may see, or on one number of theirs."""
    here = waiting_for_us(agent, number)
    counted = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((is_late(now), 1), else_=0)), 0),
            func.coalesce(func.sum(case((Conversation.reply_due_at <= now + SOON, 1), else_=0)), 0),
            func.min(Conversation.waiting_since),
        ).where(here)
    ).one()
    waiting, late, due, oldest = counted
    return RightNow(waiting, late, due - late, oldest, _first(session, here), _people(session, agent, number))


def waiting_for_us(agent: Agent, number: Number | None) -> ColumnElement[bool]:
    """A condition on conversations: somebody waits there for an answer. Reads the index of the queue from its head."""
    here = true() if number is None else Conversation.number_id == number.id
    return and_(waits(), in_their_teams(agent, Conversation.team_id), here)


def is_late(now: datetime) -> ColumnElement[bool]:
    """A condition on waiting conversations: an answer now would not keep the promise."""
    return Conversation.reply_due_at <= now - _DEADLINE_SECOND


def waits() -> ColumnElement[bool]:
    """A condition on conversations: somebody waits for us."""
    return and_(_OPEN, Conversation.queue_at < WAITING_ENDS)


def _first(session: Session, here: ColumnElement[bool]) -> tuple[Waiting, ...]:
    holder = Agent.__table__.alias("holder")
    rows = session.execute(
        select(
            Conversation.id,
            Customer.name,
            Address.value,
            Number.label,
            holder.c.name,
            Conversation.waiting_since,
            Conversation.reply_due_at,
        )
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .join(Number, Number.id == Conversation.number_id)
        .outerjoin(holder, holder.c.id == Conversation.assignee_id)
        .where(here)
        .order_by(Conversation.queue_at, Conversation.id)
        .limit(MOST_SHOWN)
    )
    return tuple(Waiting(id, name or shown(address), *rest) for id, name, address, *rest in rows)


def _people(session: Session, agent: Agent, number: Number | None) -> tuple[Person, ...]:
    rows = session.execute(
        select(Agent.id, Agent.name, Agent.availability, Agent.availability_since, _load(), Agent.capacity)
        .where(Agent.disabled_at.is_(None), Agent.id.in_(_members(agent, number)))
        .order_by(Agent.name, Agent.id)
    )
    return tuple(Person(*row) for row in rows)


def _members(agent: Agent, number: Number | None) -> Any:
    members = select(Membership.agent_id).where(in_their_teams(agent, Membership.team_id))
    return members if number is None else members.where(Membership.team_id == number.team_id)


def _load() -> Any:
    """Counted over all teams, as routing does: whoever is full elsewhere is full here."""
    held = select(func.count()).where(waits(), Conversation.assignee_id == Agent.id)
    return held.correlate(Agent).scalar_subquery()
