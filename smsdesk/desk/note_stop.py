"""A stop that was said elsewhere is recorded, and one that was only somebody's reading is lifted by a manager, with evidence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import suspect
from smsdesk.desk.stop_texts import LONGEST_WORDS, is_stopped, start, stop
from smsdesk.models.agent import Agent
from smsdesk.models.consent import ConsentKind, Stop, StopSource
from smsdesk.models.conversation import Conversation, locked

OUR_READING = (StopSource.AGENT, StopSource.DEFAULT)


class BadEvidence(ValueError):
    """Nobody could check it later: the words are missing, or too many."""


class TheirsAlone(Exception):
    """The customer said it themselves, or nothing is stopped: there is nothing that anybody here could lift."""


def stop_as_told(session: Session, conversation: Conversation, how: str, by: Agent, now: datetime) -> None:
    """They asked on the phone, in the shop, by mail. Twice is once. Raises BadEvidence."""
    how = _evidence(how, "Write how they asked, such as: on the phone, at noon.")
    conversation = session.scalars(locked(conversation.id)).one()
    if is_stopped(session, conversation.address_id, conversation.number_id):
        return
    suspect.overtake(session, conversation.id, now)
    stop(
        session,
        conversation.id,
        conversation.address_id,
        conversation.number_id,
        now,
        message_id=None,
        words=how,
        source=StopSource.AGENT,
        actor_id=by.id,
    )


def lift(session: Session, conversation: Conversation, evidence: str, by: Agent, now: datetime) -> None:
    """A manager knows that they want our texts. Raises BadEvidence, TheirsAlone."""
    evidence = _evidence(evidence, "Write how you know that they want texts again.")
    conversation = session.scalars(locked(conversation.id)).one()
    if not can_be_lifted(session, conversation):
        raise TheirsAlone
    start(session, conversation, now, kind=ConsentKind.LIFTED, message_id=None, words=evidence, source=StopSource.AGENT,
          actor_id=by.id, only=OUR_READING)  # fmt: skip


def can_be_lifted(session: Session, conversation: Conversation) -> bool:
    """Whether the stop in force is only our reading of what they said. Looks only."""
    return in_force(session, conversation) in OUR_READING


def in_force(session: Session, conversation: Conversation) -> StopSource | None:
    """Whose word the stop rests on; None where nothing is stopped. Looks only."""
    source = session.scalar(
        select(Stop.source).where(Stop.address_id == conversation.address_id, Stop.number_id == conversation.number_id)
    )
    return StopSource(source) if source is not None else None


def _evidence(words: str, otherwise: str) -> str:
    words = words.strip()
    if not words:
        raise BadEvidence(otherwise)
    if len(words) > LONGEST_WORDS:
        raise BadEvidence(f"{LONGEST_WORDS} characters are the most.")
    return words
