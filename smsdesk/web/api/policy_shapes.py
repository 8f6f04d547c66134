"""The shapes of a policy, and the way between them and what the desk knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from smsdesk.desk.imagine import Draft
from smsdesk.models.conversation import Priority
from smsdesk.models.policy import Policy as StoredPolicy
from smsdesk.rules import policy_checks
from smsdesk.rules.labels import LONGEST, MOST
from smsdesk.rules.policies import Conditions
from smsdesk.rules.policies import Policy as KnownPolicy
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts, Rung, Whom
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told

LONGEST_S = round(policy_checks.LONGEST[ClockKind.RESOLUTION].total_seconds())
Name = Annotated[OneLine, Field(max_length=policy_checks.LONGEST_NAME, examples=["VIP customers"])]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_S, examples=[120])]
Label = Annotated[OneLine, Field(max_length=LONGEST, examples=["vip"])]
Labels = Annotated[list[Label], Field(max_length=MOST)]
Ids = Annotated[list[UUID], Field(max_length=100, examples=[[]])]
Priorities = Annotated[list[Priority], Field(max_length=len(Priority))]
Percents = Annotated[
    list[Annotated[int, Field(ge=1, le=99, examples=[50])]], Field(max_length=policy_checks.MOST_WARNINGS)
]
Leads = Annotated[
    list[Annotated[int, Field(ge=10, le=LONGEST_S, examples=[60])]], Field(max_length=policy_checks.MOST_WARNINGS)
]


class ForWhom(Asked):
    """Whom a policy is for; an empty list fits everybody. One tag of several is enough."""

    numbers: Ids = []
    teams: Ids = []
    tags: Labels = []
    priorities: Priorities = []
    segments: Labels = []


class ByPriority(Asked):
    """Seconds; a priority without its own has those of `normal`."""

    normal: Seconds | None = None
    urgent: Seconds | None = None
    high: Seconds | None = None
    low: Seconds | None = None


class Targets(Asked):
    """What is promised. No first reply: as the number promises; no next reply: as the first; no resolution: none."""

    first_reply: ByPriority | None = None
    next_reply: ByPriority | None = None
    resolution: ByPriority | None = None


class LadderStep(Asked):
    """Whom to tell, so long after the deadline; the first step stands at 0."""

    after_seconds: Annotated[int, Field(ge=0, le=LONGEST_S, examples=[0])]
    tell: Annotated[list[Whom], Field(min_length=1, max_length=len(Whom))]


Ladder = Annotated[list[LadderStep], Field(min_length=1, max_length=policy_checks.MOST_RUNGS)]


class Policy(Told):
    """What is promised to some conversations. The first that fits counts, in the order of `position`."""

    id: UUID
    position: int
    """From 1 on."""
    name: str
    is_on: bool
    for_whom: ForWhom
    targets: Targets
    counts: Counts
    """Whether a target is spent while we are closed."""
    warn_at_percent: list[int]
    warn_before_seconds: list[int]
    ladder: list[LadderStep]
    repeat_seconds: int | None
    """The last step is told again so long after, until somebody has seen it."""
    repeats: int
    alerts: AlertTimes
    """When people may be told."""
    created_at: Moment
    updated_at: Moment


class NewPolicy(Asked):
    name: Name
    is_on: bool = True
    for_whom: ForWhom = ForWhom()
    targets: Targets = Targets()
    counts: Counts = Counts.BUSINESS
    warn_at_percent: Percents = [50, 80]
    warn_before_seconds: Leads = []
    ladder: Ladder = [LadderStep(after_seconds=0, tell=[Whom.ASSIGNEE, Whom.TEAM, Whom.MANAGER])]
    repeat_seconds: Seconds | None = None
    repeats: Annotated[int, Field(ge=0, le=policy_checks.MOST_REPEATS, examples=[0])] = 0
    alerts: AlertTimes = AlertTimes.OPEN


class PolicyChange(Asked):
    """Whatever is left out stays as it is."""

    position: Annotated[int, Field(ge=1, le=10_000, examples=[1])] | None = None
    """From 1 on: where it is asked."""
    name: Name | None = None
    is_on: bool | None = None
    for_whom: ForWhom | None = None
    targets: Targets | None = None
    counts: Counts | None = None
    warn_at_percent: Percents | None = None
    warn_before_seconds: Leads | None = None
    ladder: Ladder | None = None
    repeat_seconds: Annotated[int, Field(ge=0, le=LONGEST_S, examples=[600])] | None = None
    """0: told once only."""
    repeats: Annotated[int, Field(ge=0, le=policy_checks.MOST_REPEATS, examples=[0])] | None = None
    alerts: AlertTimes | None = None


def policy_of(row: StoredPolicy) -> Policy:
    told = Draft.of(row).as_json()
    return Policy(
        id=row.id, position=row.position + 1, created_at=row.created_at, updated_at=row.updated_at, **_shown(told)
    )


def draft_of(id: UUID, body: NewPolicy) -> Draft:
    """A draft as the desk knows it; whether it may be meant is for the rules to say."""
    said, conditions = body.targets, body.for_whom
    return Draft(
        KnownPolicy(
            id=id,
            name=" ".join(body.name.split()),
            conditions=Conditions(
                numbers=frozenset(conditions.numbers),
                teams=frozenset(conditions.teams),
                tags=frozenset(conditions.tags),
                priorities=frozenset(one.value for one in conditions.priorities),
                segments=frozenset(conditions.segments),
            ),
            targets={kind: by for kind in ClockKind if (by := _lengths(getattr(said, kind.value)))},
            counts=body.counts,
            shares=tuple(percent / 100 for percent in sorted(set(body.warn_at_percent))),
            leads=tuple(timedelta(seconds=one) for one in sorted(set(body.warn_before_seconds), reverse=True)),
            ladder=tuple(
                Rung(timedelta(seconds=one.after_seconds), tuple(dict.fromkeys(one.tell))) for one in body.ladder
            ),
            repeat=timedelta(seconds=body.repeat_seconds) if body.repeat_seconds else None,
            repeats=body.repeats,
            alerts=body.alerts,
        ),
        body.is_on,
    )


def changed(row: StoredPolicy, body: PolicyChange) -> NewPolicy:
    """What the policy would be, with what the body says in place of what it was."""
    was = _shown(Draft.of(row).as_json())
    given = {
        name: getattr(body, name) for name in body.model_fields_set - {"position"} if getattr(body, name) is not None
    }
    if given.get("repeat_seconds") == 0:
        given |= {"repeat_seconds": None, "repeats": 0}
    return NewPolicy.model_construct(**{name: was[name] for name in NewPolicy.model_fields} | given)


def _lengths(said: ByPriority | None) -> dict[str, timedelta]:
    found = {priority.value: getattr(said, priority.value, None) for priority in Priority}
    return {priority: timedelta(seconds=seconds) for priority, seconds in found.items() if seconds}


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    conditions = told["conditions"]
    return {
        "name": told["name"],
        "is_on": told["is_on"],
        "for_whom": ForWhom(
            numbers=[UUID(one) for one in conditions["numbers"]],
            teams=[UUID(one) for one in conditions["teams"]],
            tags=conditions["tags"],
            priorities=[Priority(one) for one in conditions["priorities"]],
            segments=conditions["segments"],
        ),
        "targets": Targets(**{kind: ByPriority(**by) for kind, by in told["targets"].items()}),
        "counts": Counts(told["counts"]),
        "warn_at_percent": [round(share * 100) for share in told["shares"]],
        "warn_before_seconds": told["leads"],
        "ladder": [LadderStep(after_seconds=after, tell=[Whom(one) for one in whom]) for after, whom in told["ladder"]],
        "repeat_seconds": told["repeat"],
        "repeats": told["repeats"],
        "alerts": AlertTimes(told["alerts"]),
    }
