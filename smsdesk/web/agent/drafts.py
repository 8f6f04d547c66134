"""Drafts: what is half written, kept on the server."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.annotate import keep_draft
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

drafts = Blueprint("drafts", __name__)


@drafts.put("/conversations/<uuid:conversation_id>/draft")
def keep(conversation_id: UUID) -> Response:
    keep_draft(session(), theirs(conversation_id), request.form.get("body", ""), me(), clock.now())
    return done(f"/conversations/{conversation_id}")
