"""Who is asking, and whether this way in is open to them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config.settings import LOOPBACK
from smsdesk.adapters import clock
from smsdesk.desk import sign_in
from smsdesk.models.agent import Agent
from smsdesk.models.sign_in import ApiToken, SignInSession, TokenScope
from smsdesk.rules.roles import Action, may
from smsdesk.web import csrf
from smsdesk.web.cookies import read_cookie
from smsdesk.web.transaction import READING, session
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)

RULES = "smsdesk.rules"
FORWARDED = {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"}


class Access(StrEnum):
    """How a way in is guarded; an Action in its place means: signed in, and allowed that."""

    PUBLIC = "public"
    SIGNATURE = "signature"  # the carrier's; its blueprint checks each post
    SIGNED_IN = "signed_in"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    OPERATOR = "operator"  # the machine itself, or an API token


Rule = Access | Action


@dataclass(frozen=True)
class Seen:
    """Who asked, by which session or token, and when that was noted before; plain facts, which a failed commit cannot take away."""

    agent_id: UUID
    by: UUID
    before: datetime | None
    note: Callable[[Session, UUID, datetime], None]


class SignedOut(Exception):
    """Nobody is signed in, or no longer."""


class NoToken(Exception):
    """The API needs a bearer token that is known, not revoked and not expired."""


class NotAllowed(Exception):
    """They are known, and may not do this."""


class TokenTooOld(Exception):
    """What cannot be taken back asks for a token that somebody has issued just now, as a page asks for a password."""


class TokenInAddress(Exception):
    """A token in an address ends up in logs and histories; it belongs into the Authorization header."""


def me() -> Agent:
    """The person who asks: signed in, or for the API whoever the token acts as. Raises SignedOut."""
    found = me_or_nobody()
    if found is None:
        raise SignedOut
    return found


def me_or_nobody() -> Agent | None:
    """The person who asks, or None where nobody is signed in."""
    if rule() in {Access.TOKEN, Access.OPERATOR}:
        return token().agent
    signed_in = my_session()
    return signed_in.agent if signed_in else None


def need(action: Action) -> None:
    """Raises NotAllowed (403) where the person's role, or a token's scope, does not include this."""
    if not may(me().role, action):
        raise NotAllowed(action)


def csrf_token() -> str:
    """What a form of this person has to send back."""
    return csrf.token()


def need_fresh_token(now: datetime) -> None:
    """Raises TokenTooOld (403). docs/decisions/0026"""
    if not token().created_at > now - sign_in.TOKEN_IS_FRESH:
        raise TokenTooOld


def my_session() -> SignInSession | None:
    """The session that the cookie belongs to; one query a request."""
    if "signed_in" not in g:
        cookie = read_cookie()
        found = sign_in.look_up(session(), cookie, clock.now()) if cookie else None
        g.signed_in, g.seen = found, found and Seen(found.agent_id, found.id, found.seen_at, sign_in.see_again)
    return cast("SignInSession | None", g.signed_in)


def token() -> ApiToken:
    """The API token of this request. Raises NoToken, TokenInAddress."""
    if "api_token" not in g:
        if {"token", "access_token", "api_token"} & set(request.args):
            raise TokenInAddress
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        found = sign_in.check_token(session(), secret.strip(), clock.now()) if scheme.lower() == "bearer" else None
        if found is None:
            raise NoToken
        g.api_token, g.seen = found, Seen(found.agent_id, found.id, found.used_at, sign_in.use_token)
    return cast(ApiToken, g.api_token)


def rule() -> Rule | None:
    """The rule of the route that was asked for; None where there is no such route."""
    rules: dict[str, Rule] = current_app.extensions[RULES]
    return rules.get(request.endpoint or "")


def attach(app: Flask) -> None:
    app.before_request(_enforce)
    app.teardown_request(_note_use)


def _is_this_machine() -> bool:
    """Asked directly from here, on a desk that nobody else reaches: behind a proxy, everybody seems to come from here."""
    public = urlsplit(wiring().settings.public_url).hostname
    asked = urlsplit(f"//{request.host}").hostname
    return {public, asked, request.remote_addr} <= LOOPBACK and not FORWARDED & {name for name, _ in request.headers}


def _note_use(_error: BaseException | None) -> None:
    """At most once a minute, after the request's own transaction: beside it, SQLite would have the two wait for each other."""
    now, seen = clock.now(), cast("Seen | None", g.get("seen"))
    if seen is None or (seen.before is not None and seen.before > now - sign_in.SEEN_EVERY):
        return
    try:
        with wiring().database.transaction() as noting:
            seen.note(noting, seen.by, now)
    except SQLAlchemyError as error:
        log.warning("use not noted: %s", type(error).__name__)  # the next request does it


def _enforce() -> None:
    wanted = rule()
    if wanted is Access.TOKEN:
        if request.method not in READING and token().scope is TokenScope.READ:
            raise NotAllowed
        token()
    elif wanted is Access.SIGNED_IN:
        me()
    elif wanted is Access.OPERATOR and not _is_this_machine():
        need(Action.SEE_MANAGER_PAGE)
    elif isinstance(wanted, Action):
        need(wanted)
