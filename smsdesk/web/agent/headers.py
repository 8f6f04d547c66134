"""Above the thread: the header with what can be done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk import hand_over, see
from smsdesk.desk.need_no_reply import can_be_taken_back
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation, ConversationState
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.snoozes import choices
from smsdesk.web.agent import words
from smsdesk.web.agent.boxes import OPEN, WAITS
from smsdesk.web.agent.pictures import Choice, HeaderPicture


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
        is_erased=conversation.customer.erased_at is not None,
        snoozes=tuple((said, at.isoformat()) for said, at in choices(now, conversation.number.time_zone)),
        earliest_snooze=f"{now.astimezone(ZoneInfo(conversation.number.time_zone)):%Y-%m-%dT%H:%M}",
    )


def _state_words(conversation: Conversation, now: datetime) -> str:
    if conversation.snoozed_until is not None and conversation.state is ConversationState.SNOOZED:
        return f"Until {words.moment(conversation.snoozed_until, now, conversation.number.time_zone)}"
    return words.STATES[conversation.state].capitalize()


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
