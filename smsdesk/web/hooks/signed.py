"""A post of the carrier, proven to be one before anything in it is believed."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, abort, request

from smsdesk.adapters.twilio import check
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)

FORM = "application/x-www-form-urlencoded"
MOST = 64 * 1024

blueprint = Blueprint("hooks", __name__)


def signed_body() -> bytes:
    """The post, byte for byte; `request.form` may be read after this. Answers 415, 413 or 403 itself."""
    if request.mimetype != FORM:
        abort(415)
    request.max_content_length = MOST
    raw = request.get_data()  # before the form is read, or there would be nothing left to keep
    if not check(request.path, request.form, request.headers.get("X-Twilio-Signature"), wiring().settings):
        log.warning("a post without a valid signature was refused", extra={"bytes": len(raw)})
        abort(403)
    return raw


def ensure_our_account(account_sid: str) -> None:
    """Answers 403 itself."""
    if account_sid != wiring().settings.twilio_account_sid:
        log.warning("a signed post names another account")
        abort(403)


def taken() -> Response:
    """Nothing is ever said in the answer: what we text goes through the one door that looks at STOP."""
    return Response("<Response/>", 200, mimetype="text/xml")


def unreadable(why: str) -> Response:
    log.warning("a signed post cannot be read: %s", why)
    return Response(f"{why}\n", 400, mimetype="text/plain")


def bring_it_again(what: str, error: Exception) -> Response:
    log.critical("%s is kept nowhere (%s): the carrier must bring it again", what, type(error).__name__)
    return Response("not stored; bring it again\n", 503, mimetype="text/plain")
