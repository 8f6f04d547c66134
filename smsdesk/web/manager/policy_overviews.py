"""The list of policies in words, and how far running clocks have followed the last change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import see
from smsdesk.desk.arrange_policies import policies
from smsdesk.desk.foresee import follow_up
from smsdesk.desk.promise_book import policy_of
from smsdesk.models.agent import Agent
from smsdesk.models.number import Number
from smsdesk.models.policy import Policy
from smsdesk.models.team import Team
from smsdesk.rules import policy_words
from smsdesk.rules.durations import spell
from smsdesk.rules.policies import Conditions
from smsdesk.web.manager.policy_pictures import Following, NumberPromise, PolicyRow


def policy_rows(session: Session) -> tuple[PolicyRow, ...]:
    """In the order in which they are asked."""
    rows, names = policies(session), Names(session)
    return tuple(_row(row, place, rows, names) for place, row in enumerate(rows))


def number_promises(session: Session, me: Agent) -> tuple[NumberPromise, ...]:
    return tuple(NumberPromise(one.id, one.label, spell(one.target)) for one in see.numbers(session, me))


class Names:
    """What numbers and teams are called."""

    def __init__(self, session: Session) -> None:
        self.numbers: Mapping[UUID, str] = dict(session.execute(select(Number.id, Number.label)).all())
        self.teams: Mapping[UUID, str] = dict(session.execute(select(Team.id, Team.name)).all())

    def for_whom(self, conditions: Conditions) -> str:
        return policy_words.for_whom(conditions, self.numbers, self.teams)


def following(session: Session) -> Following:
    """Of the clocks that ran when a policy, the hours or a target last changed."""
    return Following(*follow_up(session))


def _row(row: Policy, place: int, rows: Sequence[Policy], names: Names) -> PolicyRow:
    policy = policy_of(row)
    return PolicyRow(
        id=row.id,
        place=place + 1,
        name=row.name,
        is_on=row.is_on,
        for_whom=names.for_whom(policy.conditions),
        promises=policy_words.sentence(policy_words.promises(policy), ", "),
        counted=policy_words.counted(policy),
        warnings=policy_words.warnings(policy),
        ladder=policy_words.sentence(policy_words.ladder(policy), "; "),
        repeats=policy_words.repeats(policy),
        when_told=policy_words.when_told(policy),
        is_first=place == 0,
        is_last=place == len(rows) - 1,
        never_asked=_never_asked(row, rows[:place]),
    )


def _never_asked(row: Policy, before: Sequence[Policy]) -> str:
    """One that is for everybody leaves nothing to those behind it."""
    first = next((one for one in before if one.is_on and policy_of(one).conditions == Conditions()), None)
    return (
        f"No conversation comes this far: “{first.name}” is for everybody and stands before it."
        if first and row.is_on
        else ""
    )
