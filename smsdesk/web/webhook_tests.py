"""A test of a program, made at once and holding nothing meanwhile; for the manager's page and for the API."""

from __future__ import annotations

from uuid import UUID

from smsdesk.adapters import clock, programs
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.strangers import strangers
from smsdesk.desk import tend_webhooks, watch_programs
from smsdesk.desk.try_webhook import test_post
from smsdesk.rules.alert_tries import Outcome
from smsdesk.web import limits
from smsdesk.web.access import me
from smsdesk.web.transaction import let_go, session
from smsdesk.web.wired import wiring


def run(webhook_id: UUID) -> Outcome:
    """How it ended. Raises NotThere, TooMany."""
    limits.spend_call(me().id)
    settings = wiring().settings
    posting = test_post(tend_webhooks.webhook(session(), webhook_id), new_id(), settings, clock.now())
    let_go()
    outcome = programs.post(strangers(settings), posting.url, posting.headers, posting.body)
    watch_programs.note(session(), webhook_id, outcome, 0, clock.now())
    return outcome
