"""What a conversation is about and how much it presses, set from the customer's card."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import sort_out
from smsdesk.models.conversation import Priority
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

labels = Blueprint("labels", __name__)


@labels.post("/conversations/<uuid:conversation_id>/labels")
def change(conversation_id: UUID) -> Response:
    """Priority, tags, the customer's segment and where they are, in one form; what was left out stays."""
    conversation, now = theirs(conversation_id), clock.now()
    customer = conversation.customer
    if "tags" in request.form:
        sort_out.tag(session(), conversation, request.form["tags"].split(","), me(), now)
    if "segment" in request.form:
        sort_out.put_in_segment(session(), customer, request.form["segment"], me(), now)
    if "time_zone" in request.form:
        sort_out.place(session(), customer, request.form["time_zone"], me(), now)
    if request.form.get("priority") in set(Priority):
        sort_out.prioritise(session(), conversation, Priority(request.form["priority"]), me(), now)
    return done(f"/conversations/{conversation_id}")
