"""What the law and the house ask of a text of ours: looked at when a person approves it, and again when a sender claims it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, exists, literal_column, select
from sqlalchemy.orm import Session

from smsdesk.adapters.quiet_hours_file import quiet_hours, resting_days
from smsdesk.desk.keep_rules import rules_of_the_house
from smsdesk.desk.recognise import ensure_not_erased
from smsdesk.desk.stop_texts import ensure_not_stopped
from smsdesk.models.agent import Agent
from smsdesk.models.consent import Stop, StopWish
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.message import Message, Purpose
from smsdesk.models.number import Number
from smsdesk.rules.countries import name_of
from smsdesk.rules.house_rules import HouseRules
from smsdesk.rules.quiet_hours import next_allowed
from smsdesk.rules.recipients import country_of, refusal, zones_of
from smsdesk.rules.sending_limits import Bound, Limit

ANSWER_WITHIN = timedelta(hours=24)  # whoever wrote so lately is in a conversation with us
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AMONG = 3  # times as many texts are looked at, theirs among them, to count ours

OPTED_OUT = "The customer texted STOP before it was sent."
MAY_HAVE_ASKED = "The customer may have asked for no more texts. Decide about that first."
QUIET = "It is quiet time where the customer is. This was not an answer, so it waits."
NO_HOUR = "No hour of the week is allowed for texts to {place} that answer nobody; change it under Rules."
BUSY_HERE = "Many texts went to this customer within an hour. The next one waits; a manager can allow more under Rules."

# Literals, so that both databases see that the partial indexes fit
_OURS: ColumnElement[bool] = literal_column("message.direction = 'out'", Boolean)
_WAITS: ColumnElement[bool] = literal_column("message.state IN ('ready', 'retry_wait')", Boolean)


class NotReachable(Exception):
    """No text may go to that address; the sentence says why, and who can change it."""


class TooManyTexts(Exception):
    """A limit of the house is reached: which, and `wait`, how long until there is room."""

    def __init__(self, bound: Bound, words: str, wait: timedelta) -> None:
        super().__init__(words)
        self.bound, self.wait = bound, wait


@dataclass(frozen=True)
class Leave:
    """A text may be written; it goes at `not_before` at the earliest."""

    purpose: Purpose
    not_before: datetime


@dataclass(frozen=True)
class Verdict:
    """Of a text that is about to be claimed. `until`: it waits until then; with a `why` alone it never goes; else it goes."""

    why: str | None = None
    until: datetime | None = None


GO = Verdict()


def ask_leave(session: Session, conversation: Conversation, by: Agent, now: datetime) -> Leave:
    """Whether a person may text this customer, and when. Raises OptedOut, WasErased, NotReachable, TooManyTexts."""
    ensure_not_erased(session, conversation.customer_id)
    ensure_not_stopped(session, conversation)
    rules = rules_of_the_house(session)
    if refused := _refused(session.get_one(Address, conversation.address_id).value, rules.countries):
        raise NotReachable(refused)
    _ensure_room(session, conversation, by, rules, now)
    if is_answer(session, conversation, now):
        return Leave(Purpose.ANSWER, now)
    awake_at = _awake_at(session, conversation, rules, now)
    if awake_at is None:
        raise NotReachable(_no_hour(session, conversation))
    return Leave(Purpose.APPROACH, awake_at)


def is_answer(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Somebody waits for it, or wrote within a day. Looks only."""
    if conversation.waiting_since is not None:
        return True
    last = select(Message.created_at).where(
        Message.conversation_id == conversation.id, Message.seq == conversation.last_inbound_seq
    )
    wrote_at = session.scalar(last) if conversation.last_inbound_seq else None
    return wrote_at is not None and now - wrote_at < ANSWER_WITHIN


@lru_cache(4096)
def _refused(address: str, countries: tuple[str, ...]) -> str | None:
    """The sentence of a refusal. Kept, since to read a number takes longer than to look at everything else."""
    refused = refusal(address, countries)
    return refused.sentence if refused else None


def why_unreachable(session: Session, conversation: Conversation, now: datetime) -> str | None:
    """Why no text may go to that address at any hour; None where one may. Looks only."""
    address, rules = session.get_one(Address, conversation.address_id).value, rules_of_the_house(session)
    if refused := _refused(address, rules.countries):
        return refused
    if is_answer(session, conversation, now) or _awake_at(session, conversation, rules, now) is not None:
        return None
    return _no_hour(session, conversation)


def quiet_until(session: Session, conversation: Conversation, now: datetime) -> datetime | None:
    """When a text that is no answer would go; None where that is now. Looks only."""
    awake_at = _awake_at(session, conversation, rules_of_the_house(session), now)
    return awake_at if awake_at is not None and awake_at > now else None


