"""Conversations: everything between one customer and one number, with who has it and how long it waits."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, literal_column
from sqlalchemy.orm import joinedload

from smsdesk.desk import see
from smsdesk.models.conversation import Conversation as StoredConversation
from smsdesk.models.conversation import ConversationState, Priority
from smsdesk.models.number import Number
from smsdesk.web.access import me
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import AskedMoment, Moment, Told
from smsdesk.web.transaction import session

SORTS = {
    "reply_due_at": Order("conversations", (StoredConversation.queue_at, StoredConversation.id)),
    "-created_at": Order("-conversations", (StoredConversation.id,), newest_first=True),
}
_PARTS = (
    joinedload(StoredConversation.customer, innerjoin=True).lazyload("*"),
    joinedload(StoredConversation.number, innerjoin=True),
    joinedload(StoredConversation.address, innerjoin=True),
    joinedload(StoredConversation.team, innerjoin=True),
    joinedload(StoredConversation.assignee).lazyload("*"),
)
# In the very words of the partial indexes, or SQLite does not use them
_OPEN: Any = literal_column("conversation.state <> 'resolved'")
_E164 = r"^\+[1-9][0-9]{6,14}$"


class Correspondent(Told):
    """Who texts in a conversation."""

    id: UUID
    name: str | None
    address: str = Field(examples=["+14155550199"])
    """Where their last text came from; answers go there."""


class Conversation(Told):
    """A conversation. It never closes for good."""

    id: UUID
    customer: Correspondent
    number: str = Field(examples=["+14155550100"])
    number_id: UUID
    number_label: str
    team: UUID
    team_name: str
    assignee: UUID | None
    assignee_name: str | None
    state: ConversationState
    reply_due_at: Moment | None
    """Until when the oldest unanswered text is promised an answer; null where none waits."""
    waiting_since: Moment | None
    """When the oldest unanswered text arrived."""
    snoozed_until: Moment | None
    """Until when it was put aside; null where it was not."""
    priority: Priority
    tags: list[str]
    last_message_at: Moment
    last_seq: int
    """The newest text; send it back as `seen` when you reply."""
    placement_reason: str | None
    """Why the assignee has it, in words."""
    episode_id: UUID | None
    """The stretch that is open, or was last."""
    created_at: Moment


class Conversations(Page):
    items: list[Conversation]


class ConversationsAsked(Paging):
    state: ConversationState | None = None
    assignee: UUID | Literal["none", "me"] | None = None
    """An agent's id, `me`, or `none`."""
    team: UUID | None = None
    number: UUID | Annotated[str, Field(pattern=_E164)] | None = None
    """A number's id, or the number itself with its plus written as %2B."""
    due_before: AskedMoment | None = None
    """Only those that wait for us and are due before this moment."""
    sort: Literal["reply_due_at", "-created_at"] = "reply_due_at"
    """The queue's order: by deadline, then those where nobody waits, newest first; or newest first throughout."""


@operation("GET", "/conversations", Conversations, asks=ConversationsAsked)
def list_conversations(asked: ConversationsAsked) -> Conversations:
    """The conversations of your teams."""
    rows = _filtered(see.conversations(me()), asked).options(*_PARTS)
    found, following = part(session(), rows, SORTS[asked.sort], asked)
    return Conversations(items=[conversation_of(one) for one in found], next_cursor=following)


@operation("GET", "/conversations/<uuid:conversation_id>", Conversation)
def get_conversation(conversation_id: UUID) -> Conversation:
    """One conversation."""
    return conversation_of(see.conversation(session(), me(), conversation_id))


def conversation_of(row: StoredConversation) -> Conversation:
    """As it is told; its customer, number, address, team and assignee are loaded."""
    return Conversation(
        id=row.id,
        customer=Correspondent(id=row.customer_id, name=row.customer.name, address=row.address.value),
        number=row.number.address,
        number_id=row.number_id,
        number_label=row.number.label,
        team=row.team_id,
        team_name=row.team.name,
        assignee=row.assignee_id,
        assignee_name=row.assignee.name if row.assignee else None,
        state=row.state,
        reply_due_at=row.reply_due_at,
        waiting_since=row.waiting_since,
        snoozed_until=row.snoozed_until,
        priority=row.priority,
        tags=list(row.tags),
        last_message_at=row.last_message_at,
        last_seq=row.last_seq,
        placement_reason=row.placement_reason,
        episode_id=row.episode_id,
        created_at=row.created_at,
    )


def told_again(conversation: StoredConversation) -> Conversation:
    """As it is after a change in this transaction."""
    session().flush()
    session().expire(conversation)
    return conversation_of(see.conversation(session(), me(), conversation.id))


def _filtered(rows: Select[Any], asked: ConversationsAsked) -> Select[Any]:
    if asked.state is not None:
        rows = rows.where(StoredConversation.state == asked.state)
        rows = rows if asked.state is ConversationState.RESOLVED else rows.where(_OPEN)
    if asked.assignee is not None:
        whose = {"me": me().id, "none": None}.get(str(asked.assignee), asked.assignee)
        rows = rows.where(StoredConversation.assignee_id == whose)
    if asked.team is not None:
        rows = rows.where(StoredConversation.team_id == asked.team)
    if isinstance(asked.number, UUID):
        rows = rows.where(StoredConversation.number_id == asked.number)
    elif asked.number is not None:
        rows = rows.where(StoredConversation.number.has(Number.address == asked.number))
    if asked.due_before is not None:
        rows = rows.where(StoredConversation.reply_due_at < asked.due_before, _OPEN)
    return rows
