"""Closure: a conversation is resolved, or taken up again."""

from __future__ import annotations

from uuid import UUID

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.resolve import reopen, resolve
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.conversations import Conversation, told_again
from smsdesk.web.api.shapes import Asked, Seq
from smsdesk.web.transaction import session

PATH = "/conversations/<uuid:conversation_id>/closure"


class Closure(Asked):
    seen: Seq | None = None
    """The seq of the last text that you know. If the customer wrote since, nothing is resolved (409)."""


@operation("PUT", PATH, Conversation, takes=Closure, takes_nothing_too=True, conflicts=True)
def resolve_conversation(conversation_id: UUID, body: Closure) -> Conversation:
    """Resolve it: its clock stops, and its episode ends. Twice is once."""
    return _resolved(conversation_id, body)


@operation("POST", PATH, Conversation, takes=Closure, takes_nothing_too=True, conflicts=True)
def close_conversation(conversation_id: UUID, body: Closure) -> Conversation:
    """The same as PUT."""
    return _resolved(conversation_id, body)


@operation("DELETE", PATH, Conversation, conflicts=True)
def reopen_conversation(conversation_id: UUID) -> Conversation:
    """Take "resolved" back; a text that is unanswered waits again, since its old start."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    reopen(session(), conversation, me(), clock.now())
    return told_again(conversation)


def _resolved(conversation_id: UUID, body: Closure) -> Conversation:
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    resolve(session(), conversation, me(), clock.now(), seen=body.seen)
    return told_again(conversation)
