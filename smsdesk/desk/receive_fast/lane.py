"""Which statement to try, and what is promised when it has stored a text."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Protocol

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.database import Database
from smsdesk.adapters.promises import News, Promises
from smsdesk.desk.receive_fast.parcel import Parcel, Stored, parcel_of
from smsdesk.desk.receive_fast.plain_promises import PlainPromises
from smsdesk.desk.receive_fast.postgresql import Postgresql
from smsdesk.desk.receive_fast.sqlite import Sqlite
from smsdesk.rules.goodbyes import may_thank_somebody, read_farewell
from smsdesk.rules.keywords import read_keyword
from smsdesk.rules.phone_numbers import UnreadableSender
from smsdesk.rules.revocations import read_revocation

REMEMBERED = 50_000


class Lane(Protocol):
    """One database's way of storing a parcel. None: this is not that case, and nothing was written."""

    def next_text(self, parcel: Parcel) -> Stored | None: ...

    def first_text(self, parcel: Parcel) -> Stored | None: ...


class FastLane:
    """Tries the statement that probably fits; which one is a guess that may be wrong, since each checks for itself."""

    def __init__(self, database: Database) -> None:
        self._promises = PlainPromises(database)
        self._lane: Lane = Sqlite(database) if database.is_sqlite else Postgresql(database)
        self._met: OrderedDict[tuple[str, str], None] = OrderedDict()

    def receive(self, text: InboundText, now: datetime) -> Promises | None:
        """Store the text and say what to do afterwards, or None where `receive.receive` must decide."""
        if text.media or text.opt_out_type or read_keyword(text.body):
            return None
        if read_farewell(text.body) or may_thank_somebody(text.body) or read_revocation(text.body):
            return None
        promise = self._promises.of(text.to, now)
        if promise is None:
            return None
        try:
            parcel = parcel_of(text, promise, now)
        except UnreadableSender:
            return None
        stored = self._store(parcel)
        if stored is None:
            self._promises.look_again()
            return None
        news = {News("conversation", stored.conversation_id, stored.team_id): None}
        return Promises({} if stored.has_agent else {"routing.drain": None}, news)

    def _store(self, parcel: Parcel) -> Stored | None:
        who = (parcel.text.to, parcel.text.sender)
        if who in self._met:
            return self._lane.next_text(parcel)
        stored = self._lane.first_text(parcel) or self._lane.next_text(parcel)
        self._met[who] = None
        if len(self._met) > REMEMBERED:
            self._met.popitem(last=False)
        return stored
