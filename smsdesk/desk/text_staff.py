"""A text to one of our own people goes through the same outbox as any other: at most once, and never after their STOP."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.compose import compose
from smsdesk.desk.stop_texts import ensure_not_stopped
from smsdesk.desk.thread import place_of
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.models.customer import Customer
from smsdesk.models.message import AuthorKind, Message, Purpose
from smsdesk.models.number import Number
from smsdesk.rules.segments import MAX_CHARACTERS

STAFF = "staff"  # the segment by which a colleague's phone is known


class NoNumberOfOurs(Exception):
    """There is no number yet from which a text could go."""


def text_staff(
    session: Session,
    agent: Agent,
    phone: str,
    body: str,
    now: datetime,
    lasts: timedelta,
    *,
    team_id: UUID | None = None,
    number_id: UUID | None = None,
) -> Message:
    """Write it, to be sent after the commit, from the number that is meant, else one of the team, else any.

    It stands in a conversation of theirs that waits for nobody. Raises OptedOut, NoNumberOfOurs.
    """
    number = _number(session, agent, team_id, number_id)
    place = place_of(session, number.address, phone, now)
    conversation = session.scalars(locked(place.conversation_id)).one()
    ensure_not_stopped(session, conversation)
    if conversation.last_seq == 0:
        _is_ours(session, conversation, agent)
    return compose(session, conversation, body[:MAX_CHARACTERS], AuthorKind.SYSTEM, Purpose.STAFF, now, lasts)


def _is_ours(session: Session, conversation: Conversation, agent: Agent) -> None:
    conversation.state, conversation.is_plain = ConversationState.RESOLVED, False
    customer = session.get_one(Customer, conversation.customer_id)
    if customer.name is None and customer.segment is None:
        customer.name, customer.segment = agent.name, STAFF


def _number(session: Session, agent: Agent, team_id: UUID | None, number_id: UUID | None) -> Number:
    if number_id is not None:
        return session.get_one(Number, number_id)
    numbers = list(session.scalars(select(Number).order_by(Number.created_at, Number.id)))
    teams = [team_id, *agent.team_ids]
    numbers.sort(key=lambda number: teams.index(number.team_id) if number.team_id in teams else len(teams))
    if not numbers:
        raise NoNumberOfOurs
    return numbers[0]
