"""Resolving, and reopening."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.resolve import reopen as take_up_again
from smsdesk.desk.resolve import resolve
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

closures = Blueprint("closures", __name__)


@closures.post("/conversations/<uuid:conversation_id>/closure")
def create(conversation_id: UUID) -> Response:
    seen = request.form.get("seen", type=int)
    resolve(session(), theirs(conversation_id), me(), clock.now(), seen=seen)
    return done(f"/conversations/{conversation_id}")


@closures.post("/conversations/<uuid:conversation_id>/reopening")
@closures.delete("/conversations/<uuid:conversation_id>/closure")
def reopen(conversation_id: UUID) -> Response:
    take_up_again(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")
