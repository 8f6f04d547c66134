"""One conversation: the page, and its parts as fragments for live updates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.models.conversation import Conversation
from smsdesk.web.access import me
from smsdesk.web.agent.cards import card_picture
from smsdesk.web.agent.composers import composer_picture
from smsdesk.web.agent.consent_pictures import consent_picture
from smsdesk.web.agent.headers import header_picture
from smsdesk.web.agent.lists import queue_picture
from smsdesk.web.agent.pictures import CollisionPicture, ComposerPicture
from smsdesk.web.agent.queue import asked_box
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.agent.threads import thread_picture
from smsdesk.web.transaction import session

conversations = Blueprint("conversations", __name__)


@conversations.get("/conversations/<uuid:conversation_id>")
def show(conversation_id: UUID) -> str:
    return page(theirs(conversation_id))


@conversations.get("/conversations/<uuid:conversation_id>/thread")
def thread(conversation_id: UUID) -> str:
    picture = thread_picture(session(), theirs(conversation_id), me(), clock.now(), _before())
    return render_template("_thread.html", thread=picture)


@conversations.get("/conversations/<uuid:conversation_id>/header")
def header(conversation_id: UUID) -> str:
    picture = header_picture(session(), theirs(conversation_id), me(), clock.now())
    return render_template("_header.html", header=picture)


@conversations.get("/conversations/<uuid:conversation_id>/card")
def card(conversation_id: UUID) -> str:
    return render_template("_card.html", card=card_picture(session(), theirs(conversation_id), me(), clock.now()))


def theirs(conversation_id: UUID) -> Conversation:
    """Looked up through the person who asks. Raises NotThere."""
    return see.conversation(session(), me(), conversation_id)


def page(
    conversation: Conversation, composer: ComposerPicture | None = None, collision: CollisionPicture | None = None
) -> str:
    """The whole page; after a send that was stopped, with what was written and what is new."""
    now, person, database = clock.now(), me(), session()
    queue = queue_picture(database, person, asked_box(), now)
    parts: dict[str, Any] = {
        "header": header_picture(database, conversation, person, now),
        "thread": thread_picture(database, conversation, person, now, _before()),
        "card": card_picture(database, conversation, person, now),
        "consent": consent_picture(database, conversation, person, now),
        "composer": composer or composer_picture(database, conversation, person, now),
    }
    return render_template(
        "conversation.html",
        queue=queue,
        open_id=conversation.id,
        collision=collision,
        **parts,
        **surroundings(now, queue.unread),
    )


def _before() -> int | None:
    return request.args.get("before", type=int)
