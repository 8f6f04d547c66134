"""Putting a conversation aside until a moment, and taking that back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import snooze
from smsdesk.rules.snoozes import read_moment
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

snoozes = Blueprint("snoozes", __name__)


@snoozes.post("/conversations/<uuid:conversation_id>/snooze")
def create(conversation_id: UUID) -> Response:
    conversation = theirs(conversation_id)
    until = read_moment(request.form.get("until") or request.form.get("at", ""), conversation.number.time_zone)
    snooze.snooze(session(), conversation, until, me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@snoozes.post("/conversations/<uuid:conversation_id>/waking")
@snoozes.delete("/conversations/<uuid:conversation_id>/snooze")
def remove(conversation_id: UUID) -> Response:
    snooze.wake(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")
