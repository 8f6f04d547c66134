"""What a person may see: the teams that they belong to, nothing else. Everything is looked up through here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, joinedload

from smsdesk.adapters.promises import News
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertRecipient
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.media import Media
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.models.team import Team
from smsdesk.rules.roles import Action, may

FOR_EVERYBODY = {"refresh", "audit"}  # an id tells nobody anything


class NotThere(LookupError):
    """There is none, or it is not theirs: the two must look the same from outside."""


def in_their_teams(agent: Agent, team_id: Any) -> ColumnElement[bool]:
    """A condition on a team column: this person may see the row."""
    return true() if agent.sees_all_teams else team_id.in_(agent.team_ids)


def conversations(agent: Agent) -> Select[Conversation]:
    """Every conversation that this person may see."""
    return select(Conversation).where(in_their_teams(agent, Conversation.team_id))


def conversation(session: Session, agent: Agent, conversation_id: UUID) -> Conversation:
    """One conversation with its customer, number, team and assignee. Raises NotThere."""
    found = session.scalars(
        conversations(agent)
        .where(Conversation.id == conversation_id)
        .options(
            # What hangs on these is looked up where it is shown, not for every fragment
            joinedload(Conversation.customer, innerjoin=True).lazyload(Customer.addresses),
            joinedload(Conversation.number, innerjoin=True),
            joinedload(Conversation.address, innerjoin=True),
            joinedload(Conversation.team, innerjoin=True),
            joinedload(Conversation.assignee).lazyload(Agent.teams),
        )
    ).one_or_none()
    return found or _missing()


def customers(agent: Agent) -> Select[Customer]:
    """Everybody who has a conversation that this person may see."""
    theirs = conversations(agent).where(Conversation.customer_id == Customer.id)
    return select(Customer).where(theirs.exists())


def customer(session: Session, agent: Agent, customer_id: UUID) -> Customer:
    """Raises NotThere."""
    return session.scalars(customers(agent).where(Customer.id == customer_id)).one_or_none() or _missing()


def message(session: Session, agent: Agent, message_id: UUID) -> Message:
    """One message of a conversation that this person may see. Raises NotThere."""
    found = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id == message_id, in_their_teams(agent, Conversation.team_id))
    ).one_or_none()
    return found or _missing()


def media(session: Session, agent: Agent, media_id: UUID) -> Media:
    """One picture of a conversation that this person may see. Raises NotThere."""
    found = session.scalars(
        select(Media)
        .join(Message, Message.id == Media.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Media.id == media_id, in_their_teams(agent, Conversation.team_id))
    ).one_or_none()
    return found or _missing()


def teams(session: Session, agent: Agent) -> list[Team]:
    """Their teams, by name."""
    return list(session.scalars(select(Team).where(in_their_teams(agent, Team.id)).order_by(Team.name)))


def numbers(session: Session, agent: Agent) -> list[Number]:
    """The numbers of their teams, by label."""
    return list(session.scalars(select(Number).where(in_their_teams(agent, Number.team_id)).order_by(Number.label)))


def alerts(agent: Agent) -> Select[Alert]:
    """Alerts that were told to this person, and for those who watch over teams every alert of these."""
    theirs = select(Alert).where(in_their_teams(agent, Alert.team_id))
    if may(agent.role, Action.SEE_MANAGER_PAGE):
        return theirs
    return theirs.join(AlertRecipient).where(AlertRecipient.agent_id == agent.id)


def may_hear(agent: Agent, news: News) -> bool:
    """Whether a piece of news is for this person's open pages."""
    if news.agent_id is not None:
        return news.agent_id == agent.id
    if news.team_id is not None:
        return agent.sees_all_teams or news.team_id in agent.team_ids
    return agent.sees_all_teams or news.kind in FOR_EVERYBODY


def _missing() -> Any:
    raise NotThere
