"""An alert: what a clock or a watch says to somebody, once; and each way by which it reaches them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.base import Base, Identified, one_of


class AlertKind(StrEnum):
    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"
    WATCH = "watch"


class Alert(Identified, Base):
    __tablename__ = "alert"

    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("clock.id"))  # of a clock, or of a watch
    watch_id: Mapped[UUID | None] = mapped_column(ForeignKey("watch.id"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))  # None: a watch over every team
    kind: Mapped[AlertKind] = one_of(AlertKind)
    step: Mapped[str] = mapped_column(String(24))  # see rules.terms; of a watch "fired"
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what a watch found
    due_at: Mapped[datetime]  # the moment it was for
    claimed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # the moment it reached the first channel
    # A graver one of the same clock came in the same moment, after an outage: it speaks for both
    overtaken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))

    recipients: Mapped[list[AlertRecipient]] = relationship(lazy="selectin")

    __table_args__ = (
        UniqueConstraint("clock_id", "step"),
        UniqueConstraint("watch_id", "due_at"),
        Index(
            "ix_alert_untold",
            "claimed_at",
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
        Index("ix_alert_told", "told_at", "id"),
    )


class AlertRecipient(Base):
    __tablename__ = "alert_recipient"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, index=True)
    why: Mapped[str]  # assignee, team, lead, manager, owner


class Channel(StrEnum):
    SCREEN = "screen"
    PUSH = "push"
    EMAIL = "email"
    PHONE = "phone"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the call was made and its answer never came
    QUIET = "quiet"  # off shift: nothing was sent on purpose
    DIGESTED = "digested"  # told in one message with others: see digest_id


class AlertDelivery(Identified, Base):
    """One alert on its way to one person or program by one channel, with its fate."""

    __tablename__ = "alert_delivery"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = one_of(Channel)
    target: Mapped[str]  # the id of the agent or of the outgoing webhook
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    webhook_id: Mapped[UUID | None] = mapped_column(ForeignKey("outgoing_webhook.id", ondelete="CASCADE"))
    state: Mapped[DeliveryState] = one_of(DeliveryState)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    error: Mapped[str | None]
    digest_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert_delivery.id", ondelete="SET NULL"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"))  # the text to a phone
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("alert_id", "channel", "target"),
        Index(
            "ix_alert_delivery_waiting",
            "not_before",
            postgresql_where=text("state IN ('waiting', 'sending')"),
            sqlite_where=text("state IN ('waiting', 'sending')"),
        ),
        Index(
            "ix_alert_delivery_webhook",
            "webhook_id",
            "id",
            postgresql_where=text("webhook_id IS NOT NULL"),
            sqlite_where=text("webhook_id IS NOT NULL"),
        ),
    )


class PhoneProof(Base):
    """A phone that a person says is theirs, until they bring the code that was texted to it."""

    __tablename__ = "phone_proof"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    phone: Mapped[str]
    code_hash: Mapped[str]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id"))
    sent_at: Mapped[datetime]
    codes_today: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0)


class PushSubscription(Identified, Base):
    """A browser that a person allowed to be pushed to."""

    __tablename__ = "push_subscription"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    auth: Mapped[str]
    browser: Mapped[str]
    created_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class WebhookStyle(StrEnum):
    SIGNED = "signed"
    SLACK = "slack"


class OutgoingWebhook(Identified, Base):
    """A program that hears alerts."""

    __tablename__ = "outgoing_webhook"

    label: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    style: Mapped[WebhookStyle] = one_of(WebhookStyle)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))  # None: every team's alerts
    kinds: Mapped[list[Any]] = mapped_column(JSON)  # of alerts
    is_on: Mapped[bool]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
