"""Outgoing webhooks: programs that hear alerts. For those who manage promises."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.adapters.strangers import LONGEST_URL, strangers
from smsdesk.desk import tend_webhooks
from smsdesk.desk.tend_webhooks import BadWebhook, Wanted
from smsdesk.models.alert import AlertKind, OutgoingWebhook, WebhookStyle
from smsdesk.rules.alert_tries import Ended
from smsdesk.rules.roles import Action
from smsdesk.rules.webhook_signatures import secret_of
from smsdesk.web import webhook_tests
from smsdesk.web.access import me, need
from smsdesk.web.api.asking import NotUnderstood
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

ORDER = Order("webhooks", (OutgoingWebhook.id,))
Address = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, examples=["https://wallboard.example/alerts"])]
Label = Annotated[OneLine, Field(max_length=tend_webhooks.LONGEST_LABEL, examples=["Wallboard"])]
Kinds = Annotated[list[AlertKind], Field(min_length=1, max_length=len(AlertKind))]


class Webhook(Told):
    """A program that hears alerts. What is posted to it is described in the guide."""

    id: UUID
    label: str
    url: str
    style: WebhookStyle
    """`signed`: JSON with a signature; `slack`: as Slack takes it."""
    team: UUID | None
    """null: of every team."""
    kinds: list[AlertKind]
    is_on: bool
    failing_since: Moment | None
    """null while it hears."""
    error: str | None
    """Why the last post did not arrive."""
    created_at: Moment


class WebhookWithSecret(Webhook):
    """A program and its secret, which is told this once."""

    secret: str | None
    """null for `slack`, which signs nothing."""


class Webhooks(Page):
    items: list[Webhook]


class NewWebhook(Asked):
    label: Label
    url: Address
    style: WebhookStyle = WebhookStyle.SIGNED
    team_id: UUID | None = None
    kinds: Kinds = list(AlertKind)


class WebhookChange(Asked):
    """Whatever is left out stays as it is."""

    label: Label | None = None
    url: Address | None = None
    style: WebhookStyle | None = None
    team_id: UUID | None = None
    every_team: bool = False
    """Takes the team off."""
    kinds: Kinds | None = None
    is_on: bool | None = None


class WebhookTest(Told):
    """How a test ended."""

    arrived: bool
    error: str | None


@operation("GET", "/webhooks", Webhooks, asks=Paging)
def list_webhooks(asked: Paging) -> Webhooks:
    """The programs that hear alerts. Asks for a manager."""
    need(Action.MANAGE_PROMISES)
    found, following = part(session(), select(OutgoingWebhook), ORDER, asked)
    return Webhooks(items=[Webhook(**_told(row)) for row in found], next_cursor=following)


@operation("POST", "/webhooks", WebhookWithSecret, status=201, takes=NewWebhook)
def add_webhook(body: NewWebhook) -> WebhookWithSecret:
    """Have a program hear alerts. Its secret is told here and never again."""
    need(Action.MANAGE_PROMISES)
    wanted = Wanted(body.label, body.url, body.style, body.team_id, tuple(dict.fromkeys(body.kinds)))
    try:
        made = tend_webhooks.add(session(), wanted, strangers(wiring().settings), me(), clock.now())
    except BadWebhook as why:
        raise _not_understood(why) from why
    return _with_secret(made)


@operation("GET", "/webhooks/<uuid:webhook_id>", Webhook)
def get_webhook(webhook_id: UUID) -> Webhook:
    """One program."""
    return Webhook(**_told(_seen(webhook_id)))


@operation("PATCH", "/webhooks/<uuid:webhook_id>", Webhook, takes=WebhookChange)
def change_webhook(webhook_id: UUID, body: WebhookChange) -> Webhook:
    """Change what it hears and where; `is_on` false ends it without forgetting it."""
    row = _seen(webhook_id)
    try:
        tend_webhooks.change(session(), row, _changed(row, body), strangers(wiring().settings), me(), clock.now())
    except BadWebhook as why:
        raise _not_understood(why) from why
    return Webhook(**_told(row))


@operation("DELETE", "/webhooks/<uuid:webhook_id>", Webhook)
def remove_webhook(webhook_id: UUID) -> Webhook:
    """Take it off, with the record of its posts; answers what it was."""
    row = _seen(webhook_id)
    was = Webhook(**_told(row))
    tend_webhooks.take_off(session(), row, me(), clock.now())
    return was


@operation("POST", "/webhooks/<uuid:webhook_id>/secret", WebhookWithSecret)
def renew_webhook_secret(webhook_id: UUID) -> WebhookWithSecret:
    """A new secret; the old one signs nothing from now on."""
    row = _seen(webhook_id)
    tend_webhooks.renew_secret(session(), row, me(), clock.now())
    return _with_secret(row)


@operation("POST", "/webhooks/<uuid:webhook_id>/tests", WebhookTest)
def test_webhook(webhook_id: UUID) -> WebhookTest:
    """Post a test now, and say whether it arrived."""
    _seen(webhook_id)
    outcome = webhook_tests.run(webhook_id)
    return WebhookTest(arrived=outcome.ended is Ended.TAKEN, error=outcome.why)


def _seen(webhook_id: UUID) -> OutgoingWebhook:
    need(Action.MANAGE_PROMISES)
    return tend_webhooks.webhook(session(), webhook_id)


def _changed(row: OutgoingWebhook, body: WebhookChange) -> Wanted:
    kinds = tuple(dict.fromkeys(body.kinds)) if body.kinds else tuple(AlertKind(kind) for kind in row.kinds)
    return Wanted(
        label=body.label or row.label,
        url=body.url or row.url,
        style=body.style or row.style,
        team_id=None if body.every_team else body.team_id or row.team_id,
        kinds=kinds,
        is_on=row.is_on if body.is_on is None else body.is_on,
    )


def _told(row: OutgoingWebhook) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": row.label,
        "url": row.url,
        "style": row.style,
        "team": row.team_id,
        "kinds": [AlertKind(kind) for kind in row.kinds],
        "is_on": row.is_on,
        "failing_since": row.failing_since,
        "error": row.last_error,
        "created_at": row.created_at,
    }


def _with_secret(row: OutgoingWebhook) -> WebhookWithSecret:
    signed = row.style is WebhookStyle.SIGNED
    return WebhookWithSecret(
        **_told(row), secret=secret_of(wiring().settings.secret_key, row.secret) if signed else None
    )


def _not_understood(why: BadWebhook) -> NotUnderstood:
    errors = [{"pointer": f"/{FIELDS.get(name, name)}", "detail": words} for name, words in why.problems.items()]
    return NotUnderstood(422, str(why), errors)


FIELDS = {"team": "team_id"}
