"""What can be done with a wait besides answering it: a snooze, no reply needed, another priority or tags."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import see, sort_out
from smsdesk.desk.need_no_reply import needs_no_reply, needs_reply
from smsdesk.desk.snooze import snooze, wake
from smsdesk.models.conversation import Priority
from smsdesk.rules.labels import MOST
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.conversations import Conversation, told_again
from smsdesk.web.api.shapes import Asked, AskedMoment, OneLine, Seq
from smsdesk.web.transaction import session

PATH = "/conversations/<uuid:conversation_id>"


class Snooze(Asked):
    until: AskedMoment
    """A moment to come, within a year. A text brings the conversation back at once."""


class Waved(Asked):
    seen: Seq | None = None
    """The seq of the last text that you know. If the customer wrote since, nothing is done (409)."""


class Labels(Asked):
    priority: Priority | None = Field(default=None, strict=False)
    """`low`, `normal`, `high` or `urgent`; null or left out: as it is."""
    tags: list[OneLine] | None = Field(default=None, max_length=MOST)
    """These and no others; null or left out: as they are."""


@operation("POST", f"{PATH}/snooze", Conversation, takes=Snooze, conflicts=True)
def snooze_conversation(conversation_id: UUID, body: Snooze) -> Conversation:
    """Put it aside. Refused (409) while a customer waits for an answer: a snooze stops no promise."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    snooze(session(), conversation, body.until, me(), clock.now())
    return told_again(conversation)


@operation("DELETE", f"{PATH}/snooze", Conversation)
def wake_conversation(conversation_id: UUID) -> Conversation:
    """Take a snooze back. Twice is once."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    wake(session(), conversation, me(), clock.now())
    return told_again(conversation)


@operation("POST", f"{PATH}/no-reply-needed", Conversation, takes=Waved, takes_nothing_too=True, conflicts=True)
def say_no_reply_is_needed(conversation_id: UUID, body: Waved) -> Conversation:
    """The reply clock stops, and nothing counts as answered."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    needs_no_reply(session(), conversation, me(), clock.now(), seen=body.seen)
    return told_again(conversation)


@operation("DELETE", f"{PATH}/no-reply-needed", Conversation, conflicts=True)
def say_a_reply_is_needed(conversation_id: UUID) -> Conversation:
    """Take that back: the clock runs on from its start."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    needs_reply(session(), conversation, me(), clock.now())
    return told_again(conversation)


@operation("PATCH", PATH, Conversation, takes=Labels)
def label_conversation(conversation_id: UUID, body: Labels) -> Conversation:
    """Another priority, other tags; what is promised follows at once."""
    need(Action.RESOLVE)
    conversation = see.conversation(session(), me(), conversation_id)
    if body.tags is not None:
        sort_out.tag(session(), conversation, body.tags, me(), clock.now())
    if body.priority is not None:
        sort_out.prioritise(session(), conversation, body.priority, me(), clock.now())
    return told_again(conversation)
