"""A conversation: everything between one phone of a customer and one number. It never closes for good."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Select, UniqueConstraint, and_, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.agent import Agent
from smsdesk.models.base import Base, Identified, one_of
from smsdesk.models.customer import Address, Customer
from smsdesk.models.number import Number
from smsdesk.models.team import Team

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class ConversationState(StrEnum):
    WAITING_FOR_US = "waiting_for_us"
    WAITING_FOR_THEM = "waiting_for_them"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Conversation(Identified, Base):
    __tablename__ = "conversation"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    # No index of its own: before it has counted its rows, PostgreSQL would read all of a number's for each text
    number_id: Mapped[UUID] = mapped_column(ForeignKey("number.id"))
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"))  # their phone: answers go there
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    last_helper_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    episode_id: Mapped[UUID | None]  # the open episode, or the last one
    state: Mapped[ConversationState] = one_of(ConversationState)
    queue_at: Mapped[datetime]  # where it stands in the queue: see place_in_queue
    waiting_since: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    priority: Mapped[Priority] = one_of(Priority, default=Priority.NORMAL, server_default="normal")
    tags: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    is_plain: Mapped[bool] = mapped_column(
        default=True, server_default=true()
    )  # no priority, tag or segment of its own
    farewell_seq: Mapped[int | None]  # the goodbye that it ended with: it stands in the closing lane
    farewell_at: Mapped[datetime | None]
    placement_reason: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(default=0)  # counts texts both ways; what a person has seen is a seq
    last_message_at: Mapped[datetime]
    last_inbound_seq: Mapped[int] = mapped_column(default=0)
    last_preview: Mapped[str] = mapped_column(default="")
    last_is_ours: Mapped[bool] = mapped_column(default=False)
    has_failure: Mapped[bool] = mapped_column(default=False)  # our last text did not arrive
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship(lazy="raise")
    number: Mapped[Number] = relationship(lazy="raise")
    address: Mapped[Address] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise")
    assignee: Mapped[Agent | None] = relationship(lazy="raise", foreign_keys=[assignee_id])

    __table_args__ = (
        UniqueConstraint("address_id", "number_id"),
        Index(
            "ix_conversation_team_queue",
            "team_id",
            "queue_at",
            "id",
            postgresql_where=text("state <> 'resolved'"),
            sqlite_where=text("state <> 'resolved'"),
        ),
        Index(
            "ix_conversation_assignee_queue",
            "assignee_id",
            "queue_at",
            "id",
            postgresql_where=text("state <> 'resolved'"),
            sqlite_where=text("state <> 'resolved'"),
        ),
        Index(
            "ix_conversation_waiting_room",
            "reply_due_at",
            "id",
            postgresql_where=text("assignee_id IS NULL AND state = 'waiting_for_us'"),
            sqlite_where=text("assignee_id IS NULL AND state = 'waiting_for_us'"),
        ),
        Index(
            "ix_conversation_farewell",
            "team_id",
            "queue_at",
            "id",
            postgresql_where=text("farewell_seq IS NOT NULL"),
            sqlite_where=text("farewell_seq IS NOT NULL"),
        ),
        Index(
            "ix_conversation_snoozed",
            "snoozed_until",
            postgresql_where=text("snoozed_until IS NOT NULL"),
            sqlite_where=text("snoozed_until IS NOT NULL"),
        ),
        Index("ix_conversation_queue", "queue_at", "id"),
        # Room on each page for the next version of a row: a second text of who waits then touches no index
        {"postgresql_with": {"fillfactor": 70}},
    )


def place_in_queue(reply_due_at: datetime | None, last_message_at: datetime) -> datetime:
    """One column orders the whole queue: by deadline where we owe an answer, then newest text first."""
    return reply_due_at or FAR_FUTURE - (last_message_at - LONG_AGO)


def locked(conversation_id: UUID) -> Select[Conversation]:
    """One conversation as it is now, held until the transaction ends; rows that point at it can be written meanwhile."""
    return (
        select(Conversation)
        .where(Conversation.id == conversation_id)
        # Not FOR UPDATE: an alert that is being written refers to this row, and the two would wait for each other
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


IN_WAITING_ROOM = and_(Conversation.assignee_id.is_(None), Conversation.state == ConversationState.WAITING_FOR_US)
