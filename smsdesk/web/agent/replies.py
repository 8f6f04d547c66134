"""Replies: sent once per approval, and stopped where something arrived that the sender had not seen."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.adapters.ids import new_id
from smsdesk.desk.reply import SomethingNewArrived
from smsdesk.desk.reply import reply as send
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message
from smsdesk.rules.segments import count
from smsdesk.web.access import me
from smsdesk.web.agent.bubbles import TEXTS, bubble
from smsdesk.web.agent.composers import MANY, compose, measure
from smsdesk.web.agent.conversations import page, theirs
from smsdesk.web.agent.pictures import CollisionPicture
from smsdesk.web.agent.surroundings import done, from_script
from smsdesk.web.transaction import session

replies = Blueprint("replies", __name__)


@replies.post("/conversations/<uuid:conversation_id>/replies")
def create(conversation_id: UUID) -> Response:
    theirs(conversation_id)
    body, token = request.form.get("body", ""), request.form.get("client_token", "")[:64] or new_id().hex
    try:
        message = send(session(), conversation_id, body, me(), clock.now(), seen=_seen(), client_token=token)
    except SomethingNewArrived as stopped:
        # Looked up anew: the desk locked it, which forgets whatever hangs on it
        return _show_what_is_new(theirs(conversation_id), stopped, body, token)
    answer = done(f"/conversations/{conversation_id}")
    # Their own text is seen: a second one right after it must not be stopped by the first
    answer.headers["X-Seen"] = str(message.seq)
    return answer


@replies.post("/conversations/<uuid:conversation_id>/segments")
def segments(conversation_id: UUID) -> Response:
    """What a text would cost; asked while somebody writes, so that the rule stands in one place."""
    theirs(conversation_id)
    body = request.form.get("body", "")
    many = count(body).segments >= MANY
    return make_response({"words": measure(body), "many": many})


def _seen() -> int:
    """What was on the sender's screen; a post that does not say has seen nothing."""
    return request.form.get("seen", type=int) or 0


def _show_what_is_new(
    conversation: Conversation, stopped: SomethingNewArrived, body: str, client_token: str
) -> Response:
    """The sender is shown it and presses again, having now seen it; the same token still sends once."""
    new = [message.id for message in stopped.messages]
    texts = session().execute(TEXTS.where(Message.id.in_(new)).order_by(Message.seq))
    zone = conversation.number.time_zone
    items = tuple(bubble(text, [], zone) for text in texts)
    seen = max(message.seq for message in stopped.messages)
    collision = CollisionPicture(conversation.id, items, seen)
    if from_script():
        return make_response(render_template("_collision.html", collision=collision), 409)
    composer = compose(session(), conversation, body, seen, client_token, clock.now())
    return make_response(page(conversation, composer, collision), 409)
