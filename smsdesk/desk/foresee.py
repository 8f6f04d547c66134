"""What saving a draft would do at this moment: which running clocks would have another deadline, and which would be late at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session

from smsdesk.desk.imagine import Draft, imagine
from smsdesk.desk.promise_book import Book, terms_by_id
from smsdesk.desk.recall import Asked, as_stored, people, plain_id, with_facts
from smsdesk.models.clock import Clock, ClockEvent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.terms import PromiseBook
from smsdesk.rules.phone_numbers import shown
from smsdesk.rules.reply_clock import ClockEventKind
from smsdesk.rules.terms import ClockKind, Terms

MOST_EXAMPLES = 5
SECOND = timedelta(seconds=1)
# Written out, for the partial indexes that hold these alone
_RUNNING: tuple[ColumnElement[bool], ...] = (
    literal_column("clock.state = 'running' AND clock.kind <> 'resolution'"),
    literal_column("clock.kind = 'resolution' AND clock.state IN ('running', 'paused') AND clock.state = 'running'"),
)


@dataclass(frozen=True)
class Example:
    """One customer whose deadline would move; `becomes` None: nothing would be promised any more."""

    conversation_id: UUID
    customer: str
    kind: ClockKind
    due_at: datetime
    becomes: datetime | None
    is_late_at_once: bool


@dataclass
class Foresight:
    """Of `running` clocks, so many would have another deadline; of these, some would be late at once, and others no longer."""

    running: int = 0
    changed: int = 0
    late_at_once: int = 0
    no_longer_late: int = 0
    ended: int = 0
    other_alerts: int = 0  # the deadline stays, and somebody else or at another time is told
    examples: list[Example] = field(default_factory=list)


def foresee(session: Session, draft: Draft, now: datetime) -> Foresight:
    """Reads only."""
    found, candidate, now_runs = Foresight(), imagine(session, draft, now), terms_by_id(session)
    known: dict[Asked, Terms | None] = {}
    moved: list[tuple[bool, UUID, ClockKind, datetime, datetime | None]] = []
    for id, terms_id, due_at, since, spent, asked in _open_clocks(session):
        if asked not in known:
            known[asked] = _terms(candidate, asked)
        terms = known[asked]
        becomes = terms.due_at(since, spent) if terms else None
        if terms and spent >= terms.target and terms_id and terms.counts_like(now_runs(UUID(terms_id))):
            becomes = due_at  # over before a pause, and the promise is the same
        found.running += 1
        if becomes == due_at:
            found.other_alerts += terms is not None and terms.id.hex != terms_id
            continue
        late_at_once = becomes is not None and due_at + SECOND > now >= becomes + SECOND
        found.changed += 1
        found.ended += becomes is None
        found.late_at_once += late_at_once
        found.no_longer_late += due_at + SECOND <= now and (becomes is None or becomes + SECOND > now)
        if late_at_once or len(moved) < MOST_EXAMPLES:
            moved.append((not late_at_once, UUID(id), ClockKind(asked.kind), due_at, becomes))
            moved = sorted(moved, key=lambda one: one[0])[:MOST_EXAMPLES]
    found.examples = _examples(session, moved)
    return found


def follow_up(session: Session) -> tuple[int, int]:
    """How many running clocks were set anew since what is promised changed last, and how many are still to be looked at."""
    book = session.execute(select(PromiseBook.version, PromiseBook.changed_at)).one_or_none()
    if book is None:
        return 0, 0
    anew = left = 0
    for which in _RUNNING:
        applied = select(func.count()).select_from(Clock).join(ClockEvent, ClockEvent.clock_id == Clock.id)
        is_new = and_(ClockEvent.kind == ClockEventKind.APPLY_POLICY, ClockEvent.at >= book.changed_at)
        anew += session.scalar(applied.where(which, is_new)) or 0
        behind = select(func.count()).select_from(Clock).where(which, Clock.book_version < book.version)
        left += session.scalar(behind) or 0
    return anew, left


def _open_clocks(session: Session) -> Iterator[tuple[str, str, datetime, datetime, timedelta, Asked]]:
    columns = (
        Clock.conversation_id, Clock.terms_id, Clock.due_at, Clock.started_at, Clock.since, Clock.spent, Clock.kind, Clock.number_id,
        Clock.team_id, *people(),
    )  # fmt: skip
    plain = [Clock.spent if column is Clock.spent else as_stored(column) for column in columns]
    clocks = with_facts(select(*plain).select_from(Clock), Clock.conversation_id).execution_options(yield_per=5000)
    rows = chain.from_iterable(session.execute(clocks.where(which)) for which in _RUNNING)
    for id, terms_id, due_at, started_at, since, spent, kind, number, team, priority, tags, segment, _ in rows:
        asked = Asked(kind, plain_id(number), plain_id(team), priority, tags, segment)
        began_at = (since or started_at).replace(tzinfo=UTC)
        yield plain_id(id), plain_id(terms_id), due_at.replace(tzinfo=UTC), began_at, spent, asked


def _terms(candidate: Book, asked: Asked) -> Terms | None:
    return candidate.terms(ClockKind(asked.kind), asked.facts()) if UUID(asked.number) in candidate.numbers else None


def _examples(session: Session, moved: list[Any]) -> list[Example]:
    rows = session.execute(
        select(Conversation.id, Customer.name, Address.value)
        .join(Customer, Customer.id == Conversation.customer_id)
        .join(Address, Address.id == Conversation.address_id)
        .where(Conversation.id.in_([id for _, id, *_ in moved]))
    )
    names = {id: name or shown(address) for id, name, address in rows}
    return [
        Example(id, names[id], kind, due_at, becomes, not in_time)
        for in_time, id, kind, due_at, becomes in moved
        if id in names
    ]
