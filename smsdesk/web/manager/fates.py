"""How an alert reached people and programs, in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.models.agent import Agent
from smsdesk.models.alert import AlertDelivery, Channel, DeliveryState, OutgoingWebhook
from smsdesk.web.agent import words

CHANNELS = {
    Channel.SCREEN: "on screen",
    Channel.PUSH: "in the browser",
    Channel.EMAIL: "by e-mail",
    Channel.PHONE: "as a text",
    Channel.WEBHOOK: "(a program)",
}
STATES = {
    DeliveryState.WAITING: "on its way",
    DeliveryState.SENDING: "on its way",
    DeliveryState.SENT: "told",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNKNOWN: "may not have arrived",
    DeliveryState.QUIET: "left in peace",
    DeliveryState.DIGESTED: "told together with others",
}


@dataclass(frozen=True)
class Fate:
    """One way to one person or program, and how it went."""

    channel: str
    channel_words: str
    who: str
    state: str
    words: str
    why: str | None


def fate_words(state: DeliveryState, told_at: datetime | None, now: datetime, zone: str) -> str:
    if state is DeliveryState.DIGESTED and told_at is None:
        return "on its way, together with others"
    return STATES[state] + (f", {words.moment(told_at, now, zone)}" if told_at else "")


def fates(session: Session, alert_ids: Collection[UUID], now: datetime, zone: str) -> dict[UUID, list[Fate]]:
    """Alert → each way that it took beside the screen: first what went wrong, then by name."""
    rows = session.execute(
        select(AlertDelivery, Agent.name, OutgoingWebhook.label)
        .outerjoin(Agent, Agent.id == AlertDelivery.agent_id)
        .outerjoin(OutgoingWebhook, OutgoingWebhook.id == AlertDelivery.webhook_id)
        .where(AlertDelivery.alert_id.in_(alert_ids), AlertDelivery.channel != Channel.SCREEN)
    ).all()
    found: dict[UUID, list[Fate]] = {}
    for row in sorted(
        rows, key=lambda row: (row.AlertDelivery.state is not DeliveryState.FAILED, row.name or row.label)
    ):
        one = row.AlertDelivery
        found.setdefault(one.alert_id, []).append(
            Fate(
                channel=one.channel.value,
                channel_words=CHANNELS[one.channel],
                who=row.name or row.label,
                state=one.state.value,
                words=fate_words(one.state, one.told_at, now, zone),
                why=one.error,
            )
        )
    return found
