"""Above and beside the thread: the header with what can be done, and the customer's card."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk import hand_over, see
from smsdesk.desk.need_no_reply import can_be_taken_back
from smsdesk.desk.promise_book import book, facts_of
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.consent import Stop
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.models.episode import Episode
from smsdesk.rules.durations import spell
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.snoozes import choices
from smsdesk.rules.terms import ClockKind
from smsdesk.web.agent import words
from smsdesk.web.agent.boxes import OPEN, WAITS
from smsdesk.web.agent.pictures import CardPicture, Choice, HeaderPicture

EARLIER = 5


def header_picture(session: Session, conversation: Conversation, me: Agent, now: datetime) -> HeaderPicture:
    """`conversation` comes from `see`, with its customer, number, address and assignee."""
    return HeaderPicture(
        conversation_id=conversation.id,
        name=conversation.customer.called,
        address=shown(conversation.address.value),
        number_label=conversation.number.label,
        left=words.left(conversation.waiting_since, conversation.reply_due_at, now),
        state=conversation.state.value,
        state_words=_state_words(conversation, now),
        assignee=conversation.assignee.name if conversation.assignee else None,
        assignee_id=conversation.assignee_id,
        mine=conversation.assignee_id == me.id,
        last_inbound_seq=conversation.last_inbound_seq,
        choices=tuple(_choices(session, conversation, me)),
        needs_reply_after_all=can_be_taken_back(session, conversation),
        is_goodbye=conversation.farewell_seq is not None,
        snoozes=tuple((said, at.isoformat()) for said, at in choices(now, conversation.number.time_zone)),
        earliest_snooze=f"{now.astimezone(ZoneInfo(conversation.number.time_zone)):%Y-%m-%dT%H:%M}",
    )


def card_picture(session: Session, conversation: Conversation, now: datetime) -> CardPicture:
    """The customer: who they are, what they agreed to, what went before."""
    zone, customer, address = conversation.number.time_zone, conversation.customer, conversation.address
    stopped = session.scalar(
        select(Stop.since).where(Stop.address_id == address.id, Stop.number_id == conversation.number_id)
    )
    return CardPicture(
        conversation_id=conversation.id,
        name=customer.called,
        initials=words.initials(customer.name, address.value),
        since_words=f"customer since {words.short_day(customer.created_at, zone)}",
        address=shown(address.value),
        number_label=conversation.number.label,
        consent_words=f"stopped on {words.short_day(stopped, zone)}" if stopped else "replies allowed",
        stopped=stopped is not None,
        last_reply_words=_last_reply(session, conversation.id),
        episodes_words=str(session.scalar(select(func.count()).where(Episode.conversation_id == conversation.id))),
        earlier=tuple(_earlier(session, conversation, zone)),
        priority=conversation.priority.value,
        tags=", ".join(conversation.tags),
        segment=customer.segment or "",
        promise_words=_promise_words(session, conversation, now),
    )


def _state_words(conversation: Conversation, now: datetime) -> str:
    if conversation.snoozed_until is not None and conversation.state is ConversationState.SNOOZED:
        return f"Until {words.moment(conversation.snoozed_until, now, conversation.number.time_zone)}"
    return words.STATES[conversation.state].capitalize()


def _promise_words(session: Session, conversation: Conversation, now: datetime) -> str:
    """What holds here, and which policy says so."""
    terms = book(session, now).terms(ClockKind.NEXT_REPLY, facts_of(session, conversation))
    if terms is None:
        return ""
    return f"a reply within {spell(terms.target)}" + (f" ({terms.policy})" if terms.policy else "")


def _choices(session: Session, conversation: Conversation, me: Agent) -> list[Choice]:
    colleagues = hand_over.colleagues(session, conversation.team_id)
    load = _loads(session, [one.id for one in colleagues])
    people = [
        Choice("agent_id", one.id, one.name, f"{load.get(one.id, 0)} of {one.capacity}", one.availability.value)
        for one in colleagues
        if one.id not in (me.id, conversation.assignee_id)
    ]
    teams = [
        Choice("team_id", team.id, team.name, "team", "")
        for team in see.teams(session, me)
        if team.id != conversation.team_id
    ]
    return people + teams


def _loads(session: Session, agents: list[UUID]) -> dict[UUID, int]:
    waiting = (
        select(Conversation.assignee_id, func.count())
        .where(OPEN, WAITS, Conversation.assignee_id.in_(agents))
        .group_by(Conversation.assignee_id)
    )
    return {agent_id: count for agent_id, count in session.execute(waiting) if agent_id is not None}


def _last_reply(session: Session, conversation_id: UUID) -> str:
    clock = session.execute(
        select(Clock.started_at, Clock.fulfilled_at)
        .where(Clock.conversation_id == conversation_id, Clock.fulfilled_at.is_not(None))
        .order_by(Clock.started_seq.desc())
        .limit(1)
    ).one_or_none()
    return spell(clock.fulfilled_at - clock.started_at) if clock else "no reply yet"


def _earlier(session: Session, conversation: Conversation, zone: str) -> list[str]:
    episodes = session.execute(
        select(Episode.opened_at, Episode.resolved_at)
        .where(Episode.conversation_id == conversation.id, Episode.resolved_at.is_not(None))
        .order_by(Episode.id.desc())
        .limit(EARLIER)
    )
    return [
        f"{words.short_day(e.opened_at, zone)} · resolved in {spell(e.resolved_at - e.opened_at)}" for e in episodes
    ]
