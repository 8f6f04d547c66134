"""Signing in by password or by a one-time link, and signing out."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock, passwords
from smsdesk.desk import sign_in
from smsdesk.desk.sign_in import CannotSignIn
from smsdesk.models.agent import Agent
from smsdesk.web import access, cookies, limits
from smsdesk.web.transaction import let_go, session
from smsdesk.web.wired import wiring

blueprint = Blueprint("sign_ins", __name__)
log = logging.getLogger(__name__)

HOME = "/queue"
WRONG = "That e-mail address and password do not belong together."
SPENT = "This link has been used, or it is too old. Ask for a new one."
# One slash and then no second one, in any spelling; nothing that a browser would read as another host
LOCAL = re.compile(r"/(?!/|%2f|%5c)[!-\[\]-~]*", re.IGNORECASE)


@blueprint.get("/")
def front_door() -> Response:
    return redirect(HOME, 303)


@blueprint.get("/sign-in")
def ask() -> Response:
    if access.me_or_nobody():
        return redirect(_next(), 303)
    return _page()


@blueprint.post("/sign-in")
def by_password() -> Response:
    email, password = request.form.get("email", "").strip().lower(), request.form.get("password", "")
    let_go()  # nothing is held while a password is hashed
    limits.spend_address()
    limits.spend_account(email)
    kept = _kept_password(email)
    if not passwords.fits(kept, password):
        log.warning("sign-in refused")
        return _page(WRONG, email)
    limits.forgive(email)
    fresh = passwords.hashed(password) if kept and passwords.is_outdated(kept) else None
    try:
        agent = sign_in.with_password(session(), email, str(kept), fresh)
        return welcome(agent, _next())
    except CannotSignIn:
        return _page(WRONG, email)


@blueprint.get("/sign-in/link/<token>")
def ask_by_link(token: str) -> Response:
    """A button only: whatever looks into mails for us must not use the link up."""
    return make_response(render_template("sign_in_link.html", token=token))


@blueprint.post("/sign-in/link/<token>")
def by_link(token: str) -> Response:
    limits.spend_address()
    try:
        return welcome(sign_in.use_link(session(), token, clock.now()), HOME)
    except CannotSignIn:
        log.warning("sign-in link refused")
        return _page(SPENT)


@blueprint.post("/sign-out")
def out() -> Response:
    signed_in = access.my_session()
    if signed_in:
        sign_in.end(session(), signed_in, clock.now())
    response = redirect("/sign-in", 303)
    cookies.delete_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _kept_password(email: str) -> str | None:
    """What is kept for this address; None for nobody, for the disabled, and for those who have none."""
    with wiring().database.reading() as reading:
        agent = sign_in.by_email(reading, email)
        return agent.password_hash if agent and agent.disabled_at is None else None


def welcome(agent: Agent, where: str) -> Response:
    """A new session, whatever cookie came along; the one that it named is ended."""
    now, before = clock.now(), access.my_session()
    if before:
        sign_in.end(session(), before, now)
    secret = sign_in.begin(session(), agent, str(request.user_agent), now)
    response = redirect(where, 303)
    cookies.set_cookie(response, secret, seconds=round(sign_in.ABSOLUTE.total_seconds()))
    cookies.delete_cookie(response, cookies.FORM)
    limits.know_browser(response, agent.email)
    return response


def _page(problem: str | None = None, email: str = "") -> Response:
    status = HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK
    return make_response(render_template("sign_in.html", problem=problem, email=email, next=_next()), status)


def _next() -> str:
    wanted = request.values.get("next", "")
    return wanted if LOCAL.fullmatch(wanted) else HOME
