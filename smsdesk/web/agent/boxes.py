"""The boxes of the queue: which conversations, in which order, how many. One statement of plain rows each, by an index each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.see import in_their_teams
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.reading import ReadMark
from smsdesk.web.agent.words import MOST

PAGE = 25

# Written out, not bound: a planner matches a partial index only where it can read the word
OPEN = Conversation.state != literal_column("'resolved'")
WAITS = Conversation.state == literal_column("'waiting_for_us'")
SAID_GOODBYE: ColumnElement[bool] = literal_column("conversation.farewell_seq IS NOT NULL")

Condition = Callable[[Agent, datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class BoxKind:
    """One box: its tab's word, what belongs in it, and the column that orders it."""

    words: str
    holds: Condition
    place: InstrumentedAttribute[Any]


def _mine(agent: Agent, _now: datetime) -> ColumnElement[bool]:
    return and_(OPEN, Conversation.assignee_id == agent.id)


def _unassigned(agent: Agent, _now: datetime) -> ColumnElement[bool]:
    return and_(Conversation.assignee_id.is_(None), WAITS, in_their_teams(agent, Conversation.team_id))


def _team(agent: Agent, _now: datetime) -> ColumnElement[bool]:
    return and_(OPEN, in_their_teams(agent, Conversation.team_id))


def _late(agent: Agent, now: datetime) -> ColumnElement[bool]:
    # Whoever does not wait for us stands in the far future of this column
    return and_(OPEN, Conversation.queue_at < now, in_their_teams(agent, Conversation.team_id))


def _goodbyes(agent: Agent, _now: datetime) -> ColumnElement[bool]:
    return and_(SAID_GOODBYE, OPEN, Conversation.waiting_since.is_(None), in_their_teams(agent, Conversation.team_id))


def _all(agent: Agent, _now: datetime) -> ColumnElement[bool]:
    return in_their_teams(agent, Conversation.team_id)


BOXES: dict[str, BoxKind] = {
    "mine": BoxKind("Mine", _mine, Conversation.queue_at),
    "unassigned": BoxKind("Unassigned", _unassigned, Conversation.reply_due_at),
    "team": BoxKind("Team", _team, Conversation.queue_at),
    "goodbyes": BoxKind("Goodbyes", _goodbyes, Conversation.queue_at),
    "late": BoxKind("Late", _late, Conversation.queue_at),
    "all": BoxKind("All", _all, Conversation.queue_at),
}


@dataclass(frozen=True)
class Cursor:
    """The last row of the page before: its place and its id."""

    place: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.place.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}_{self.id}"


def read_cursor(text: str) -> Cursor | None:
    """None where there is none, or where somebody wrote their own: then the list begins at the top."""
    place, _, id = text.partition("_")
    try:
        return Cursor(datetime.fromisoformat(place).astimezone(UTC), UUID(id))
    except ValueError:
        return None


def page(session: Session, agent: Agent, key: str, now: datetime, after: Cursor | None) -> list[Row[Any]]:
    """Up to PAGE rows and one more, which says that there is a next page."""
    kind = BOXES[key]
    place, id = kind.place, Conversation.id
    rows = _rows(agent).where(kind.holds(agent, now)).order_by(place, id).limit(PAGE + 1)
    if after is not None:
        rows = rows.where(tuple_(place, id) > tuple_(after.place, after.id))
    return list(session.execute(rows))


def counts(session: Session, agent: Agent, now: datetime) -> dict[str, int]:
    """How many are in each box that is counted, and under `unread` how many of mine; none counts past 100."""
    asked = {key: _few(kind.holds(agent, now)) for key, kind in BOXES.items() if key != "all"}
    asked["unread"] = _few(_mine(agent, now), unread_by=agent)
    row = session.execute(select(*(count.label(key) for key, count in asked.items()))).one()
    return dict(row._mapping)


def _rows(agent: Agent) -> Select[*tuple[Any, ...]]:
    holder = Agent.__table__.alias("holder")
    return (
        select(
            Conversation.id,
            Customer.name,
            Address.value.label("address"),
            Conversation.last_preview,
            Conversation.last_is_ours,
            Conversation.has_failure,
            Conversation.priority,
            Conversation.tags,
            Conversation.farewell_seq,
            Conversation.state,
            Conversation.waiting_since,
            Conversation.reply_due_at,
            Conversation.snoozed_until,
            Conversation.queue_at,
            Conversation.last_message_at,
            holder.c.name.label("assignee"),
            (Conversation.last_inbound_seq > func.coalesce(ReadMark.seq, 0)).label("unread"),
        )
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .outerjoin(holder, holder.c.id == Conversation.assignee_id)
        .outerjoin(ReadMark, and_(ReadMark.conversation_id == Conversation.id, ReadMark.agent_id == agent.id))
    )


def _few(condition: ColumnElement[bool], unread_by: Agent | None = None) -> Any:
    found = select(Conversation.id).where(condition)
    if unread_by is not None:
        mark = and_(ReadMark.conversation_id == Conversation.id, ReadMark.agent_id == unread_by.id)
        found = found.outerjoin(ReadMark, mark).where(Conversation.last_inbound_seq > func.coalesce(ReadMark.seq, 0))
    return select(func.count()).select_from(found.limit(MOST + 1).subquery()).scalar_subquery()
