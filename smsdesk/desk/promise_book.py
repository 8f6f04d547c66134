"""What is promised to whom, as it stands now: policies, opening hours and the numbers' own targets in one book.

The book has a version. Whoever changes what goes into it calls `publish` in the same transaction; the fast lane writes a clock
only under the version that it knows, and running clocks are given new terms by `apply_policies`.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Table, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import later
from smsdesk.desk.open_hours import hours_of
from smsdesk.models.calendar import Calendar
from smsdesk.models.conversation import Conversation, Priority
from smsdesk.models.customer import Customer
from smsdesk.models.number import Number
from smsdesk.models.policy import Policy as StoredPolicy
from smsdesk.models.terms import PromiseBook, TermsRow
from smsdesk.rules.policies import Conditions, Facts, NumberFacts, Policy, choose, terms_of
from smsdesk.rules.terms import ClockKind, Rung, Terms, Whom, as_json, from_json

_PUBLISHED = "promise book published"


@dataclass(frozen=True)
class Book:
    """`until`: from then on it must be read anew, since holidays are known for whole years only."""

    version: int
    policies: tuple[Policy, ...]
    numbers: Mapping[UUID, NumberFacts]
    addresses: Mapping[str, UUID]
    until: datetime

    def terms(self, kind: ClockKind, facts: Facts) -> Terms | None:
        """What is promised there; None where nothing is."""
        return terms_of(choose(self.policies, facts), self.numbers[facts.number_id], kind, facts.priority)

    def plain_facts(self, number_id: UUID) -> Facts:
        """A conversation of that number without priority, tags or segment, in the number's own team."""
        return Facts(number_id, self.numbers[number_id].team_id)


def book(session: Session, now: datetime) -> Book:
    """The book as this transaction sees it."""
    version = session.scalar(select(PromiseBook.version)) or 0
    engine: Engine = session.get_bind().engine
    known = _known.get(engine)
    if known is not None and known.version == version and now < known.until and _PUBLISHED not in session.info:
        return known
    read = _read(session, version, now)
    if _PUBLISHED not in session.info:  # what may yet be rolled back is nobody else's
        _known[engine] = read
    return read


def publish(session: Session, now: datetime) -> None:
    """What is promised has changed: from this commit on new clocks go by it, and running ones follow."""
    session.flush()
    session.info[_PUBLISHED] = True
    session.execute(
        update(PromiseBook).values(version=PromiseBook.version + 1, changed_at=now),
        execution_options={"synchronize_session": False},
    )
    fresh = book(session, now)
    for number_id in fresh.numbers:
        for kind in ClockKind:
            terms = fresh.terms(kind, fresh.plain_facts(number_id))
            if terms is not None:
                write_terms(session, terms, now)
    later(session, "reminders.drain")


def is_out_of_date(session: Session, now: datetime) -> bool:
    """A new year brings other holidays, and with them terms that nobody has written yet."""
    known = book(session, now)
    plain = [known.terms(kind, known.plain_facts(number_id)) for number_id in known.numbers for kind in ClockKind]
    wanted = {terms.id for terms in plain if terms is not None}
    written = session.scalar(select(func.count()).select_from(TermsRow).where(TermsRow.id.in_(wanted)))
    return written != len(wanted)


def write_terms(session: Session, terms: Terms, now: datetime) -> UUID:
    """The same terms are one row, whoever writes them first."""
    session.connection().execute(_WRITE, {"id": terms.id, "content": as_json(terms), "created_at": now})
    return terms.id


def terms_by_id(session: Session) -> Any:
    """A look-up for `fold`: what terms of that id say. Raises KeyError where there are none."""

    def look_up(id: UUID) -> Terms:
        known = _met.get(id)
        if known is None:
            content = session.scalar(select(TermsRow.content).where(TermsRow.id == id))
            if content is None:
                raise KeyError(id)
            known = _met[id] = from_json(content)
            if len(_met) > _MOST_MET:
                _met.pop(next(iter(_met)))
        return known

    return look_up


def facts_of(session: Session, conversation: Conversation) -> Facts:
    """What policies look at in a conversation."""
    segment = session.scalar(select(Customer.segment).where(Customer.id == conversation.customer_id))
    return Facts(
        conversation.number_id,
        conversation.team_id,
        frozenset(conversation.tags or ()),
        (conversation.priority or Priority.NORMAL).value,
        segment,
    )


def number_facts(session: Session, now: datetime) -> tuple[dict[UUID, NumberFacts], dict[str, UUID]]:
    """Every number with the hours that it is open."""
    rows = session.execute(
        select(Number.id, Number.team_id, Number.target, Number.time_zone, Number.address, Calendar).outerjoin(
            Calendar, Calendar.id == Number.calendar_id
        )
    )
    facts, addresses = {}, {}
    for id, team_id, target, zone, address, calendar in rows:
        facts[id] = NumberFacts(id, team_id, target, hours_of(session, calendar, zone, now) if calendar else None)
        addresses[address] = id
    return facts, addresses


def policy_of(row: StoredPolicy) -> Policy:
    """A stored policy as the rules know it."""
    said = row.conditions
    return Policy(
        id=row.id,
        name=row.name,
        conditions=Conditions(
            numbers=frozenset(UUID(one) for one in said.get("numbers", ())),
            teams=frozenset(UUID(one) for one in said.get("teams", ())),
            tags=frozenset(said.get("tags", ())),
            priorities=frozenset(said.get("priorities", ())),
            segments=frozenset(said.get("segments", ())),
        ),
        targets={
            ClockKind(kind): {priority: timedelta(seconds=seconds) for priority, seconds in by.items()}
            for kind, by in row.targets.items()
        },
        counts=row.counts,
        shares=tuple(row.shares),
        leads=tuple(timedelta(seconds=seconds) for seconds in row.leads),
        ladder=tuple(Rung(timedelta(seconds=after), tuple(Whom(one) for one in whom)) for after, whom in row.ladder),
        repeat=row.repeat,
        repeats=row.repeats,
        alerts=row.alerts,
    )


def _read(session: Session, version: int, now: datetime) -> Book:
    rows = session.scalars(
        select(StoredPolicy).where(StoredPolicy.is_on).order_by(StoredPolicy.position, StoredPolicy.id)
    )
    numbers, addresses = number_facts(session, now)
    until = now.replace(year=now.year + 1, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return Book(version, tuple(policy_of(row) for row in rows), numbers, addresses, until)


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


_WRITE = upsert(_table(TermsRow)).on_conflict_do_nothing(index_elements=["id"])
_known: weakref.WeakKeyDictionary[Engine, Book] = weakref.WeakKeyDictionary()
_MOST_MET = 10_000
_met: dict[UUID, Terms] = {}  # terms never change, so whoever met them knows them
