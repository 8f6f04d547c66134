"""What a report is asked about: days, numbers, a team or a person, and always through the person who asks. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.add_up import Seen
from smsdesk.desk.judge import IS_REPLY, Whose, Window
from smsdesk.desk.see import in_their_teams
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.episode import Episode
from smsdesk.models.number import Number
from smsdesk.rules.periods import Period, Stretch

Stretches = Callable[[str], Sequence[Stretch]]  # zone → what is asked for there


@dataclass(frozen=True)
class Place:
    """A number, as far as reports need it."""

    id: UUID
    label: str
    zone: str


@dataclass(frozen=True)
class Asked:
    """Who asks, about which days, on which of the numbers; one team or one person of them, or all."""

    by: Agent
    period: Period
    places: tuple[Place, ...]
    team_id: UUID | None = None
    agent_id: UUID | None = None

    @cached_property
    def zones(self) -> Mapping[UUID, str]:
        return {place.id: place.zone for place in self.places}

    def teams(self, team_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """A condition on a team column: it is asked for, and theirs to see."""
        return in_their_teams(self.by, team_id) & (true() if self.team_id is None else team_id == self.team_id)

    def whose(self, kinds: ColumnElement[bool] = IS_REPLY) -> Whose:
        return Whose(self.teams(Clock.team_id), kinds, self.agent_id)

    @property
    def seen(self) -> Seen:
        return Seen(self.teams(Conversation.team_id), self.teams(Episode.team_id), self.teams(Clock.team_id))

    def windows(self, stretches: Stretches) -> list[Window]:
        """The same stretches on the wall, for numbers in each zone."""
        groups: dict[str, list[UUID]] = {}
        for place in self.places:
            groups.setdefault(place.zone, []).append(place.id)
        return [Window(tuple(ids), tuple(stretches(zone))) for zone, ids in groups.items()]

    def whole(self) -> list[Window]:
        return self.windows(lambda zone: (self.period.stretch(zone),))


def places(session: Session) -> tuple[Place, ...]:
    """Every number: a conversation of theirs may have come in on one of another team."""
    rows = session.execute(select(Number.id, Number.label, Number.time_zone).order_by(Number.label))
    return tuple(Place(*row) for row in rows)
