"""Agents: the people of your teams, and whether they are there."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, or_, select

from smsdesk.adapters import clock
from smsdesk.desk import see, set_up
from smsdesk.desk.hand_over import set_availability
from smsdesk.models.agent import Agent as StoredAgent
from smsdesk.models.agent import Availability, Membership
from smsdesk.models.sign_in import TokenScope
from smsdesk.rules.roles import Action, Role
from smsdesk.web.access import NotAllowed, me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.api.teams import seen_team
from smsdesk.web.transaction import session

ORDER = Order("agents", (StoredAgent.id,))


class Agent(Told):
    """A person who answers or watches. You see your colleagues, and of their teams those that are yours, too."""

    id: UUID
    name: str
    email: str = Field(examples=["maya@example.com"])
    role: Role
    teams: list[UUID]
    availability: Availability
    availability_since: Moment
    capacity: int
    """How many waiting conversations routing gives them at most."""
    disabled: bool
    created_at: Moment


class Agents(Page):
    items: list[Agent]


class NewAgent(Asked):
    email: Annotated[
        str,
        Field(
            max_length=254, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", examples=["kim@example.com"]
        ),
    ]
    name: OneLine
    role: Role
    team_ids: Annotated[list[UUID], Field(max_length=50)]
    capacity: Annotated[int, Field(ge=1, le=100)] = 6


class AgentChange(Asked):
    availability: Availability
    """Who goes away hands back what still waits for an answer."""


@operation("GET", "/agents", Agents, asks=Paging)
def list_agents(asked: Paging) -> Agents:
    """The people of your teams, oldest first."""
    found, following = part(session(), _seen_by(me()), ORDER, asked)
    return Agents(items=[agent_of(agent) for agent in found], next_cursor=following)


@operation("GET", "/agents/<uuid:agent_id>", Agent)
def get_agent(agent_id: UUID) -> Agent:
    """One person."""
    return agent_of(_seen(agent_id))


@operation("GET", "/agents/me", Agent)
def get_me() -> Agent:
    """The person that this token acts as."""
    return agent_of(me())


@operation("POST", "/agents", Agent, status=201, takes=NewAgent, scope=TokenScope.ADMIN, conflicts=True)
def add_agent(body: NewAgent) -> Agent:
    """Add a person, without a password: an operator gives them a one-time link. Asks for an admin."""
    need(Action.MANAGE_PEOPLE)
    teams = [seen_team(session(), me(), team_id).name for team_id in dict.fromkeys(body.team_ids)]
    added = set_up.add_agent(session(), body.email, body.name, body.role, teams, clock.now(), capacity=body.capacity)
    return agent_of(added)


@operation("PATCH", "/agents/<uuid:agent_id>", Agent, takes=AgentChange)
def change_agent(agent_id: UUID, body: AgentChange) -> Agent:
    """Say that you are available, busy or away. Nobody says it for somebody else."""
    if _seen(agent_id).id != me().id:
        raise NotAllowed
    set_availability(session(), me(), body.availability, clock.now())
    return agent_of(me())


def agent_of(agent: StoredAgent) -> Agent:
    asker = me()
    return Agent(
        id=agent.id,
        name=agent.name,
        email=agent.email,
        role=agent.role,
        teams=[team for team in agent.team_ids if asker.sees_all_teams or team in asker.team_ids],
        availability=agent.availability,
        availability_since=agent.availability_since,
        capacity=agent.capacity,
        disabled=agent.disabled_at is not None,
        created_at=agent.created_at,
    )


def seen_agent(agent_id: UUID | Literal["me"]) -> StoredAgent:
    """A colleague, or oneself. Raises NotThere."""
    return me() if agent_id == "me" else _seen(agent_id)


def _seen(agent_id: UUID) -> StoredAgent:
    found = session().scalars(_seen_by(me()).where(StoredAgent.id == agent_id)).unique().one_or_none()
    if found is None:
        raise see.NotThere
    return found


def _seen_by(asker: StoredAgent) -> Select[StoredAgent]:
    if asker.sees_all_teams:
        return select(StoredAgent)
    colleagues = select(Membership.agent_id).where(see.in_their_teams(asker, Membership.team_id))
    return select(StoredAgent).where(or_(StoredAgent.id == asker.id, StoredAgent.id.in_(colleagues)))
