"""What a trial found, side by side in figures: today's promises and those of a draft."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.models.agent import Agent, Membership
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import Whom, is_warning
from smsdesk.rules.trial import Audience, Crew, Tally, percentile, told_people


def sides(session: Session, today: Tally, candidate: Tally) -> dict[str, Any]:
    """Both in figures, and the names of the people in them."""
    crews = _Crews(session)
    both = {"today": _figures(today, crews), "candidate": _figures(candidate, crews)}
    told = {id for side in both.values() for id in side["people"]}
    return both | {"names": {id: name for id, name in crews.names.items() if id in told}}


def _figures(tally: Tally, crews: _Crews) -> dict[str, Any]:
    """Lengths in seconds. `rungs`: the ladder above the deadline by its places, `repeats` behind its last one."""
    steps = tally.steps
    return {
        "promises": dict(tally.promises),
        "late": dict(tally.late),
        "open": {f"p{percent}": percentile(tally.open_waits, percent) for percent in (50, 90)},
        "wall": {f"p{percent}": percentile(tally.wall_waits, percent) for percent in (50, 90)},
        "warnings": sum(count for step, count in steps.items() if is_warning(step)),
        "breaches": steps["breach"],
        "rungs": {
            step.removeprefix("rung_"): count for step, count in sorted(steps.items()) if step.startswith("rung_")
        },
        "repeats": sum(count for step, count in steps.items() if step.startswith("repeat_")),
        "texts": sum(count for (*_, whom), count in tally.told.items() if Whom.PHONE in whom.split("+")),
        "people": dict(crews.told(tally)),
    }


class _Crews:
    """Who is here, and stands for which place of the ladder in which team."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Agent.id, Agent.name, Agent.role).where(Agent.disabled_at.is_(None))).all()
        self.names = {id.hex: name for id, name, _ in rows}
        leads = {id.hex for id, _, role in rows if role is Role.LEAD}
        managers = frozenset(id.hex for id, _, role in rows if role in {Role.MANAGER, Role.ADMIN})
        members: dict[str, set[str]] = {}
        for team_id, agent_id in session.execute(select(Membership.team_id, Membership.agent_id)):
            if agent_id.hex in self.names:
                members.setdefault(team_id.hex, set()).add(agent_id.hex)
        self.of = {team: Crew(frozenset(here), frozenset(here & leads), managers) for team, here in members.items()}
        self.nobody = Crew(frozenset(), frozenset(), managers)

    def told(self, tally: Tally) -> Counter[str]:
        """How many alerts each person would have had. Whoever is gone had theirs as the team has them now."""
        here: Counter[Audience] = Counter()
        for (team, agent, whom), count in tally.told.items():
            here[team, agent if agent in self.names else "", whom] += count
        return told_people(here, {team: self.of.get(team, self.nobody) for team, _, _ in here})
