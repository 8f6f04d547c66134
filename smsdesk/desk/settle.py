"""What a change of a text's state means: for the promise, for consent, for the people who look at it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import promise, roll_up, stop_texts
from smsdesk.desk.record import record
from smsdesk.desk.remove_at_carrier import enlist_late
from smsdesk.models.consent import StopSource
from smsdesk.models.conversation import Conversation, locked
from smsdesk.models.customer import Address
from smsdesk.models.message import Direction, Message
from smsdesk.rules.delivery_status import State, advance, is_failure
from smsdesk.rules.tombstones import is_tombstone

OPTED_OUT = 21610
LOOKS_FAILED = frozenset({State.UNCONFIRMED})
IN_DOUBT = frozenset({State.UNKNOWN, State.UNCONFIRMED})


def opened(session: Session, message_id: UUID, conversation_id: UUID) -> Message:
    """The text with its conversation locked first, as everybody does it, and everything about it read anew."""
    fresh = {"populate_existing": True}
    session.scalars(locked(conversation_id)).one()
    return session.execute(
        select(Message).where(Message.id == message_id).with_for_update().execution_options(**fresh)
    ).scalar_one()


def move(
    session: Session,
    message: Message,
    reported: State,
    now: datetime,
    *,
    sid: str | None = None,
    account: str | None = None,
    code: int | None = None,
    why: str | None = None,
) -> bool:
    """Take a text that is `opened` to a reported state, never backwards; True where that changed it."""
    if sid is not None and message.carrier_sid is None:
        message.carrier_sid, message.carrier_account = sid, account
        if is_tombstone(message.recipient):  # their erasure may be over: nobody else would have it removed there
            enlist_late(session, message, now)
    before, after = message.state, advance(message.state, reported)
    if after is before:
        return False
    message.state = after
    message.error_code, message.block_reason = (code, why) if is_failure(after) else (None, None)
    message.lease_until = None
    if is_failure(before) is not is_failure(after):
        session.flush()
        roll_up.mark(session, [message.created_at])
    if after in promise.REACHED:
        _reached(session, message, before, now)
    elif is_failure(after):
        _failed(session, message, now)
    told(session, message, now, code=code)
    return True


def told(session: Session, message: Message, now: datetime, code: int | None = None, kind: str | None = None) -> None:
    """A state has changed: it becomes an event, and whoever looks at the conversation sees it."""
    session.flush()
    conversation = session.get_one(Conversation, message.conversation_id)
    conversation.has_failure = _last_has_failed(session, conversation)
    record(
        session,
        kind or f"message.{message.state.value}",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=None,
        subject_id=message.id,
        code=code,
    )
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def _reached(session: Session, message: Message, before: State, now: datetime) -> None:
    if before in promise.REACHED:
        return
    # Adopted out of doubt, it was with the carrier since the call, whenever we learnt it
    since = message.called_at if before in IN_DOUBT and message.called_at else now
    message.accepted_at, message.failed_at = message.accepted_at or since, None
    session.flush()
    # Also where a failure is corrected: the answer counts from the moment at which it was accepted
    promise.answer(session, message, message.accepted_at, now)
    later(session, "outbound.drain")  # the next text of this conversation waited for this one


def _failed(session: Session, message: Message, now: datetime) -> None:
    message.failed_at = now
    session.flush()
    promise.unanswer(session, message, now)
    if message.error_code == OPTED_OUT:
        _obey_the_carrier(session, message, now)
    later(session, "outbound.drain")


def _obey_the_carrier(session: Session, message: Message, now: datetime) -> None:
    """The customer said STOP to the carrier, in a text that we never saw or did not understand."""
    conversation = session.get_one(Conversation, message.conversation_id)
    address = session.scalar(select(Address).where(Address.value == message.recipient))
    if address is None or stop_texts.is_stopped(session, address.id, conversation.number_id):
        return
    stop_texts.stop(
        session,
        conversation.id,
        address.id,
        conversation.number_id,
        now,
        message_id=message.id,
        words="",
        source=StopSource.CARRIER,
    )


def _last_has_failed(session: Session, conversation: Conversation) -> bool:
    state = session.scalar(
        select(Message.state)
        .where(Message.conversation_id == conversation.id, Message.direction == Direction.OUT)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return state is not None and (is_failure(state) or state in LOOKS_FAILED)
