"""The page of the house's rules as a picture: what the law asks where our customers are, and who waits for a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from smsdesk.adapters.quiet_hours_file import quiet_hours
from smsdesk.desk import see
from smsdesk.models.agent import Agent
from smsdesk.models.consent import Stop, StopWish
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.countries import name_of
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.quiet_table import Rule
from smsdesk.rules.recipients import country_of
from smsdesk.rules.roles import Action, may
from smsdesk.web.agent import words
from smsdesk.web.manager.overviews import zone_of

MOST = 50
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
A_DAY = 24 * 60
# Literals, so that both databases see that the partial index fits
TO_GO: ColumnElement[bool] = literal_column("message.state IN ('ready', 'retry_wait')", Boolean)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a day in which texts may go, in percent of the day."""

    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    bars: tuple[Bar, ...]
    hours: str  # 9:00 to 20:00


@dataclass(frozen=True, slots=True)
class LawPicture:
    """What holds in one country for texts that nobody asked for."""

    country: str
    days: tuple[Day, ...]
    holidays: bool
    laws: tuple[tuple[str, str], ...]  # its name and where it stands


@dataclass(frozen=True, slots=True)
class WishRow:
    conversation_id: UUID
    name: str
    words: str
    due_words: str


@dataclass(frozen=True, slots=True)
class RulesPicture:
    may_change: bool
    laws: tuple[LawPicture, ...]
    wishes: tuple[WishRow, ...]
    held: tuple[tuple[str, int], ...]  # why texts wait, and how many
    stopped: int  # addresses that get nothing from at least one number


def rules_picture(session: Session, me: Agent, now: datetime) -> RulesPicture:
    """The wishes are those of the person's own teams."""
    numbers = see.numbers(session, me)
    return RulesPicture(
        may_change=may(me.role, Action.MANAGE_RULES),
        laws=tuple(_laws(numbers)),
        wishes=tuple(_wishes(session, me, zone_of(numbers), now)),
        held=tuple(_held(session)),
        stopped=session.scalar(select(func.count(Stop.address_id.distinct()))) or 0,
    )


def _held(session: Session) -> Iterator[tuple[str, int]]:
    waiting = (
        select(Message.block_reason, func.count())
        .where(TO_GO, Message.block_reason.is_not(None))
        .group_by(Message.block_reason)
        .order_by(func.count().desc())
    )
    for why, count in session.execute(waiting):
        yield str(why), count


def _laws(numbers: Sequence[Number]) -> Iterator[LawPicture]:
    table = quiet_hours()
    for country in sorted({found for number in numbers if (found := country_of(number.address))}):
        yield _law(name_of(country), table.rule(country))
    yield _law("Everywhere else", table.default)


def _law(country: str, rule: Rule) -> LawPicture:
    return LawPicture(
        country[0].upper() + country[1:],
        tuple(Day(name, tuple(map(_bar, spans)), _hours(spans)) for name, spans in zip(DAYS, rule.week, strict=True)),
        rule.rests_on_holidays,
        tuple(
            (f"{ground.law}{f' ({ground.region})' if ground.region else ''}", ground.source) for ground in rule.grounds
        ),
    )


def _bar(span: Span) -> Bar:
    return Bar(100 * span.opens / A_DAY, 100 * (min(span.closes, A_DAY) - span.opens) / A_DAY)


def _hours(spans: Sequence[Span]) -> str:
    return (
        ", ".join(
            f"{span.opens // 60}:{span.opens % 60:02} to {span.closes // 60}:{span.closes % 60:02}" for span in spans
        )
        or "not at all"
    )


def _wishes(session: Session, me: Agent, zone: str, now: datetime) -> Iterator[WishRow]:
    rows = session.execute(
        select(StopWish.conversation_id, StopWish.words, StopWish.due_at, Customer.name, Address.value)
        .join(Conversation, Conversation.id == StopWish.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(StopWish.outcome.is_(None), see.in_their_teams(me, Conversation.team_id))
        .order_by(StopWish.due_at)
        .limit(MOST)
    )
    for row in rows:
        yield WishRow(
            row.conversation_id, words.called(row.name, row.value), row.words, words.moment(row.due_at, now, zone)
        )
