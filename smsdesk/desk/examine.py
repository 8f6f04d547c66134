"""What must always hold, as questions to the database; each answers with how many rows break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Select, and_, case, exists, extract, func, or_, select
from sqlalchemy.orm import Session

from smsdesk.desk import examine_clocks, examine_texts, roll_up
from smsdesk.desk.examine_clocks import PATIENCE
from smsdesk.desk.examine_deliveries import stuck_deliveries
from smsdesk.desk.replay import differences
from smsdesk.models.alert import Alert
from smsdesk.models.consent import Stop
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import AuthorKind, DeliveryReport, Direction, Message, Purpose
from smsdesk.models.number import Number
from smsdesk.rules.delivery_status import FROM_CARRIER, RANK, State

IN_FLIGHT_MOMENT = timedelta(seconds=45)  # a call that had begun before a STOP was committed
PARKED_FOR = timedelta(hours=24)
LOOKED_BACK = timedelta(days=7)
RECONCILED_WITHIN = timedelta(minutes=40)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and, where it is not well, what to do."""

    name: str
    ok: bool
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Invariant:
    """A question whose answer must be zero rows."""

    name: str
    broken: Callable[[datetime], Select[int]]
    fix: str


def invariants(session: Session, now: datetime) -> Iterator[Finding]:
    """Every invariant that a query can answer."""
    for invariant in INVARIANTS:
        broken = session.scalar(invariant.broken(now)) or 0
        yield Finding(invariant.name, broken == 0, f"{broken} rows", invariant.fix if broken else "")
    yield _replay(session)
    yield _added_up(session, now)


def _replay(session: Session) -> Finding:
    found = list(islice(differences(session), 5))
    words = "; ".join(map(str, found)) or "no differences"
    return Finding(
        "clocks are what their events add up to",
        not found,
        words,
        "Run: flask --app wsgi desk replay-clocks" if found else "",
    )


def _added_up(session: Session, now: datetime) -> Finding:
    """What reports read, against the raw log; a month would take longer than a doctor may."""
    found = len(list(islice(roll_up.differences(session, now - LOOKED_BACK, now, now), 5)))
    return Finding(
        "hours were added up to what the clocks say",
        not found,
        f"{found} rows differ" if found else "no differences in the last week",
        "Report this: it is a fault of SMSDesk." if found else "",
    )


def _untold_alert(now: datetime) -> Select[int]:
    return select(func.count()).select_from(Alert).where(Alert.told_at.is_(None), Alert.claimed_at < now - PATIENCE)


def _stuck_sending(now: datetime) -> Select[int]:
    overdue = or_(
        and_(Message.state.in_([State.READY, State.RETRY_WAIT]), Message.not_after < now - PATIENCE),
        and_(Message.state == State.SENDING, Message.lease_until < now - PATIENCE),
        and_(Message.state == State.UNKNOWN, Message.called_at < now - RECONCILED_WITHIN),
    )
    return select(func.count()).select_from(Message).where(overdue)


def _sent_after_stop(_now: datetime) -> Select[int]:
    # SQLite cannot add a length to a moment
    accepted, stopped = extract("epoch", Message.accepted_at), extract("epoch", Stop.since)
    return (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Address, Address.value == Message.recipient)
        .join(Stop, and_(Stop.address_id == Address.id, Stop.number_id == Conversation.number_id))
        .where(Message.direction == Direction.OUT, accepted > stopped + IN_FLIGHT_MOMENT.total_seconds())
        .where(Message.purpose.is_distinct_from(Purpose.CONFIRMATION))  # the one text that may follow, however late
    )


def _state_behind_reports(_now: datetime) -> Select[int]:
    ranks = case({state.value: rank for state, rank in RANK.items()}, value=Message.state, else_=0)
    told = case({word: RANK[state] for word, state in FROM_CARRIER.items()}, value=DeliveryReport.word, else_=0)
    return (
        select(func.count())
        .select_from(DeliveryReport)
        .join(Message, Message.id == DeliveryReport.message_id)
        .where(told > ranks)
    )


def _parked_too_long(now: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(DeliveryReport)
        .where(DeliveryReport.message_id.is_(None), DeliveryReport.received_at < now - PARKED_FOR)
    )


