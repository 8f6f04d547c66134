"""Whether a text needs a reply at all, as a person sees it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.need_no_reply import needs_no_reply, needs_reply
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

reply_needs = Blueprint("reply_needs", __name__)


@reply_needs.post("/conversations/<uuid:conversation_id>/no-reply-needed")
def create(conversation_id: UUID) -> Response:
    needs_no_reply(session(), theirs(conversation_id), me(), clock.now(), seen=_seen())
    return done(f"/conversations/{conversation_id}")


@reply_needs.post("/conversations/<uuid:conversation_id>/reply-needed")
@reply_needs.delete("/conversations/<uuid:conversation_id>/no-reply-needed")
def remove(conversation_id: UUID) -> Response:
    needs_reply(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


def _seen() -> int | None:
    return request.form.get("seen", type=int)