def judge_claim(session: Session, message: Message, rules: HouseRules, now: datetime) -> Verdict:
    """With the conversation held: what holds now for a text that was approved earlier."""
    if message.purpose is Purpose.CONFIRMATION:
        return GO
    stopped, asked = session.execute(
        select(IS_STOPPED.correlate(Message), MAY_BE_STOPPED.correlate(Message)).where(Message.id == message.id)
    ).one()
    if stopped:
        return Verdict(OPTED_OUT)
    if message.purpose is Purpose.STAFF:
        return GO
    if asked and message.purpose is Purpose.APPROACH:
        return Verdict(MAY_HAVE_ASKED)
    if refused := _refused(message.recipient, rules.countries):
        return Verdict(refused)
    return _room(session, message, rules, now) or _quiet(session, message, rules, now) or GO


IS_STOPPED = exists().where(
    Address.value == Message.recipient,
    Stop.address_id == Address.id,
    Number.address == Message.sender,
    Stop.number_id == Number.id,
)
MAY_BE_STOPPED = exists().where(StopWish.conversation_id == Message.conversation_id, StopWish.outcome.is_(None))


def _room(session: Session, message: Message, rules: HouseRules, now: datetime) -> Verdict | None:
    free_at = Limit(rules.hourly_to_one, HOUR).free_at(_sent_to(session, message.conversation_id, rules), now)
    return Verdict(BUSY_HERE, free_at) if free_at > now else None


def _quiet(session: Session, message: Message, rules: HouseRules, now: datetime) -> Verdict | None:
    if message.purpose is not Purpose.APPROACH:
        return None
    conversation = session.get_one(Conversation, message.conversation_id)
    awake_at = _awake_at(session, conversation, rules, now)
    if awake_at is None:
        return Verdict(_no_hour(session, conversation))
    return Verdict(QUIET, awake_at) if awake_at > now else None


def _no_hour(session: Session, conversation: Conversation) -> str:
    country = country_of(session.get_one(Address, conversation.address_id).value)
    return NO_HOUR.format(place=name_of(country) if country else "this number")


def _awake_at(session: Session, conversation: Conversation, rules: HouseRules, now: datetime) -> datetime | None:
    """By the strictest of law and house, wherever the customer may be; None where no hour of the week is allowed."""
    address = session.get_one(Address, conversation.address_id).value
    told = session.scalar(select(Customer.time_zone).where(Customer.id == conversation.customer_id))
    zones = (told,) if told else zones_of(address)
    if not zones:
        zones = (session.get_one(Number, conversation.number_id).time_zone,)
    country = country_of(address)
    resting = resting_days(country, now.year) | resting_days(country, now.year + 1)
    return next_allowed(now, country, zones, quiet_hours(), (rules.texts_from, rules.texts_until), resting)


def _ensure_room(session: Session, conversation: Conversation, by: Agent, rules: HouseRules, now: datetime) -> None:
    _ensure(
        Bound.BY_ONE,
        Limit(rules.by_one_a_minute, MINUTE),
        _approved(session, now, by),
        "You have sent {} texts within a minute.",
        now,
    )
    to_them = _sent_to(session, conversation.id, rules) + _waiting_for(session, conversation.id)
    _ensure(
        Bound.TO_ONE, Limit(rules.hourly_to_one, HOUR), to_them, "{} texts went to this customer within an hour.", now
    )
    if rules.in_all_a_minute is not None:
        in_all = _approved(session, now)
        _ensure(Bound.IN_ALL, Limit(rules.in_all_a_minute, MINUTE), in_all, "{} texts left us within a minute.", now)


def _ensure(bound: Bound, limit: Limit, sent: Sequence[datetime], words: str, now: datetime) -> None:
    wait = limit.free_at(sent, now) - now
    if wait > timedelta(0):
        room = f"There is room again in {_length(wait)}; a manager can allow more under Rules."
        raise TooManyTexts(bound, f"{words.format(limit.most)} {room}", wait)


def _approved(session: Session, now: datetime, by: Agent | None = None) -> list[datetime]:
    rows = select(Message.created_at).where(_OURS, Message.created_at > now - MINUTE)
    return list(session.scalars(rows.where(Message.author_id == by.id) if by else rows))


def _sent_to(session: Session, conversation_id: UUID, rules: HouseRules) -> list[datetime]:
    """When the carrier was called for the last texts of a conversation."""
    last = (
        select(Message.called_at)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.seq.desc())
        .limit(rules.hourly_to_one * AMONG)
    )
    return [at for at in session.scalars(last) if at is not None]


def _waiting_for(session: Session, conversation_id: UUID) -> list[datetime]:
    return list(session.scalars(select(Message.created_at).where(Message.conversation_id == conversation_id, _WAITS)))


def _length(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
