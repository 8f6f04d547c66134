"""Setting up a shop: its teams, its numbers and its people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.promise_book import publish
from smsdesk.desk.record import record
from smsdesk.desk.stop_texts import cover_new_number
from smsdesk.models.agent import Agent, Availability
from smsdesk.models.number import Number
from smsdesk.models.team import Team
from smsdesk.rules.phone_numbers import typed_number
from smsdesk.rules.roles import Role

SHORTEST_TARGET, LONGEST_TARGET = timedelta(seconds=30), timedelta(days=7)


class AlreadyThere(Exception):
    """A team, number or person of that name exists; the message says which."""


class NoSuchTeam(Exception):
    """There is no team of that name; the message names those that exist."""


class BadTarget(Exception):
    """A reply time that cannot be promised; the message says what can."""


class BadPerson(Exception):
    """A name or e-mail address that cannot be used; the message says why."""


def add_team(session: Session, name: str, now: datetime) -> Team:
    """A new team. Raises AlreadyThere."""
    name = name.strip()
    if not name:
        raise AlreadyThere("A team needs a name.")
    if session.scalar(select(Team).where(Team.name == name)):
        raise AlreadyThere(f"There is a team “{name}” already.")
    team = Team(name=name, created_at=now)
    session.add(team)
    session.flush()
    record(session, "team.added", now, team_id=team.id, subject_id=team.id)
    return team


def add_number(
    session: Session,
    address: str,
    team_name: str,
    label: str,
    target: timedelta,
    now: datetime,
    *,
    per_second: int = 10,
) -> Number:
    """A number that the business publishes. Raises NotAPhoneNumber, NoSuchTeam, AlreadyThere, BadTarget."""
    address, team = typed_number(address), team_called(session, team_name)
    ensure_target(target)
    if session.scalar(select(Number).where(Number.address == address)):
        raise AlreadyThere(f"{address} is set up already.")
    number = Number(address=address, label=label.strip() or address, team_id=team.id, target=target, created_at=now)
    number.texts_per_second = per_second
    session.add(number)
    session.flush()
    cover_new_number(session, number)
    publish(session, now)
    record(session, "number.added", now, team_id=team.id, subject_id=number.id)
    return number


def add_agent(
    session: Session,
    email: str,
    name: str,
    role: Role,
    team_names: Sequence[str],
    now: datetime,
    *,
    password_hash: str | None = None,
    capacity: int = 6,
) -> Agent:
    """A person. Raises BadPerson, NoSuchTeam, AlreadyThere."""
    email, name = email.strip().lower(), name.strip()
    local, _, domain = email.partition("@")
    if not local or "." not in domain or " " in email or len(email) > 254:
        raise BadPerson(f"“{email}” is no e-mail address; write it like maya@example.com.")
    if not name:
        raise BadPerson("A person needs a name.")
    if session.scalar(select(Agent).where(Agent.email == email)):
        raise AlreadyThere(f"There is a person with {email} already.")
    agent = Agent(email=email, name=name, role=role, password_hash=password_hash, capacity=capacity, created_at=now)
    agent.availability, agent.availability_since = Availability.AWAY, now
    agent.teams = [team_called(session, one) for one in team_names]
    session.add(agent)
    session.flush()
    record(session, "agent.added", now, subject_id=agent.id, role=role.value)
    return agent


def team_called(session: Session, name: str) -> Team:
    """The team of that name. Raises NoSuchTeam, which lists those that exist."""
    team = session.scalar(select(Team).where(Team.name == name.strip()))
    if team is None:
        names = ", ".join(session.scalars(select(Team.name).order_by(Team.name))) or "none yet; add one with add-team"
        raise NoSuchTeam(f"There is no team “{name}”; there are: {names}.")
    return team


def ensure_target(target: timedelta) -> None:
    """Raises BadTarget."""
    if not SHORTEST_TARGET <= target <= LONGEST_TARGET:
        raise BadTarget("A reply time is from 30 seconds to 7 days, such as 10m.")
