"""How a sending ended is written down, and what follows from it (trust.md 2.5)."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import Accepted, NotSent, Outcome, Refused
from smsdesk.adapters.promises import later
from smsdesk.desk.close_off import NOT_SENT
from smsdesk.desk.deliver import WAITS, Claim
from smsdesk.desk.settle import OPTED_OUT, move, opened, told
from smsdesk.desk.warn_of_refusal import warn_of_refusal
from smsdesk.models.message import Message, SendAttempt
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.send_retries import RETRIES, Trouble, wait_after

log = logging.getLogger(__name__)

LOOK_AFTER = timedelta(seconds=5)  # a signed report may come first, and end the doubt for nothing
ASK_AFTER = timedelta(minutes=15)  # trust.md 2.2: without a report by then, the carrier is asked


def conclude(session: Session, claimed: Claim, outcome: Outcome, account_sid: str, now: datetime) -> datetime | None:
    """Record one attempt. Returns until when the sender should rest, for `rest`, or None."""
    message = opened(session, claimed.message_id, claimed.conversation_id)
    _end_attempt(session, claimed, outcome, now)
    if isinstance(outcome, Accepted):
        accept(session, message, outcome.carrier_sid, account_sid, outcome.segments, now)
    elif isinstance(outcome, NotSent):
        trouble = Trouble.THROTTLED if outcome.is_rate_limit else Trouble.UNREACHABLE
        return _try_again(session, message, claimed, trouble, outcome.retry_after, now)
    elif isinstance(outcome, Refused):
        return _refused(session, message, claimed, outcome, now)
    else:
        message.not_before = now + LOOK_AFTER
        move(session, message, State.UNKNOWN, now)
    return None


def accept(session: Session, message: Message, sid: str, account_sid: str, segments: int | None, now: datetime) -> None:
    """The carrier has it, whatever we believed meanwhile."""
    message.segments = segments or message.segments
    message.not_before = now + ASK_AFTER
    move(session, message, State.ACCEPTED, now, sid=sid, account=account_sid)


def rest(session: Session, number_id: UUID, until: datetime) -> None:
    """In a transaction of its own: whoever holds a conversation must not wait for its number."""
    session.execute(
        update(Number)
        .where(Number.id == number_id, (Number.next_send_at.is_(None)) | (Number.next_send_at < until))
        .values(next_send_at=until),
        execution_options={"synchronize_session": False},
    )


def bring_forward(session: Session, sender: str, now: datetime) -> None:
    """The carrier takes texts again: what was put off waits no longer, and stands where its approval put it.

    In a transaction of its own; what somebody else holds is passed over, and goes when its own moment comes.
    """
    put_off = (
        select(Message.id)
        .where(WAITS, Message.state == State.RETRY_WAIT, Message.sender == sender)
        .where(Message.not_before > now, Message.block_reason.is_(None))
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Message).where(Message.id.in_(put_off)).values(not_before=Message.created_at),
        execution_options={"synchronize_session": False},
    )


def _end_attempt(session: Session, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    session.execute(
        update(SendAttempt)
        .where(SendAttempt.id == claimed.attempt_id)
        .values(
            ended_at=now,
            outcome=type(outcome).__name__,
            code=getattr(outcome, "code", None),
            why=getattr(outcome, "why", None),
        )
    )


def _refused(session: Session, message: Message, claimed: Claim, outcome: Refused, now: datetime) -> datetime | None:
    if outcome.reason == "credentials":
        log.critical("the carrier refuses our credentials (%s); texts wait until that is mended", outcome.code)
        warn_of_refusal(session, outcome.why, now)
        return _try_again(session, message, claimed, Trouble.CREDENTIALS, None, now)
    if outcome.reason == "opted_out":
        move(session, message, State.BLOCKED, now, code=outcome.code or OPTED_OUT, why=outcome.why)
    else:
        move(session, message, State.FAILED, now, code=outcome.code, why=outcome.why)
    return None


def _try_again(
    session: Session, message: Message, claimed: Claim, trouble: Trouble, asked_for: timedelta | None, now: datetime
) -> datetime | None:
    if message.emptied_at is not None:
        move(session, message, State.BLOCKED, now, why=NOT_SENT)
        return None
    wait = wait_after(trouble, claimed.attempts, random.random(), asked_for)  # noqa: S311  # spreads retries, hides nothing
    if message.attempt_id == claimed.attempt_id and message.state in {State.SENDING, State.UNKNOWN}:
        message.state, message.not_before = State.RETRY_WAIT, now + wait
        message.attempt_id = message.lease_until = message.called_at = None
        told(session, message, now)
        later(session, "outbound.drain")
    return now + wait if RETRIES[trouble].holds_sender else None
