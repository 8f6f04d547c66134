"""A text that may not have been sent, or was not: send it again, or say that it was."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import decide, see, withdraw
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

messages = Blueprint("messages", __name__)


@messages.post("/messages/<uuid:message_id>/resend")
def resend(message_id: UUID) -> Response:
    message = see.message(session(), me(), message_id)
    # One text is sent again once, however often the button is pressed
    decide.resend(session(), message, me(), clock.now(), client_token=f"again-{message.id.hex}")
    return done(f"/conversations/{message.conversation_id}")


@messages.post("/messages/<uuid:message_id>/mark-sent")
def mark_sent(message_id: UUID) -> Response:
    need(Action.MARK_AS_SENT)
    message = see.message(session(), me(), message_id)
    decide.mark_as_sent(session(), message, me(), clock.now())
    return done(f"/conversations/{message.conversation_id}")


@messages.post("/messages/<uuid:message_id>/withdrawal")
def take_back(message_id: UUID) -> Response:
    message = see.message(session(), me(), message_id)
    withdraw.withdraw(session(), message, me(), clock.now())
    return done(f"/conversations/{message.conversation_id}")
