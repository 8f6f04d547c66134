"""Notes between colleagues."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.annotate import keep_draft, write_note
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

notes = Blueprint("notes", __name__)


@notes.post("/conversations/<uuid:conversation_id>/notes")
def create(conversation_id: UUID) -> Response:
    conversation, now = theirs(conversation_id), clock.now()
    write_note(session(), conversation, request.form.get("body", ""), me(), now)
    # It was half written in the same field as a reply
    keep_draft(session(), conversation, "", me(), now)
    return done(f"/conversations/{conversation.id}")
