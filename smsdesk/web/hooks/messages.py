"""A customer's text arrives. 2xx means that it is stored, or safe on the disk; anything else means: bring it again."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.twilio import BadForm, read_inbound, read_oddity
from smsdesk.desk.quarantine import quarantine
from smsdesk.desk.receive import AlreadyReceived, receive
from smsdesk.desk.receive_fast import FastLane
from smsdesk.web.hooks.repeated import came_again
from smsdesk.web.hooks.signed import blueprint, bring_it_again, ensure_our_account, signed_body, taken
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)

LANE = "smsdesk.fast_lane"


@blueprint.post("/messages")
def arrived() -> Response:
    raw = signed_body()
    try:
        text = read_inbound(request.form, raw)
    except BadForm as error:
        return _keep_for_a_person(raw, error)
    ensure_our_account(text.account_sid)
    reach("in.after_verify")
    now = clock.now()
    try:
        _store(text, now)
    except AlreadyReceived:
        came_again(text, now)
    except Exception as error:  # the database is away, or we have a fault: either way the text must not be lost
        return _spool(text, now, error)
    return taken()


def _keep_for_a_person(raw: bytes, error: BadForm) -> Response:
    """It is signed, so it may be somebody's words: whatever is odd about it, it is not dropped."""
    settings = wiring().settings
    odd = read_oddity(request.form, raw, request.headers["X-Twilio-Signature"], settings.twilio_account_sid)
    ensure_our_account(odd.account_sid)
    log.warning("a signed post cannot be read and waits for a manager: %s", error)
    try:
        with wiring().inbox.transaction() as session:
            quarantine(session, odd, error, clock.now())
    except SQLAlchemyError as away:
        return bring_it_again("a text", away)
    return taken()


def _store(text: InboundText, now: datetime) -> None:
    reach("in.before_commit")
    promises = _fast_lane().receive(text, now)
    if promises is not None:
        wiring().inbox.keep(promises)
    else:
        with wiring().inbox.transaction() as session:
            receive(session, text, now)
            reach("in.before_commit")
    reach("in.after_commit")


def _fast_lane() -> FastLane:
    lane: FastLane | None = current_app.extensions.get(LANE)
    if lane is None:
        lane = current_app.extensions[LANE] = FastLane(wiring().inbox)
    return lane


def _spool(text: InboundText, now: datetime, error: Exception) -> Response:
    log.error("a text was not stored (%s) and goes to the spool", type(error).__name__)
    try:
        wiring().spool.keep_text(text, now)
    except OSError as full:
        return bring_it_again("a text", full)
    return taken()
