"""Who gets a waiting customer, and why, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID


@dataclass(frozen=True)
class Candidate:
    """An agent as routing sees one: open conversations against how many at once, and idle since when."""

    agent_id: UUID
    name: str
    available: bool
    load: int
    capacity: int
    idle_since: datetime

    def has_room(self) -> bool:
        """True where one more conversation may come."""
        return self.available and self.load < self.capacity

    def share(self) -> Fraction:
        """Load against capacity; exact, so that 1 of 3 and 2 of 6 weigh the same."""
        return Fraction(self.load, self.capacity)


@dataclass(frozen=True)
class Placement:
    """Whom a conversation goes to, and the reason that the screens show."""

    agent_id: UUID
    reason: str


def choose(candidates: Iterable[Candidate], last_helper: UUID | None, customer_name: str | None) -> Placement | None:
    """Whoever helped last if there is room, else the lightest load, the longest pause, the name.

    None where nobody available has room. A capacity of 0 never gets anything.
    """
    roomy = [candidate for candidate in candidates if candidate.has_room()]
    for candidate in roomy:
        if candidate.agent_id == last_helper:
            return Placement(
                candidate.agent_id, f"{candidate.name} helped {customer_name or 'this customer'} last time"
            )
    if not roomy:
        return None
    fairest = min(roomy, key=_turn)
    return Placement(fairest.agent_id, _reason(fairest, roomy))


def _turn(candidate: Candidate) -> tuple[Fraction, datetime, str, str]:
    # the id comes last, so that namesakes do not depend on the order in which they were read
    return candidate.share(), candidate.idle_since, candidate.name, str(candidate.agent_id)


def _reason(fairest: Candidate, roomy: list[Candidate]) -> str:
    load = f"{fairest.load} of {fairest.capacity}"
    if len(roomy) == 1:
        return f"{fairest.name} is the only one with room: {load}"
    rivals = [other for other in roomy if other is not fairest and other.share() == fairest.share()]
    if not rivals:
        return f"{fairest.name} has the lightest load: {load}"
    state = "is free" if fairest.load == 0 else f"shares the lightest load, {load},"
    if any(other.idle_since == fairest.idle_since for other in rivals):
        return f"{fairest.name} {state} and is next in turn"
    return f"{fairest.name} {state} and has had the longest pause"
