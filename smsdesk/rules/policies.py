"""Which promise holds for a conversation: the first policy that fits, else what the number promises by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from smsdesk.rules.opening_hours import Hours
from smsdesk.rules.terms import EVERYBODY, REPLIES, AlertTimes, ClockKind, Counts, Rung, Terms, plain

NORMAL = "normal"


@dataclass(frozen=True)
class NumberFacts:
    """What a number promises by itself, and when it is open; `hours` None: always."""

    id: UUID
    team_id: UUID
    target: timedelta
    hours: Hours | None = None


@dataclass(frozen=True)
class Facts:
    """What a policy looks at in a conversation."""

    number_id: UUID
    team_id: UUID
    tags: frozenset[str] = frozenset()
    priority: str = NORMAL
    segment: str | None = None


@dataclass(frozen=True)
class Conditions:
    """Whom a policy is for; an empty set says nothing, so that everybody fits. One tag of several is enough."""

    numbers: frozenset[UUID] = frozenset()
    teams: frozenset[UUID] = frozenset()
    tags: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def fit(self, facts: Facts) -> bool:
        return (
            (not self.numbers or facts.number_id in self.numbers)
            and (not self.teams or facts.team_id in self.teams)
            and (not self.tags or not self.tags.isdisjoint(facts.tags))
            and (not self.priorities or facts.priority in self.priorities)
            and (not self.segments or facts.segment in self.segments)
        )

    @property
    def look_at_people(self) -> bool:
        """True where more than number and team decides."""
        return bool(self.tags or self.priorities or self.segments)


@dataclass(frozen=True)
class Policy:
    """`targets`: kind → priority → target; what a priority does not name is as for `normal`, and a kind without one is not promised.

    A reply is always promised: where a policy does not say, the number's own target holds.
    """

    id: UUID
    name: str
    conditions: Conditions = Conditions()
    targets: Mapping[ClockKind, Mapping[str, timedelta]] = field(default_factory=dict)
    counts: Counts = Counts.BUSINESS
    shares: tuple[float, ...] = (0.5, 0.8)
    leads: tuple[timedelta, ...] = ()
    ladder: tuple[Rung, ...] = EVERYBODY
    repeat: timedelta | None = None
    repeats: int = 0
    alerts: AlertTimes = AlertTimes.OPEN

    def target(self, kind: ClockKind, priority: str) -> timedelta | None:
        """A next reply that is not mentioned is promised like a first one."""
        said = self.targets.get(kind) or (self.targets.get(ClockKind.FIRST_REPLY) if kind in REPLIES else None) or {}
        return said.get(priority, said.get(NORMAL))

    @property
    def looks_at_people(self) -> bool:
        return self.conditions.look_at_people or any(set(said) - {NORMAL} for said in self.targets.values())


def choose(policies: Iterable[Policy], facts: Facts) -> Policy | None:
    """The first that fits, of those that are on, in their order."""
    return next((policy for policy in policies if policy.conditions.fit(facts)), None)


def terms_of(policy: Policy | None, number: NumberFacts, kind: ClockKind, priority: str = NORMAL) -> Terms | None:
    """What is promised; None where nothing is, which only a resolution can be."""
    own = number.target if kind in REPLIES else None
    if policy is None:
        return plain(kind, own, number.hours) if own else None
    target = policy.target(kind, priority) or own
    if target is None:
        return None
    return Terms(
        kind=kind,
        target=target,
        hours=number.hours,
        counts=policy.counts,
        shares=policy.shares,
        leads=policy.leads,
        ladder=policy.ladder or EVERYBODY,
        repeat=policy.repeat,
        repeats=policy.repeats,
        alerts=policy.alerts,
        policy_id=str(policy.id),
        policy=policy.name,
    )
