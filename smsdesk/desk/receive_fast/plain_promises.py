"""What each number promises to plain conversations, kept in the process; a statement holds only under the version it was read with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.adapters.database import Database
from smsdesk.desk.promise_book import Book, book
from smsdesk.desk.receive_fast.parcel import Plain
from smsdesk.models.terms import TermsRow
from smsdesk.rules.terms import ClockKind


class PlainPromises:
    """Read when first asked for, and again after a text that no statement took: the book may have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book: Book | None = None
        self._plain: dict[str, Plain] = {}
        self._is_stale = True

    def of(self, address: str, now: datetime) -> Plain | None:
        """None where a number is unknown, or promises more than a statement can write, such as when it will be resolved."""
        if self._is_stale or (self._book is not None and now >= self._book.until):
            self._read(now)
        return self._plain.get(address)

    def look_again(self) -> None:
        self._is_stale = True

    def _read(self, now: datetime) -> None:
        with self._database.reading() as session:
            known = book(session, now)
            if known is not self._book:
                self._plain = _plain(session, known)
                self._book = known
        self._is_stale = False


def _plain(session: Session, known: Book) -> dict[str, Plain]:
    found = {}
    for address, number_id in known.addresses.items():
        facts = known.plain_facts(number_id)
        first, following = known.terms(ClockKind.FIRST_REPLY, facts), known.terms(ClockKind.NEXT_REPLY, facts)
        if first is None or following is None or known.terms(ClockKind.RESOLUTION, facts) is not None:
            continue
        written = select(func.count()).select_from(TermsRow).where(TermsRow.id.in_([first.id, following.id]))
        if session.scalar(written) == 2:
            found[address] = Plain(known.version, first, following)
    return found
