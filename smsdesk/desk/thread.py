"""Who is it, and where does their text belong: address → customer → conversation → episode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Table, delete, false, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from smsdesk.adapters.ids import new_id
from smsdesk.desk import recognise, roll_up
from smsdesk.models.agent import Agent, Availability
from smsdesk.models.consent import Stop
from smsdesk.models.conversation import Conversation, ConversationState, Priority, place_in_queue
from smsdesk.models.customer import Address, Customer
from smsdesk.models.episode import Episode
from smsdesk.models.number import Number
from smsdesk.rules.phone_numbers import read_sender
from smsdesk.rules.policies import Facts

REOPENS_WITHIN = timedelta(hours=4)  # product.md, clocks, rule 2


class UnknownNumber(Exception):
    """A text came for a number that nobody set up."""


@dataclass(frozen=True)
class Place:
    """The facts that decide what an inbound text means, read in one statement with the conversation locked."""

    conversation_id: UUID
    number_id: UUID
    address_id: UUID
    team_id: UUID
    tags: frozenset[str]
    priority: str
    segment: str | None
    assignee_id: UUID | None
    assignee_is_here: bool
    state: ConversationState
    last_seq: int
    waiting_since: datetime | None
    reply_due_at: datetime | None
    episode_id: UUID | None
    resolved_at: datetime | None
    replied_before: bool
    clock_is_running: bool
    is_stopped: bool
    farewell_seq: int | None
    farewell_at: datetime | None

    @property
    def facts(self) -> Facts:
        """What policies look at."""
        return Facts(self.number_id, self.team_id, self.tags, self.priority, self.segment)


def place_of(session: Session, to: str, sender: str, now: datetime) -> Place:
    """Find where a text belongs, making room for a new customer. Raises UnknownNumber, UnreadableSender."""
    for address in (to, sender):
        read_sender(address)  # PostgreSQL refuses even to look for an address with a NUL in it
    return _find(session, to, sender) or _begin(session, to, sender, now)


def episode_for(session: Session, place: Place, needs_answer: bool, now: datetime) -> tuple[UUID | None, bool]:
    """The episode that a text belongs to, and whether somebody answered in it before.

    A text that needs no answer, such as STOP, opens and reopens none; None where there has not been any.
    """
    if not needs_answer or (place.episode_id is not None and place.resolved_at is None):
        return place.episode_id, place.replied_before
    if place.episode_id is not None and place.resolved_at is not None and now - place.resolved_at <= REOPENS_WITHIN:
        reopen(session, place.episode_id)
        return place.episode_id, place.replied_before
    return _open_episode(session, place, now), False


def reopen(session: Session, episode_id: UUID) -> None:
    """Take "resolved" back; its clocks and history go on."""
    resolved_at = session.scalar(select(Episode.resolved_at).where(Episode.id == episode_id))
    session.execute(
        update(Episode)
        .where(Episode.id == episode_id)
        .values(resolved_at=None, resolved_by_id=None, times_reopened=Episode.times_reopened + 1),
        execution_options={"synchronize_session": False},
    )
    roll_up.mark(session, [resolved_at])


def _open_episode(session: Session, place: Place, now: datetime) -> UUID:
    episode_id = new_id()
    session.connection().execute(
        insert(_table(Episode)),
        {
            "id": episode_id,
            "conversation_id": place.conversation_id,
            "number_id": place.number_id,
            "team_id": place.team_id,
            "opened_at": now,
            "times_reopened": 0,
        },
    )
    return episode_id


_FACTS = (
    select(
        Conversation.id,
        Conversation.number_id,
        Address.id.label("address_id"),
        Conversation.team_id,
        Conversation.tags,
        Conversation.priority,
        Customer.segment,
        Conversation.farewell_seq,
        Conversation.farewell_at,
        Conversation.assignee_id,
        Agent.availability,
        Agent.disabled_at,
        Conversation.state,
        Conversation.last_seq,
        Conversation.waiting_since,
        Conversation.reply_due_at,
        Episode.id.label("episode_id"),
        Episode.resolved_at,
        Episode.first_replied_at,
        Stop.since.label("stopped_since"),
    )
    .join(Number, Number.id == Conversation.number_id)
    .join(Address, Address.id == Conversation.address_id)
    .join(Customer, Customer.id == Conversation.customer_id)
    .outerjoin(Agent, Agent.id == Conversation.assignee_id)
    .outerjoin(Episode, Episode.id == Conversation.episode_id)
    .outerjoin(Stop, (Stop.address_id == Address.id) & (Stop.number_id == Number.id))
    .with_for_update(of=Conversation, key_share=True)
)
_BEFORE = aliased(Conversation, name="before")
_FACTS_OF = {
    "sqlite": _FACTS.add_columns(false().label("was_waited_for")),
    "postgresql": _FACTS.join(_BEFORE, _BEFORE.id == Conversation.id).add_columns(
        literal_column("before.xmin <> conversation.xmin").label("was_waited_for")
    ),
}


def _find(session: Session, to: str, sender: str) -> Place | None:
    connection = session.connection()
    facts = _FACTS_OF[connection.dialect.name].where(Number.address == to, Address.value == sender)
    row = connection.execute(facts).one_or_none()
    if row is not None and row.was_waited_for:
        # The locked row is as somebody else just left it, but PostgreSQL joined it with the rest as it was before
        row = connection.execute(facts).one_or_none()
    if row is None:
        return None
    return Place(
        conversation_id=row.id,
        number_id=row.number_id,
        address_id=row.address_id,
        team_id=row.team_id,
        tags=frozenset(row.tags or ()),
        priority=row.priority.value,
        segment=row.segment,
        assignee_id=row.assignee_id,
        assignee_is_here=row.availability in {Availability.AVAILABLE, Availability.BUSY} and row.disabled_at is None,
        state=row.state,
        last_seq=row.last_seq,
        waiting_since=row.waiting_since,
        reply_due_at=row.reply_due_at,
        episode_id=row.episode_id,
        resolved_at=row.resolved_at,
        replied_before=row.first_replied_at is not None,
        clock_is_running=row.waiting_since is not None,
        is_stopped=row.stopped_since is not None,
        farewell_seq=row.farewell_seq,
        farewell_at=row.farewell_at,
    )


def _begin(session: Session, to: str, sender: str, now: datetime) -> Place:
    """A first text: two at the same instant still make one customer and one conversation."""
    number = session.scalar(select(Number).where(Number.address == to))
    if number is None:
        raise UnknownNumber(to)
    customer_id, address_id = _customer(session, sender, now)
    segment = session.scalar(select(Customer.segment).where(Customer.id == customer_id))
    values = {
        "id": new_id(),
        "customer_id": customer_id,
        "number_id": number.id,
        "address_id": address_id,
        "team_id": number.team_id,
        "state": ConversationState.WAITING_FOR_THEM,
        "queue_at": place_in_queue(None, now),
        "last_message_at": now,
        "last_preview": "",
        "last_seq": 0,
        "last_inbound_seq": 0,
        "last_is_ours": False,
        "has_failure": False,
        "priority": Priority.NORMAL,
        "tags": [],
        "is_plain": segment is None,
        "created_at": now,
    }
    session.connection().execute(
        upsert(_table(Conversation)).on_conflict_do_nothing(index_elements=["address_id", "number_id"]), values
    )
    place = _find(session, to, sender)
    if place is None:
        raise LookupError("a conversation that was just made is gone")
    return place


def _customer(session: Session, sender: str, now: datetime) -> tuple[UUID, UUID]:
    connection = session.connection()
    # Held, so that a merge does not give the phone to somebody else between this look and the new conversation
    known = select(Address.customer_id, Address.id).where(Address.value == sender).with_for_update(read=True)
    if row := connection.execute(known).one_or_none():
        return row.customer_id, row.id
    kind, customer_id, address_id = read_sender(sender).kind, new_id(), new_id()
    connection.execute(insert(_table(Customer)), {"id": customer_id, "created_at": now})
    made = connection.execute(
        upsert(_table(Address)).on_conflict_do_nothing(index_elements=["value"]).returning(Address.id),
        {"id": address_id, "value": sender, "kind": kind, "customer_id": customer_id, "created_at": now},
    )
    if made.scalar_one_or_none() is None:
        # Somebody else's transaction met this customer a moment earlier
        connection.execute(delete(_table(Customer)).where(Customer.id == customer_id))
        row = connection.execute(known).one()
        return row.customer_id, row.id
    recognise.carry_over_stops(session, address_id, sender)
    return customer_id, address_id


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