def _accepted_without_sid(_now: datetime) -> Select[int]:
    reached = Message.state.in_([State.ACCEPTED, State.SENT, State.DELIVERED])
    return (
        select(func.count())
        .select_from(Message)
        .where(Message.direction == Direction.OUT, reached, Message.accepted_at.is_(None))
    )


def _out_of_order(_now: datetime) -> Select[int]:
    later, earlier = Message.__table__.alias("later"), Message.__table__.alias("earlier")
    return (
        select(func.count())
        .select_from(later.join(earlier, later.c.conversation_id == earlier.c.conversation_id))
        .where(
            later.c.direction == Direction.OUT,
            earlier.c.direction == Direction.OUT,
            later.c.author_kind == AuthorKind.AGENT,
            later.c.seq > earlier.c.seq,
            later.c.accepted_at < earlier.c.accepted_at,
        )
    )


def _waiting_media(now: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(Media)
        .where(Media.state == MediaState.WAITING, Media.not_before < now - 10 * PATIENCE)
    )


def _somebody_elses_phone(_now: datetime) -> Select[int]:
    whose = select(func.count()).select_from(Conversation).join(Address, Address.id == Conversation.address_id)
    return whose.where(Address.customer_id != Conversation.customer_id)


def _wrong_team(_now: datetime) -> Select[int]:
    missing = ~exists().where(Number.id == Conversation.number_id)
    return select(func.count()).select_from(Conversation).where(missing)


INVARIANTS = (
    Invariant(
        "who waits for us has a running clock, and nobody else",
        examine_clocks.waiting_without_clock,
        "Report this: it is a fault of SMSDesk.",
    ),
    Invariant(
        "the queue shows the clock's deadline",
        examine_clocks.deadline_differs,
        "Report this: it is a fault of SMSDesk.",
    ),
    Invariant(
        "the clock of an episode follows its conversation",
        examine_clocks.resolution_out_of_step,
        "Report this: it is a fault of SMSDesk.",
    ),
    Invariant(
        "running clocks follow what is promised",
        examine_clocks.behind_the_book,
        "Is the reminders worker running? Start: python -m workers.start reminders",
    ),
    Invariant(
        "no clock is silent past its moment",
        examine_clocks.silent_clock,
        "Is the clock process running? Start: python -m workers.clock",
    ),
    Invariant(
        "a conversation is that of its phone's customer",
        _somebody_elses_phone,
        "Report this: it is a fault of SMSDesk.",
    ),
    Invariant(
        "every missed deadline has its alert",
        examine_clocks.missed,
        "Is the clock process running? Start: python -m workers.clock",
    ),
    Invariant(
        "every alert was told",
        _untold_alert,
        "Is the reminders worker running? Start: python -m workers.start reminders",
    ),
    Invariant(
        "no text is stuck on its way",
        _stuck_sending,
        "Is the outbound worker running? Start: python -m workers.start outbound",
    ),
    Invariant(
        "no delivery of an alert is stuck",
        stuck_deliveries,
        "Is the alerts worker running? Start: python -m workers.start alerts",
    ),
    Invariant("nothing was sent after a STOP", _sent_after_stop, "Report this: it is a fault of SMSDesk."),
    Invariant(
        "no text stands behind its delivery reports", _state_behind_reports, "Report this: it is a fault of SMSDesk."
    ),
    Invariant(
        "no delivery report is unclaimed for a day",
        _parked_too_long,
        "Does another product share this carrier account? Its callbacks come here.",
    ),
    Invariant("what the carrier has says since when", _accepted_without_sid, "Report this: it is a fault of SMSDesk."),
    Invariant("replies left in the order of their approval", _out_of_order, "Report this: it is a fault of SMSDesk."),
    Invariant(
        "no picture waits for ever", _waiting_media, "Is the media worker running? Start: python -m workers.start media"
    ),
    Invariant("every conversation has its number", _wrong_team, "Report this: it is a fault of SMSDesk."),
    Invariant(
        "every text is in its phone's conversation",
        examine_texts.in_anothers_thread,
        "Report this: it is a fault of SMSDesk.",
    ),
    Invariant(
        "the log tells of every arrival once", examine_texts.arrived_unlogged, "Report this: it is a fault of SMSDesk."
    ),
    Invariant(
        "the log tells how every text of ours came to its state",
        examine_texts.moved_unlogged,
        "Report this: it is a fault of SMSDesk.",
    ),
)
