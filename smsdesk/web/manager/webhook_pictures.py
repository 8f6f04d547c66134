"""What the pages about programs show, and what was typed into their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from werkzeug.datastructures import MultiDict

from smsdesk.desk.tend_webhooks import ENDED, BadWebhook, Wanted
from smsdesk.models.alert import AlertKind, OutgoingWebhook, WebhookStyle
from smsdesk.web.agent import words
from smsdesk.web.manager.fates import fate_words

KINDS = {
    "warning": "Due soon",
    "breach": "Late: a promise is broken",
    "escalation": "Still late: the ladder goes on",
    "watch": "A watch fires",
}
STYLES = {"signed": "signed JSON", "slack": "Slack and its like"}
SAID = {
    "changed": "Changed. It hears this from the next alert on.",
    "tested": "The test arrived.",
    "again": "It goes again now, under the same id.",
}


@dataclass(frozen=True)
class Typed:
    """As it stands in the form, right or wrong."""

    label: str = ""
    url: str = ""
    style: str = "signed"
    team: str = ""
    kinds: tuple[str, ...] = ("breach", "escalation", "watch")
    is_on: bool = True

    def wanted(self) -> Wanted:
        """Raises BadWebhook where it came from no form of ours."""
        try:
            kinds = tuple(AlertKind(kind) for kind in self.kinds)
            team = UUID(self.team) if self.team else None
            return Wanted(self.label, self.url, WebhookStyle(self.style), team, kinds, self.is_on)
        except ValueError as error:
            raise BadWebhook({"label": "Choose from what the form offers."}) from error


EMPTY = Typed()


@dataclass(frozen=True)
class Card:
    """One program in words. `address`: without what may be a secret in it."""

    id: UUID
    label: str
    address: str
    style: str
    hears: str
    state: str
    state_words: str
    error: str | None


@dataclass(frozen=True)
class Post:
    id: UUID
    what: str
    moment: str
    state: str
    state_words: str
    error: str | None
    conversation_id: UUID | None
    may_go_again: bool


def typed(form: MultiDict[str, str]) -> Typed:
    return Typed(
        label=form.get("label", "")[:200],
        url=form.get("url", "")[:4000],
        style=form.get("style", ""),
        team=form.get("team", ""),
        kinds=tuple(form.getlist("kinds")),
        is_on=form.get("is_on", "yes") == "yes",
    )


def typed_of(program: OutgoingWebhook) -> Typed:
    team = str(program.team_id) if program.team_id else ""
    return Typed(program.label, program.url, program.style.value, team, tuple(program.kinds), program.is_on)


def card(program: OutgoingWebhook, teams: Mapping[UUID, str], now: datetime, zone: str) -> Card:
    kinds = ", ".join(KINDS[kind].partition(":")[0].lower() for kind in KINDS if kind in program.kinds)
    of = teams.get(program.team_id, "a team") if program.team_id else "every team"
    state, said = _state(program, now, zone)
    return Card(
        id=program.id,
        label=program.label,
        address=urlsplit(program.url).netloc,
        style=STYLES[program.style.value],
        hears=f"{kinds} · {of}",
        state=state,
        state_words=said,
        error=program.last_error,
    )


def post(row: Any, now: datetime, zone: str) -> Post:
    delivery = row.AlertDelivery
    return Post(
        id=delivery.id,
        what=KINDS[row.kind.value].partition(":")[0],
        moment=words.moment(row.due_at, now, zone),
        state=delivery.state.value,
        state_words=fate_words(delivery.state, delivery.told_at, now, zone),
        error=delivery.error,
        conversation_id=row.conversation_id,
        may_go_again=delivery.state in ENDED,
    )


def _state(program: OutgoingWebhook, now: datetime, zone: str) -> tuple[str, str]:
    if not program.is_on:
        return "off", "off"
    if program.failing_since:
        return "failing", f"does not hear us since {words.moment(program.failing_since, now, zone)}"
    return "on", "on"
