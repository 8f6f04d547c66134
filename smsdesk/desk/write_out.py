"""What an errand carries: the letter, the push or the post, written from the rows as they are when it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.settings import Settings
from smsdesk.adapters.mail import Letter
from smsdesk.adapters.push import MOST_BYTES, Browser
from smsdesk.desk import describe_alerts
from smsdesk.desk.dispatch import Errand
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, OutgoingWebhook, PushSubscription, WebhookStyle
from smsdesk.rules.alert_letters import Note, Said, say, slack
from smsdesk.rules.roles import Action, may
from smsdesk.rules.texts import preview
from smsdesk.rules.webhook_signatures import HEADER, secret_of, signature


class NotToBeSent(Exception):
    """Nobody is there any more who could be told this way; one sentence says why."""


@dataclass(frozen=True)
class Parcel:
    """Ready to go to some browsers: the same content, named by the same id for each of them."""

    browsers: Mapping[UUID, Browser]
    content: Mapping[str, str]
    is_urgent: bool


@dataclass(frozen=True)
class Posting:
    """Ready to go to a program."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def letter(session: Session, errand: Errand, settings: Settings, now: datetime) -> Letter:
    """Raises NotToBeSent."""
    agent = _agent(session, errand)
    if settings.mail is None:
        raise NotToBeSent("E-mail is not set up here: SMTP_URL is missing.")
    said = _said(agent, _notes(session, errand, settings, now), settings)
    host = urlsplit(settings.public_url).hostname
    return Letter(f"{errand.id}@{host}", agent.email, said.subject, said.text, said.html, now)


def parcel(session: Session, errand: Errand, settings: Settings, now: datetime) -> Parcel:
    """Raises NotToBeSent."""
    agent = _agent(session, errand)
    rows = session.scalars(
        select(PushSubscription).where(PushSubscription.agent_id == agent.id, PushSubscription.gone_at.is_(None))
    )
    browsers = {row.id: Browser(row.endpoint, row.public_key, row.auth) for row in rows}
    if not browsers:
        raise NotToBeSent("None of their browsers takes alerts any more.")
    notes = _notes(session, errand, settings, now)
    return Parcel(
        browsers, pushed(_said(agent, notes, settings), errand.id), any(note.kind != "warning" for note in notes)
    )


def pushed(said: Said, id: UUID) -> dict[str, str]:
    """What the service worker shows."""
    return {"title": said.subject, "body": preview(said.short, 0, MOST_BYTES // 6) if len(said.short) > MOST_BYTES // 6
            else said.short, "url": said.url, "tag": str(id)}  # fmt: skip


def posting(session: Session, errand: Errand, settings: Settings, now: datetime) -> Posting:
    """Raises NotToBeSent."""
    program = session.get(OutgoingWebhook, errand.webhook_id)
    if program is None or not program.is_on:
        raise NotToBeSent("It was switched off meanwhile.")
    (note,) = _notes(session, errand, settings, now)
    alert = session.get_one(Alert, note.alert_id)
    content = slack(note) if program.style is WebhookStyle.SLACK else _signed_content(alert, note, errand.id, now)
    return post_to(program, content, errand.id, settings, now)


def post_to(
    program: OutgoingWebhook, content: Mapping[str, Any], id: UUID, settings: Settings, now: datetime
) -> Posting:
    """A post as this program takes it; one for Slack and its like is not signed, for its address is the secret."""
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "SMSDesk", "Idempotency-Key": str(id)}
    if program.style is WebhookStyle.SIGNED:
        headers[HEADER] = signature(secret_of(settings.secret_key, program.secret), body, now)
    return Posting(program.url, headers, body)


def note_gone(session: Session, subscription_id: UUID, now: datetime) -> None:
    """Its push service says that this browser is no more."""
    session.execute(
        update(PushSubscription).where(PushSubscription.id == subscription_id).values(gone_at=now),
        execution_options={"synchronize_session": False},
    )


def _agent(session: Session, errand: Errand) -> Agent:
    agent = session.get(Agent, errand.agent_id)
    if agent is None or agent.disabled_at is not None:
        raise NotToBeSent("They no longer work here.")
    return agent


def _notes(session: Session, errand: Errand, settings: Settings, now: datetime) -> list[Note]:
    found = describe_alerts.notes(session, errand.alert_ids, settings.public_url, now)
    if not found:
        raise NotToBeSent("The alert is gone.")
    return list(found.values())


def _said(agent: Agent, notes: list[Note], settings: Settings) -> Said:
    return say(notes, where_all_are(agent, settings.public_url), f"{settings.public_url}/settings/alerts")


def where_all_are(agent: Agent, public_url: str) -> str:
    """The page on which this person finds what they were told of."""
    return f"{public_url}/manager/alerts" if may(agent.role, Action.SEE_MANAGER_PAGE) else f"{public_url}/queue"


def _signed_content(alert: Alert, note: Note, id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": str(id),
        "type": "alert",
        "sent_at": _moment(now),
        "alert": {
            "id": str(alert.id),
            "kind": note.kind,
            "step": str(alert.step),
            "title": note.title,
            "sentence": note.sentence,
            "due_at": _moment(alert.due_at),
            "late_seconds": max(0, round(note.late.total_seconds())),
            "team": str(alert.team_id) if alert.team_id else None,
            "conversation": str(alert.conversation_id) if alert.conversation_id else None,
            "url": note.url,
        },
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
