"""Alerts by the dozen, for the tests of how they leave."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk.fan_out import PlannedAlert, plan
from smsdesk.models import Agent, Alert, AlertKind, AlertRecipient, OutgoingWebhook, WebhookStyle


class Opened(Protocol):
    def transaction(self) -> AbstractContextManager[Session]: ...


def raised(
    shop: Opened, people: Sequence[UUID], now: datetime, count: int = 1, kind: AlertKind = AlertKind.WATCH
) -> list[UUID]:
    """So many alerts that are told now to these people, each due a second after the one before."""
    ids = [new_id() for _ in range(count)]
    with shop.transaction() as session:
        for place, id in enumerate(ids):
            due_at = now - timedelta(hours=1) + timedelta(seconds=place)
            words = {"name": f"Figure {place}", "text": f"Figure {place} is over its limit."}
            session.add(Alert(id=id, kind=kind, step="fired", due_at=due_at, claimed_at=now, told_at=now, words=words))
        session.flush()
        session.add_all(AlertRecipient(alert_id=id, agent_id=who, why="owner") for id in ids for who in people)
        plan(session, [PlannedAlert(id, kind, "fired", None, dict.fromkeys(people, "owner")) for id in ids], now)
    return ids


def reached_by(shop: Opened, who: UUID, *channels: str, phone: str | None = None) -> None:
    with shop.transaction() as session:
        agent = session.get_one(Agent, who)
        agent.alert_channels, agent.phone = list(channels), phone


def program(shop: Opened, url: str, now: datetime, style: WebhookStyle = WebhookStyle.SIGNED) -> UUID:
    with shop.transaction() as session:
        webhook = OutgoingWebhook(label="Wallboard", url=url, secret="salt", style=style, kinds=[kind.value for kind in AlertKind],
                                  is_on=True, created_at=now)  # fmt: skip
        session.add(webhook)
        session.flush()
        return webhook.id
