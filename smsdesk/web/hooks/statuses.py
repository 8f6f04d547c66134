"""What became of a text of ours. Reports repeat, overtake one another, and name texts that we do not know yet."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Response, request

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import StatusReport
from smsdesk.adapters.twilio import BadForm, read_status
from smsdesk.desk import follow
from smsdesk.desk.follow_fast import hear_plainly
from smsdesk.web.hooks.signed import blueprint, bring_it_again, ensure_our_account, signed_body, taken, unreadable
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
    now = clock.now()
    try:
        _store(report, message_id, now)
    except (
        Exception
    ) as error:  # the database is away, or we have a fault: the carrier does not repeat a report by itself
        return _spool(report, message_id, now, error)
    return taken()


def _store(report: StatusReport, claimed_id: str, now: datetime) -> None:
    inbox = wiring().inbox
    promises = hear_plainly(inbox, report, claimed_id, now)
    if promises is not None:
        inbox.keep(promises)
        return
    with inbox.transaction() as session:
        follow.hear(session, report, claimed_id, now)


def _spool(report: StatusReport, claimed_id: str, now: datetime, error: Exception) -> Response:
    log.error("a report was not stored (%s) and goes to the spool", type(error).__name__)
    try:
        wiring().spool.keep_report(report, claimed_id, now)
    except OSError as full:
        return bring_it_again("a report", full)
    return taken()
