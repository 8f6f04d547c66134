"""A database that was restored from a backup learns from the log who was erased since, and erases them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.database import Database
from smsdesk.adapters.erasure_log import PersonErased, TextsErased
from smsdesk.desk import erase
from smsdesk.desk.close_off import remember
from smsdesk.desk.empty_out import remember_text
from smsdesk.desk.erase import Places
from smsdesk.desk.recognise import mark
from smsdesk.desk.remove_at_carrier import Text, enlist
from smsdesk.models.customer import Address, Customer
from smsdesk.models.erasure import Erasure
from smsdesk.models.message import Message
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.rules.tombstones import is_tombstone

AT_ONCE = 500


def repeat_erasures(database: Database, places: Places, now: datetime) -> int:
    """Returns how many persons; none of their words is left when this returns. Twice is once."""
    again = 0
    for entry in places.log.entries():
        with database.transaction() as session:
            if isinstance(entry, PersonErased):
                again += _person(session, entry, now)
            else:
                _texts(session, entry, now)
    while True:
        with database.transaction() as session:
            work = erase.claim(session, now)
        if work is None:
            return again
        goes_on = True
        while goes_on:
            with database.transaction() as session:
                goes_on = erase.go_on(session, work, places, now)


def _person(session: Session, entry: PersonErased, now: datetime) -> int:
    if session.get(Erasure, entry.erasure_id) is not None:
        return 0  # the backup knows of it, and whoever texted from that number since is somebody new
    remember(session, entry.marks, entry.stops, entry.at)
    known = [customer for customer in _as_known(session, entry) if customer.erased_at is None]
    for place, customer in enumerate(known):
        erase.ask(session, customer, None, now, entry.erasure_id if place == 0 else None)
    return bool(known)


def _as_known(session: Session, entry: PersonErased) -> Collection[Customer]:
    """By the id, and by the marks of the numbers that the restored database holds."""
    found = {entry.customer_id} if session.get(Customer, entry.customer_id) else set()
    for address in session.execute(select(Address.value, Address.customer_id)):
        if not is_tombstone(address.value) and mark(session, address.value) in entry.marks:
            found.add(address.customer_id)
    return [session.get_one(Customer, id) for id in sorted(found)]


def _texts(session: Session, entry: TextsErased, now: datetime) -> None:
    """Those that no table holds any more must not be taken for new; and perhaps they are still at the carrier."""
    for start in range(0, len(entry.texts), AT_ONCE):
        part = entry.texts[start : start + AT_ONCE]
        sids = [sid for _, sid in part]
        known = set(session.scalars(select(Message.carrier_sid).where(Message.carrier_sid.in_(sids))))
        known |= set(session.scalars(select(QuarantinedText.carrier_sid).where(QuarantinedText.carrier_sid.in_(sids))))
        for account, sid in part:
            if sid not in known:
                remember_text(session, account, sid)
                enlist(session, None, [Text(account, sid, True)], now)
