"""How well today's promise is kept, from the clocks alone. Reads only. `judge` says which promises were decided; "today" began
at midnight where the number is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import extract, func, literal_column, select
from sqlalchemy.orm import Session

from smsdesk.desk.judge import Judged, Whose, Window, judged, overdue, within
from smsdesk.desk.see import in_their_teams
from smsdesk.desk.watch import RightNow, right_now
from smsdesk.models.agent import Agent
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.days import QUARTER, midnight, quarter_of, quarters
from smsdesk.rules.promise import Promise, Wait, summary

__all__ = ["Quarter", "RightNow", "Today", "right_now", "today"]

Since = Mapping[UUID, datetime]  # number → the midnight that its day began at


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter hour: how many texts came, and to how many of those the answer was late."""

    starts_at: datetime
    texts: int
    late: int


@dataclass(frozen=True, slots=True)
class Today:
    """`kept` of `promise.count` promises were kept. Agents stand for those whom they answered, numbers for all of theirs."""

    since: datetime
    kept: int
    promise: Promise
    by_agent: Mapping[UUID, Promise]
    by_number: Mapping[UUID, Promise]
    quarters: tuple[Quarter, ...]

    @property
    def texts(self) -> int:
        return sum(quarter.texts for quarter in self.quarters)


def today(session: Session, agent: Agent, now: datetime, number: Number | None = None) -> Today:
    """Today so far in the teams that this person may see, or on one number of theirs."""
    since = _midnights(session, now, number)
    if not since:
        return Today(quarter_of(now), 0, summary(()), {}, {}, (Quarter(quarter_of(now), 0, 0),))
    windows, whose = _windows(since), Whose(in_their_teams(agent, Clock.team_id))
    decided = [
        *judged(session, whose, windows, now),
        *overdue(session, whose, None if number is None else [number.id], now),
    ]
    return Today(
        since=min(since.values()),
        kept=sum(one.kept for one in decided),
        promise=summary(Wait(one.seconds, one.kept) for one in decided),
        by_agent=_each(decided, lambda one: one.agent_id),
        by_number=_each(decided, lambda one: one.number_id),
        quarters=_quarters(_texts(session, agent, windows), decided, since, now),
    )


def _midnights(session: Session, now: datetime, number: Number | None) -> Since:
    numbers = select(Number.id, Number.time_zone)
    if number is not None:
        numbers = numbers.where(Number.id == number.id)
    return {id: midnight(now, zone) for id, zone in session.execute(numbers)}


def _texts(session: Session, agent: Agent, windows: Sequence[Window]) -> dict[datetime, int]:
    """Texts in by the quarter hour in which they came."""
    moment = extract("epoch", Message.created_at)
    quarter = moment - moment % int(QUARTER.total_seconds())
    rows = session.execute(
        select(quarter, func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.direction == literal_column("'in'"),  # written out, for the index that holds these alone
            in_their_teams(agent, Conversation.team_id),
            within(Message.created_at, Conversation.number_id, windows),
        )
        .group_by(quarter)
    )
    return {datetime.fromtimestamp(int(at), UTC): count for at, count in rows}


def _quarters(
    texts: Mapping[datetime, int], decided: Sequence[Judged], since: Since, now: datetime
) -> tuple[Quarter, ...]:
    late = Counter(
        quarter_of(one.started_at)
        for one in decided
        if not one.kept and one.started_at >= since.get(one.number_id, now)
    )
    first = min([*texts, *late], default=now)
    return tuple(Quarter(at, texts.get(at, 0), late[at]) for at in quarters(first, now))


def _windows(since: Since) -> list[Window]:
    days: dict[datetime, list[UUID]] = {}
    for number, began_at in since.items():
        days.setdefault(began_at, []).append(number)
    return [Window(tuple(numbers), ((began_at, None),)) for began_at, numbers in days.items()]


def _each(decided: Iterable[Judged], whose: Callable[[Judged], UUID | None]) -> dict[UUID, Promise]:
    waits: dict[UUID, list[Wait]] = {}
    for one in decided:
        if (key := whose(one)) is not None:
            waits.setdefault(key, []).append(Wait(one.seconds, one.kept))
    return {key: summary(own) for key, own in waits.items()}
