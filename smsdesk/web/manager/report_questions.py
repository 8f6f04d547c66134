"""What somebody asks of the reports, read from the address, and the addresses that ask something else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from smsdesk.desk import see
from smsdesk.desk.ask_about import Asked, Place, places
from smsdesk.models.agent import Agent, Membership
from smsdesk.models.number import Number
from smsdesk.models.team import Team
from smsdesk.rules.periods import Days, NotAPeriod, Period, before, period
from smsdesk.web.manager.overviews import zone_of

ADDRESS = "/manager/reports"
UNREADABLE = "“%s” is no date: write year, month and day, as in 2026-01-31."
USUAL = Days.SEVEN


@dataclass(frozen=True)
class Question:
    """What was asked, in what they may see. `problem`: what could not be read; then the usual week is shown."""

    days: Days
    period: Period
    before: Period
    zone: str
    places: tuple[Place, ...]
    numbers: tuple[Number, ...]
    teams: tuple[Team, ...]
    people: tuple[Agent, ...]
    number_id: UUID | None
    team_id: UUID | None
    agent_id: UUID | None
    typed: tuple[str, str]
    sort: str
    problem: str = ""

    def asked(self, by: Agent, earlier: bool = False) -> Asked:
        here = tuple(place for place in self.places if self.number_id in {None, place.id})
        return Asked(by, self.before if earlier else self.period, here, self.team_id, self.agent_id)

    def address(self, page: str = "", **changes: object) -> str:
        """The same question with something else in it; None leaves a part out."""
        parts: dict[str, object] = {"days": self.days.value}
        if self.days is Days.OWN:
            parts |= {"from": self.typed[0], "to": self.typed[1]}
        parts |= {"number": self.number_id, "team": self.team_id, "agent": self.agent_id, "sort": self.sort or None}
        parts |= {name.rstrip("_"): value for name, value in changes.items()}
        kept = {name: str(value) for name, value in parts.items() if value is not None}
        return f"{ADDRESS}{page}?{urlencode(kept)}"


def question(session: Session, by: Agent, args: MultiDict[str, str], now: datetime) -> Question:
    """Raises NotThere for a number, team or person that is not theirs to see."""
    numbers = see.numbers(session, by)
    teams, people = see.teams(session, by), _people(session, by)
    number_id, team_id = _one_of(numbers, args.get("number", "")), _one_of(teams, args.get("team", ""))
    agent_id = _one_of(people, args.get("agent", ""))
    zone = zone_of([one for one in numbers if number_id in {None, one.id}])
    typed = (args.get("from", "")[:20], args.get("to", "")[:20])
    today = now.astimezone(ZoneInfo(zone)).date()
    days, problem = _days(args.get("days", "")), ""
    try:
        asked = period(days, today, _dates(typed) if days is Days.OWN else None)
    except NotAPeriod as error:
        days, asked, problem = USUAL, period(USUAL, today), str(error)
    return Question(
        days, asked, before(asked, days, now, zone), zone, places(session), tuple(numbers), tuple(teams), tuple(people),
        number_id, team_id, agent_id, typed, args.get("sort", "")[:12], problem,
    )  # fmt: skip


def _days(word: str) -> Days:
    return Days(word) if word in set(Days) else USUAL


def _dates(typed: tuple[str, str]) -> tuple[date, date]:
    """Raises NotAPeriod."""
    return _date(typed[0]), _date(typed[1])


def _date(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotAPeriod(UNREADABLE % word if word else "Write both days, as in 2026-01-31.") from None


def _one_of(things: list[Number] | list[Team] | list[Agent], word: str) -> UUID | None:
    if not word:
        return None
    found = next((one.id for one in things if str(one.id) == word), None)
    if found is None:
        raise see.NotThere
    return found


def _people(session: Session, by: Agent) -> list[Agent]:
    """Whoever is in a team of theirs, those who left too: their answers are still there."""
    theirs = select(Membership.agent_id).where(see.in_their_teams(by, Membership.team_id))
    return list(session.scalars(select(Agent).where(Agent.id.in_(theirs)).order_by(Agent.name, Agent.id)))
