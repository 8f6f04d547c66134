"""Whether a customer may be texted, why not, and a stop that they asked for elsewhere."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import check_sending, note_stop, see, suspect
from smsdesk.desk.stop_texts import LONGEST_WORDS
from smsdesk.models.consent import StopSource
from smsdesk.models.conversation import Conversation
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.transaction import session

PATH = "/conversations/<uuid:conversation_id>/consent"


class Wish(Told):
    """A text that may be a wish to get no more texts; a person decides about it."""

    words: str
    due_at: Moment
    """Undecided until then, it counts as a STOP."""


class Consent(Told):
    """What would become of a text that is sent now."""

    may_be_texted: bool
    stopped_by: StopSource | None
    """Whose word a stop rests on: the customer's `keyword`, the `carrier`, an `agent`, or `default`: a wish that nobody decided about."""
    why_not: str | None
    """Where no text can reach them, or none may go: why, and who can change it."""
    is_answer: bool
    """Somebody waits, or wrote within a day. Only then a text goes in quiet hours."""
    quiet_until: Moment | None
    """When a text that is no answer would go, if not now."""
    wish: Wish | None


class Recorded(Asked):
    how: Annotated[OneLine, Field(max_length=LONGEST_WORDS, examples=["On the phone, at noon"])]
    """How they asked; it goes into the ledger of consent."""


@operation("GET", PATH, Consent)
def get_consent(conversation_id: UUID) -> Consent:
    """Whether this customer may be texted now from this number, and if not, why."""
    return _told(see.conversation(session(), me(), conversation_id))


@operation("POST", f"{PATH}/stop", Consent, takes=Recorded, conflicts=True)
def record_stop(conversation_id: UUID, body: Recorded) -> Consent:
    """They asked for no more texts, not by text. Twice is once. Their START lifts it, or a manager with evidence."""
    need(Action.RECORD_STOP)
    conversation = see.conversation(session(), me(), conversation_id)
    note_stop.stop_as_told(session(), conversation, body.how, me(), clock.now())
    return _told(see.conversation(session(), me(), conversation_id))


def _told(conversation: Conversation) -> Consent:
    now, source = clock.now(), note_stop.in_force(session(), conversation)
    wish = suspect.undecided(session(), conversation.id)
    why_not = check_sending.why_unreachable(session(), conversation, now)
    is_answer = check_sending.is_answer(session(), conversation, now)
    return Consent(
        may_be_texted=source is None and why_not is None,
        stopped_by=source,
        why_not="They want no texts from this number." if source else why_not,
        is_answer=is_answer,
        quiet_until=None if is_answer else check_sending.quiet_until(session(), conversation, now),
        wish=Wish(words=wish.words, due_at=wish.due_at) if wish else None,
    )
