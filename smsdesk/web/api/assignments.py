"""Assignment: who has a conversation. Take it, pass it on, put it back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, RootModel

from smsdesk.adapters import clock
from smsdesk.desk import hand_over, see
from smsdesk.models.conversation import Conversation as StoredConversation
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.agents import seen_agent
from smsdesk.web.api.contract import operation
from smsdesk.web.api.conversations import Conversation, told_again
from smsdesk.web.api.shapes import Asked
from smsdesk.web.api.teams import seen_team
from smsdesk.web.transaction import session

PATH = "/conversations/<uuid:conversation_id>/assignment"


class ToPerson(Asked):
    agent_id: UUID | Literal["me"] = Field(examples=["me"])
    """A colleague of its team, or `me`."""


class ToTeam(Asked):
    team_id: UUID
    """Another of your teams."""


class Assignment(RootModel[ToPerson | ToTeam]):
    """Either a person or a team."""


@operation("PUT", PATH, Conversation, takes=Assignment, conflicts=True)
def assign_conversation(conversation_id: UUID, body: Assignment) -> Conversation:
    """Take it, pass it on to a colleague, or hand it to another of your teams, where routing finds somebody.

    What somebody else has is given to a third person by a lead or a manager only. Of two who ask at once one wins.
    """
    need(Action.TAKE)
    conversation, now = see.conversation(session(), me(), conversation_id), clock.now()
    if isinstance(body.root, ToPerson):
        _give(conversation, body.root.agent_id, now)
    else:
        team = seen_team(session(), me(), body.root.team_id)
        hand_over.pass_to_team(session(), conversation, team, me(), now)
    return told_again(conversation)


@operation("DELETE", PATH, Conversation, conflicts=True)
def release_conversation(conversation_id: UUID) -> Conversation:
    """Put it back into the waiting room; routing looks for somebody else."""
    need(Action.TAKE)
    conversation = see.conversation(session(), me(), conversation_id)
    hand_over.release(session(), conversation, me(), clock.now(), seen_assignee=conversation.assignee_id)
    return told_again(conversation)


def _give(conversation: StoredConversation, agent_id: UUID | Literal["me"], now: datetime) -> None:
    to, holder = seen_agent(agent_id), conversation.assignee_id
    if to.id == me().id:
        hand_over.take(session(), conversation, me(), now, seen_assignee=holder)
        return
    hand_over.pass_on(session(), conversation, to, me(), now, seen_assignee=holder)
