"""Teams: who sees and answers what."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.desk import see, set_up
from smsdesk.models.agent import Agent
from smsdesk.models.sign_in import TokenScope
from smsdesk.models.team import Team as StoredTeam
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.transaction import session

ORDER = Order("teams", (StoredTeam.id,))


class Team(Told):
    """A team. You see the teams that you belong to; managers and admins see all."""

    id: UUID
    name: str
    created_at: Moment


class Teams(Page):
    items: list[Team]


class NewTeam(Asked):
    name: OneLine


@operation("GET", "/teams", Teams, asks=Paging)
def list_teams(asked: Paging) -> Teams:
    """Your teams, oldest first."""
    found, following = part(session(), _seen_by(me()), ORDER, asked)
    return Teams(items=[team_of(team) for team in found], next_cursor=following)


@operation("GET", "/teams/<uuid:team_id>", Team)
def get_team(team_id: UUID) -> Team:
    """One team."""
    return team_of(seen_team(session(), me(), team_id))


@operation("POST", "/teams", Team, status=201, takes=NewTeam, scope=TokenScope.ADMIN, conflicts=True)
def add_team(body: NewTeam) -> Team:
    """Add a team. Asks for an admin."""
    need(Action.MANAGE_PEOPLE)
    return team_of(set_up.add_team(session(), body.name, clock.now()))


def seen_team(database: Session, agent: Agent, team_id: UUID) -> StoredTeam:
    """A team that this person may see. Raises NotThere."""
    found = database.scalars(_seen_by(agent).where(StoredTeam.id == team_id)).one_or_none()
    if found is None:
        raise see.NotThere
    return found


def team_of(team: StoredTeam) -> Team:
    return Team(id=team.id, name=team.name, created_at=team.created_at)


def _seen_by(agent: Agent) -> Select[StoredTeam]:
    return select(StoredTeam).where(see.in_their_teams(agent, StoredTeam.id))
