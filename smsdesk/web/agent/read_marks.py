"""Read marks: how far a person has read, which is not the same as answered."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.annotate import mark_read
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

read_marks = Blueprint("read_marks", __name__)


@read_marks.post("/conversations/<uuid:conversation_id>/read")
def create(conversation_id: UUID) -> Response:
    seq = max(0, request.form.get("seq", type=int) or 0)
    mark_read(session(), theirs(conversation_id), me(), seq, clock.now())
    return done(f"/conversations/{conversation_id}")
