"""One's own password: set, or changed by whoever knows the old one. Every other device is signed out."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock, passwords
from smsdesk.desk import sign_in
from smsdesk.rules.passwords import WeakPassword, ensure_strong
from smsdesk.web import limits
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.sign_ins import welcome
from smsdesk.web.transaction import let_go, session

blueprint = Blueprint("passwords", __name__)

WRONG = "That is not your password."
DIFFERENT = "The two new passwords differ."


@blueprint.get("")
def front() -> Response:
    return redirect("/settings/password", 303)


@blueprint.get("/password")
def ask() -> str:
    return _page()


@blueprint.post("/password")
def change() -> Response | tuple[str, int]:
    email, name, kept = me().email, me().name, me().password_hash
    let_go()  # nothing is held while a password is hashed
    limits.spend_address()
    new = request.form.get("new", "")
    if kept is not None and not passwords.fits(kept, request.form.get("current", "")):
        return _page(WRONG), HTTPStatus.UNPROCESSABLE_ENTITY
    if new != request.form.get("again", ""):
        return _page(DIFFERENT), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        ensure_strong(new, email, name)
    except WeakPassword as error:
        return _page(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    fresh = passwords.hashed(new)
    person = me()
    sign_in.change_password(session(), person, fresh, clock.now())
    return welcome(person, "/settings/sessions")


def _page(problem: str | None = None) -> str:
    return render_template(
        "password.html", problem=problem, has_password=me().password_hash is not None, **surroundings(clock.now())
    )
