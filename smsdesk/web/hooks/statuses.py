"""What became of a text of ours. Reports repeat, overtake one another, and name texts that we do not know yet."""

from __future__ import annotations

import logging

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters import clock
from smsdesk.adapters.twilio import BadForm, read_status
from smsdesk.desk import follow
from smsdesk.web.hooks.signed import blueprint, ensure_our_account, signed_body, taken, unreadable
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)


@blueprint.post("/statuses/<message_id>")
def changed(message_id: str) -> Response:
    raw = signed_body()
    try:
        report = read_status(request.form, raw)
    except BadForm as error:
        return unreadable(str(error))
    ensure_our_account(report.account_sid)
    try:
        with wiring().inbox.transaction() as session:
            follow.hear(session, report, message_id, clock.now())
    except SQLAlchemyError as error:
        # The carrier does not repeat reports: the text is asked after in a quarter of an hour (desk/reconcile.py)
        log.error("a status was not stored: %s", type(error).__name__)
    return taken()
