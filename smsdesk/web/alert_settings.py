"""How alerts reach oneself: which ways are on, in which browsers, on which phone; and a test of each."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.adapters.push import Browser, NotASubscription, Pusher
from smsdesk.desk import choose_channels
from smsdesk.desk.choose_channels import CHOSEN, NoPhone, NotNow, NotThisCode
from smsdesk.desk.see import NotThere, numbers
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.desk.text_staff import NoNumberOfOurs
from smsdesk.models.alert import Channel
from smsdesk.rules.devices import device_words
from smsdesk.rules.phone_numbers import NotAPhoneNumber, region_of, shown, typed_number
from smsdesk.web import alert_tests, limits
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring

blueprint = Blueprint("alert_settings", __name__)

HERE = "/settings/alerts"
SAID = {
    "browser": "This browser now takes your alerts. Send yourself a test.",
    "code": "A code is on its way to that phone.",
    "phone": "That phone is yours, and alerts are texted to it.",
    "tested-email": "The test has left. Look into your mailbox.",
    "tested-push": "The test has left. Your browsers show it in a moment.",
    "tested-phone": "The test has left. Your phone has it in a moment.",
}
NO_NUMBER = "There is no number yet from which we could text you."
STOPPED = "That phone texted STOP to us. Text START from it, then try again."


@blueprint.get("")
def index() -> str:
    return _page()


@blueprint.post("/channels/<channel>")
def switch(channel: str) -> Response | tuple[str, int]:
    try:
        choose_channels.switch(session(), me(), _chosen(channel), request.form.get("on") == "yes", clock.now())
    except NoPhone as why:
        return _page(channel, str(why)), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(HERE, 303)


@blueprint.post("/browsers")
def add_browser() -> Response:
    words = {name: request.form.get(name, "") for name in ("endpoint", "public_key", "auth")}
    browser = Browser(**words)
    try:
        Pusher(wiring().settings).ensure_usable(browser)
    except NotASubscription as why:
        return make_response(str(why), HTTPStatus.UNPROCESSABLE_ENTITY, {"Content-Type": "text/plain; charset=utf-8"})
    device = device_words(request.headers.get("User-Agent", ""))
    choose_channels.add_browser(session(), me(), browser, device, clock.now())
    return make_response("", HTTPStatus.NO_CONTENT)


@blueprint.post("/browsers/<uuid:subscription_id>/removal")
def remove_browser(subscription_id: UUID) -> Response:
    choose_channels.remove_browser(session(), me(), subscription_id, clock.now())
    return redirect(HERE, 303)


@blueprint.post("/phone")
def claim_phone() -> Response | tuple[str, int]:
    limits.spend_call(me().id)
    typed = request.form.get("phone", "")
    try:
        phone = typed_number(typed, _region())
        choose_channels.text_code(session(), me(), phone, clock.now())
    except (NotAPhoneNumber, NotNow, OptedOut, NoNumberOfOurs) as why:
        return _page("phone", _sentence(why), typed), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"{HERE}?said=code", 303)


@blueprint.post("/phone/proof")
def prove_phone() -> Response | tuple[str, int]:
    try:
        if choose_channels.prove(session(), me(), request.form.get("code", "")[:20], clock.now()):
            return redirect(f"{HERE}?said=phone", 303)
    except NotThisCode as why:
        return _page("phone", str(why)), HTTPStatus.UNPROCESSABLE_ENTITY
    # A wrong try must count, and only an answer below 400 is committed
    return redirect(f"{HERE}?wrong=code", 303)


@blueprint.post("/phone/removal")
def forget_phone() -> Response:
    choose_channels.forget_phone(session(), me(), clock.now())
    return redirect(HERE, 303)


@blueprint.post("/tests/<channel>")
def test(channel: str) -> Response | tuple[str, int]:
    chosen, who = _chosen(channel), me()
    limits.spend_call(who.id)
    problem = alert_tests.send(chosen, who, clock.now())
    if problem:
        return _page(channel, problem), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"{HERE}?said=tested-{chosen.value}", 303)


def _chosen(channel: str) -> Channel:
    if channel not in CHOSEN:
        raise NotThere
    return Channel(channel)


def _region() -> str:
    ours = numbers(session(), me())
    return (region_of(ours[0].address) if ours else None) or "US"


def _sentence(why: Exception) -> str:
    if isinstance(why, OptedOut):
        return STOPPED
    return NO_NUMBER if isinstance(why, NoNumberOfOurs) else str(why)


def _page(where: str | None = None, problem: str | None = None, typed: str = "") -> str:
    now, who, settings = clock.now(), me(), wiring().settings
    proof = choose_channels.proof_of(session(), who, now)
    if where is None and request.args.get("wrong") == "code" and proof is not None:
        where, problem = "phone", "That is not the code. Look again, or ask for another one."
    return render_template(
        "alert_settings.html",
        on=set(who.alert_channels),
        email=who.email if settings.mail else None,
        push_key=Pusher(settings).public_key,
        browsers=choose_channels.browsers(session(), who),
        phone=shown(who.phone) if who.phone else None,
        asked=shown(proof.phone) if proof else None,
        said=SAID.get(request.args.get("said", "")) if problem is None else None,
        where=where,
        problem=problem,
        typed=typed,
        **surroundings(now),
    )
