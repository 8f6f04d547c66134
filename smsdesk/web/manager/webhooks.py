"""Programs that hear alerts: the list, one of them with its latest posts, and what can be done."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.adapters.strangers import strangers
from smsdesk.desk import see, tend_webhooks
from smsdesk.desk.tend_webhooks import BadWebhook
from smsdesk.models.alert import OutgoingWebhook
from smsdesk.rules.alert_tries import Ended
from smsdesk.rules.webhook_signatures import secret_of
from smsdesk.web import webhook_tests
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager import webhook_pictures as pictures
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

SHOWN = 50

webhooks = Blueprint("webhooks", __name__)


@webhooks.get("")
def index() -> str:
    now, zone = clock.now(), _zone()
    teams = {team.id: team.name for team in see.teams(session(), me())}
    rows = [pictures.card(program, teams, now, zone) for program in tend_webhooks.webhooks(session())]
    removed = request.args.get("removed") is not None
    return render_template("manager/webhooks.html", programs=rows, removed=removed, **surroundings(now))


@webhooks.get("/new")
def ask() -> str:
    return _form(pictures.EMPTY)


@webhooks.post("")
def create() -> tuple[str, int]:
    typed = pictures.typed(request.form)
    try:
        made = tend_webhooks.add(session(), typed.wanted(), strangers(wiring().settings), me(), clock.now())
    except BadWebhook as why:
        return _form(typed, problems=why.problems), HTTPStatus.UNPROCESSABLE_ENTITY
    return _one(made, secret=_secret(made)), HTTPStatus.CREATED


@webhooks.get("/<uuid:webhook_id>")
def show(webhook_id: UUID) -> str:
    return _one(_program(webhook_id), said=request.args.get("said"))


@webhooks.get("/<uuid:webhook_id>/change")
def ask_change(webhook_id: UUID) -> str:
    program = _program(webhook_id)
    return _form(pictures.typed_of(program), program)


@webhooks.post("/<uuid:webhook_id>")
def change(webhook_id: UUID) -> Response | tuple[str, int]:
    program, typed = _program(webhook_id), pictures.typed(request.form)
    try:
        tend_webhooks.change(session(), program, typed.wanted(), strangers(wiring().settings), me(), clock.now())
    except BadWebhook as why:
        return _form(typed, program, why.problems), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"/manager/webhooks/{program.id}?said=changed", 303)


@webhooks.post("/<uuid:webhook_id>/secret")
def renew(webhook_id: UUID) -> str:
    program = _program(webhook_id)
    tend_webhooks.renew_secret(session(), program, me(), clock.now())
    return _one(program, secret=_secret(program))


@webhooks.post("/<uuid:webhook_id>/tests")
def test(webhook_id: UUID) -> Response | str:
    outcome = webhook_tests.run(webhook_id)
    if outcome.ended is Ended.TAKEN:
        return redirect(f"/manager/webhooks/{webhook_id}?said=tested", 303)
    return _one(_program(webhook_id), problem=outcome.why)


@webhooks.post("/<uuid:webhook_id>/removal")
def take_off(webhook_id: UUID) -> Response:
    tend_webhooks.take_off(session(), _program(webhook_id), me(), clock.now())
    return redirect("/manager/webhooks?removed", 303)


@webhooks.post("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/again")
def send_again(webhook_id: UUID, delivery_id: UUID) -> Response:
    tend_webhooks.send_again(session(), _program(webhook_id), delivery_id, clock.now())
    return redirect(f"/manager/webhooks/{webhook_id}?said=again", 303)


def _program(webhook_id: UUID) -> OutgoingWebhook:
    return tend_webhooks.webhook(session(), webhook_id)


def _secret(program: OutgoingWebhook) -> str | None:
    return secret_of(wiring().settings.secret_key, program.secret) if program.style == "signed" else None


def _zone() -> str:
    return zone_of(see.numbers(session(), me()))


def _one(
    program: OutgoingWebhook, *, secret: str | None = None, said: str | None = None, problem: str | None = None
) -> str:
    now, zone = clock.now(), _zone()
    teams = {team.id: team.name for team in see.teams(session(), me())}
    posts = [pictures.post(row, now, zone) for row in tend_webhooks.recent(session(), program, SHOWN)]
    return render_template(
        "manager/webhook.html",
        program=pictures.card(program, teams, now, zone),
        posts=posts,
        secret=secret,
        said=pictures.SAID.get(said or ""),
        problem=problem,
        **surroundings(now),
    )


def _form(typed: pictures.Typed, program: OutgoingWebhook | None = None, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "manager/webhook_form.html",
        typed=typed,
        program=program,
        problems=problems or {},
        teams=see.teams(session(), me()),
        kinds=pictures.KINDS,
        **surroundings(clock.now()),
    )
