"""A text that looks like a wish to get no more texts: a person decides with one key, and after a day it counts as a STOP.

47 CFR 64.1200(a)(10): a wish in any reasonable manner counts. A machine's reading alone ends no conversation: "please stop
by tomorrow" is none. Until somebody has decided, nothing goes there that is not an answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce
from smsdesk.desk import promise
from smsdesk.desk.record import record
from smsdesk.desk.stop_texts import enter, start, stop
from smsdesk.models.agent import Agent
from smsdesk.models.consent import ConsentKind, StopSource, StopWish, WishOutcome
from smsdesk.models.conversation import Conversation, locked

DECIDE_WITHIN = timedelta(hours=24)
TAKE_BACK_WITHIN = timedelta(minutes=10)
BATCH = 100


class NoWish(Exception):
    """Somebody has decided already, or nobody asked for anything; or it is too late to take a decision back."""


def note(session: Session, conversation_id: UUID, team_id: UUID, message_id: UUID, words: str, now: datetime) -> None:
    """In the transaction that stores the text. A wish that waits for a decision already keeps its own moment."""
    values = {
        "id": new_id(),
        "conversation_id": conversation_id,
        "message_id": message_id,
        "words": words,
        "asked_at": now,
        "due_at": now + DECIDE_WITHIN,
    }
    noted = session.execute(
        upsert(StopWish).on_conflict_do_nothing().returning(StopWish.id), values
    ).scalar_one_or_none()
    if noted is not None:
        record(
            session, "consent.suspected", now, conversation_id=conversation_id, team_id=team_id, subject_id=message_id
        )


def undecided(session: Session, conversation_id: UUID) -> StopWish | None:
    """The wish that a person has to decide about; looks only."""
    return session.scalar(
        select(StopWish).where(StopWish.conversation_id == conversation_id, StopWish.outcome.is_(None))
    )


def confirm(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """A person reads it as a STOP. Raises NoWish."""
    wish = _held(session, conversation)
    _decide(session, wish, WishOutcome.STOPPED, by, now)
    _stop(session, wish, conversation, StopSource.AGENT, now, by)


def dismiss(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """A person reads something else in it. Raises NoWish."""
    wish = _held(session, conversation)
    _decide(session, wish, WishOutcome.NOT_A_STOP, by, now)
    kind, source = ConsentKind.NOT_A_STOP, StopSource.AGENT
    enter(
        session, kind, conversation.address_id, conversation.number_id, now, wish.message_id, wish.words, source, by.id
    )
    _tell(session, "consent.not_a_stop", conversation, wish, by, now)


def take_back(session: Session, conversation: Conversation, by: Agent, now: datetime) -> None:
    """Whoever decided a moment ago pressed the wrong key: the wish waits again. Raises NoWish."""
    conversation = session.scalars(locked(conversation.id)).one()
    wish = last_decision(session, conversation.id, by, now)
    if wish is None or undecided(session, conversation.id) is not None:
        raise NoWish
    decided_at, outcome = wish.decided_at, wish.outcome
    wish.outcome = wish.decided_at = wish.decided_by_id = None
    kind, source = ConsentKind.TAKEN_BACK, StopSource.AGENT
    if outcome is WishOutcome.STOPPED:
        lifted = start(session, conversation, now, kind=kind, message_id=wish.message_id, words=wish.words, source=source,
                       actor_id=by.id, only=[StopSource.AGENT])  # fmt: skip
        if not lifted:
            raise NoWish  # the customer has said it themselves since
        session.flush()
        promise.resume(session, conversation, decided_at or now, now, promise.STOPPED)
        return
    enter(
        session, kind, conversation.address_id, conversation.number_id, now, wish.message_id, wish.words, source, by.id
    )
    _tell(session, "consent.taken_back", conversation, wish, by, now)


def last_decision(session: Session, conversation_id: UUID, by: Agent, now: datetime) -> StopWish | None:
    """What this person may still take back: nothing that the customer has confirmed since. Looks only."""
    last = session.scalar(
        select(StopWish).where(StopWish.conversation_id == conversation_id).order_by(StopWish.id.desc()).limit(1)
    )
    if last is None or last.decided_by_id != by.id or last.decided_at is None:
        return None
    return last if now - last.decided_at <= TAKE_BACK_WITHIN else None


def overtake(session: Session, conversation_id: UUID, now: datetime) -> None:
    """The customer has said it in a word that leaves no doubt."""
    session.execute(
        update(StopWish)
        .where(StopWish.conversation_id == conversation_id, StopWish.outcome.is_(None))
        .values(outcome=WishOutcome.OVERTAKEN, decided_at=now),
        execution_options={"synchronize_session": False},
    )


def is_due(session: Session, now: datetime) -> bool:
    """Whether `settle_due` has something to do. Only reads."""
    return session.scalar(select(StopWish.id).where(*_due(now)).limit(1)) is not None


def settle_due(session: Session, now: datetime, limit: int = BATCH) -> int:
    """What nobody has decided within a day is a STOP; returns how many were settled."""
    due = session.execute(
        select(StopWish.id, StopWish.conversation_id).where(*_due(now)).order_by(StopWish.due_at).limit(limit)
    ).all()
    settled = 0
    for _, conversation_id in due:
        conversation = session.scalars(locked(conversation_id)).one()
        wish = undecided(session, conversation_id)
        if wish is None or wish.due_at > now:
            continue
        wish.outcome, wish.decided_at = WishOutcome.STOPPED, now
        _stop(session, wish, conversation, StopSource.DEFAULT, now, None)
        settled += 1
    return settled


def _held(session: Session, conversation: Conversation) -> StopWish:
    """Everybody takes the conversation first, so one of two who press at once finds nothing left."""
    session.scalars(locked(conversation.id)).one()
    wish = undecided(session, conversation.id)
    if wish is None:
        raise NoWish
    return wish


def _decide(session: Session, wish: StopWish, outcome: WishOutcome, by: Agent, now: datetime) -> None:
    wish.outcome, wish.decided_at, wish.decided_by_id = outcome, now, by.id
    session.flush()


def _stop(
    session: Session, wish: StopWish, conversation: Conversation, source: StopSource, now: datetime, by: Agent | None
) -> None:
    stop(
        session,
        conversation.id,
        conversation.address_id,
        conversation.number_id,
        now,
        message_id=wish.message_id,
        words=wish.words,
        source=source,
        actor_id=by.id if by else None,
    )


def _tell(session: Session, kind: str, conversation: Conversation, wish: StopWish, by: Agent, now: datetime) -> None:
    record(session, kind, now, conversation_id=conversation.id, team_id=conversation.team_id, actor_id=by.id,
           subject_id=wish.message_id)  # fmt: skip
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return StopWish.outcome.is_(None), StopWish.due_at <= now
