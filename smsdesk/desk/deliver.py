"""Our texts go out: claim, commit, call, record. At most one call for each approval (trust.md 2.4).

A claim is a conditional update whose row count says who won. `called_at` is committed on its own just before the call: a
claim that ended without it was certainly not sent; one with it may have been, and is looked for instead of sent again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal_column, or_, select, update
from sqlalchemy.orm import Session, aliased

from smsdesk.adapters.carrier import Outgoing
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce
from smsdesk.desk.check_sending import IS_STOPPED, judge_claim
from smsdesk.desk.hold_back import hold_back
from smsdesk.desk.keep_pace import HORIZON, Slots
from smsdesk.desk.keep_rules import rules_of_the_house
from smsdesk.desk.settle import move, opened
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message, Purpose, SendAttempt
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.house_rules import HouseRules

LEASE = timedelta(seconds=45)
CALL = timedelta(seconds=15)  # the carrier's total deadline
MARGIN = timedelta(seconds=10)  # a process that was stopped for a while must not call when its claim is nearly over
TOO_OLD = "It waited longer than it was worth sending."

# Literals, so that both databases see that the partial index fits
WAITS: ColumnElement[bool] = literal_column("message.state IN ('ready', 'retry_wait')")
_earlier = aliased(Message, name="earlier")
NOTHING_EARLIER = ~exists().where(
    _earlier.conversation_id == Message.conversation_id,
    _earlier.seq < Message.seq,
    literal_column("earlier.state IN ('ready', 'retry_wait', 'sending', 'unknown')"),
)


@dataclass(frozen=True)
class Waiting:
    """A text that could be claimed now, as a look saw it."""

    message_id: UUID
    conversation_id: UUID
    number_id: UUID


@dataclass(frozen=True)
class Claim:
    """One text that is ours to send, not before `call_at`, until `lease_until`."""

    message_id: UUID
    conversation_id: UUID
    number_id: UUID
    attempt_id: UUID
    attempts: int
    call_at: datetime
    lease_until: datetime
    not_after: datetime | None
    sender: str
    to: str
    body: str

    def is_nearly_over(self, now: datetime) -> bool:
        return self.lease_until - now < CALL + MARGIN

    def outgoing(self, status_url: str, now: datetime) -> Outgoing:
        return Outgoing(
            message_id=self.message_id,
            sender=self.sender,
            to=self.to,
            body=self.body,
            media_urls=(),
            status_url=status_url,
            valid_for=self.not_after - now if self.not_after else timedelta(hours=4),
        )


def look(session: Session, now: datetime, limit: int, busy_numbers: Collection[UUID] = ()) -> list[Waiting]:
    """What could be claimed, longest waiting first: first of its conversation, its sender free. Only reads."""
    rows = session.execute(
        select(Message.id, Message.conversation_id, Number.id.label("number_id"))
        .join(Number, Number.address == Message.sender)
        .where(WAITS, Message.not_before <= now, NOTHING_EARLIER)
        .where(or_(Number.next_send_at.is_(None), Number.next_send_at <= now + HORIZON))
        .where(Number.id.not_in(busy_numbers))
        .order_by(Message.not_before, Message.id)
        .limit(limit)
    )
    return [Waiting(row.id, row.conversation_id, row.number_id) for row in rows]


def next_chance(session: Session, now: datetime) -> datetime | None:
    """When something that waits now for its moment or for its sender can go; None where nothing does."""
    retry_at = session.scalar(select(func.min(Message.not_before)).where(WAITS, Message.not_before > now))
    free_at = session.scalar(
        select(func.min(Number.next_send_at)).where(
            Number.next_send_at > now,
            exists().where(WAITS, Message.sender == Number.address, Message.not_before <= now),
        )
    )
    return min((at for at in (retry_at, free_at) if at), default=None)


def claim(session: Session, waiting: Sequence[Waiting], now: datetime, lease: timedelta = LEASE) -> list[Claim]:
    """Claim what nobody else has, and may still be sent; what may not is blocked or given up, visibly.

    Never waits: a number or conversation that somebody holds is passed over until the next look.
    """
    slots, rules = Slots(session, {one.number_id for one in waiting}, now), rules_of_the_house(session)
    held = _held(session, {one.conversation_id for one in waiting if one.number_id in slots.numbers})
    claims = []
    for one in waiting:
        if one.conversation_id in held and slots.is_free(one.number_id):
            message = opened(session, one.message_id, one.conversation_id)
            if _may_go(session, message, rules, now):
                claimed = _take(session, message, one.number_id, slots, lease)
                claims += [claimed] if claimed else []
    slots.keep()
    return claims


def about_to_call(session: Session, claimed: Claim, now: datetime) -> bool:
    """Note that the call comes next. False: do not call, for the claim is nearly over, gone, or a STOP came in between."""
    noted = None
    if not claimed.is_nearly_over(now):
        may_go = or_(~IS_STOPPED, Message.purpose == Purpose.CONFIRMATION)
        noted = session.execute(
            update(Message)
            .where(_is_still(claimed), Message.state == State.SENDING, Message.called_at.is_(None), may_go)
            .values(called_at=now),
            execution_options={"synchronize_session": False},
        )
    if noted is not None and noted.rowcount:  # type: ignore[attr-defined]
        return True
    give_back(session, claimed)
    return False


def give_back(session: Session, claimed: Claim) -> None:
    """The call was certainly not made: the next look decides anew."""
    session.execute(
        update(Message)
        .where(_is_still(claimed), Message.state.in_((State.SENDING, State.UNKNOWN)), Message.emptied_at.is_(None))
        .values(state=State.READY, attempt_id=None, lease_until=None, called_at=None),
        execution_options={"synchronize_session": False},
    )


def end_leases(session: Session, now: datetime, limit: int = 200) -> int:
    """Claims whose holder is gone: back in line where no call was made, else of unknown fate. Returns how many."""
    over = session.execute(
        select(Message.id, Message.conversation_id)
        .where(literal_column("message.state = 'sending'"), Message.lease_until < now)
        .limit(limit)
    ).all()
    for row in over:
        message = opened(session, row.id, row.conversation_id)
        if message.state is not State.SENDING or message.lease_until is None or message.lease_until >= now:
            continue
        if message.called_at is None:
            message.state, message.attempt_id, message.lease_until = State.READY, None, None
            continue
        message.not_before = now
        move(session, message, State.UNKNOWN, now)
    return len(over)


def _held(session: Session, conversation_ids: Collection[UUID]) -> set[UUID]:
    """Locked, so that a STOP either came before and is seen, or waits until the claim is committed."""
    asked = select(Conversation.id).where(Conversation.id.in_(conversation_ids))
    return set(session.scalars(asked.with_for_update(skip_locked=True, key_share=True)))


def _may_go(session: Session, message: Message, rules: HouseRules, now: datetime) -> bool:
    if message.state not in {State.READY, State.RETRY_WAIT}:
        return False
    verdict = judge_claim(session, message, rules, now)
    if verdict.until is not None:
        hold_back(session, message, verdict.until, verdict.why, now)
        return False
    if verdict.why is not None:
        move(session, message, State.BLOCKED, now, why=verdict.why)
        return False
    if message.not_after is not None and message.not_after <= now:
        move(session, message, State.FAILED, now, why=TOO_OLD)
        return False
    return True


def _take(session: Session, message: Message, number_id: UUID, slots: Slots, lease: timedelta) -> Claim | None:
    attempt_id, now = new_id(), slots.now
    taken = session.execute(
        update(Message)
        .where(Message.id == message.id, WAITS, Message.not_before <= now, NOTHING_EARLIER)
        .values(
            state=State.SENDING,
            attempt_id=attempt_id,
            lease_until=now + lease,
            called_at=None,
            block_reason=None,
            attempts=Message.attempts + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    attempt = {"id": attempt_id, "message_id": message.id, "started_at": now}
    session.connection().execute(insert(SendAttempt.__table__), attempt)  # type: ignore[arg-type]
    announce(session, "conversation", message.conversation_id, team_id=_team_of(session, message))
    return Claim(
        message_id=message.id,
        conversation_id=message.conversation_id,
        number_id=number_id,
        attempt_id=attempt_id,
        attempts=message.attempts + 1,
        call_at=slots.take(number_id),
        lease_until=now + lease,
        not_after=message.not_after,
        sender=message.sender,
        to=message.recipient,
        body=message.body,
    )


def _team_of(session: Session, message: Message) -> UUID:
    return session.get_one(Conversation, message.conversation_id).team_id


def _is_still(claimed: Claim) -> Any:
    return and_(Message.id == claimed.message_id, Message.attempt_id == claimed.attempt_id)
