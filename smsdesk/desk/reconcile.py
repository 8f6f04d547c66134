"""Texts of unknown fate are looked for in the carrier's own records, and never sent again by themselves (trust.md 2.4).

Found: adopted. Not found in several listings over ten minutes: a person decides. It also asks after texts that were
accepted and then heard of no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Carrier, CarrierDown, Listed
from smsdesk.adapters.database import Database
from smsdesk.desk.conclude import ASK_AFTER, accept
from smsdesk.desk.deliver import LEASE
from smsdesk.desk.settle import move, opened
from smsdesk.models.message import Message, SendAttempt
from smsdesk.rules.delivery_status import FROM_CARRIER, State

log = logging.getLogger(__name__)

BATCH = 20
BEFORE, AFTER = timedelta(seconds=5), timedelta(seconds=60)  # our clock and the carrier's are not one
ASK_UNTIL = timedelta(hours=6)  # the longest that a text is valid, and an hour
NO_LONGER_KNOWN = timedelta(hours=1)


@dataclass(frozen=True)
class Pace:
    """How a text is looked for. How fresh a listing is, nobody says: hence several, with time between them."""

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=3)
    looks: int = 3
    spread: timedelta = timedelta(minutes=10)
    gives_up_after: timedelta = timedelta(minutes=30)

    def next_after(self, looks: int) -> timedelta:
        doubled: int = 2 ** min(looks, 10)
        return min(self.first * doubled, self.longest)


def reconcile(
    database: Database, carrier: Carrier, account_sid: str, pace: Pace | None = None, ask_after: timedelta = ASK_AFTER
) -> None:
    """One round; the network is asked outside any transaction. Raises what the database raises."""
    with database.reading() as session:
        lost, silent = _lost(session, clock.now()), _silent(session, clock.now(), ask_after)
    for row in lost:
        _look_for(database, carrier, account_sid, row, pace or Pace())
    for row in silent:
        _ask_after(database, carrier, row, ask_after)


def _lost(session: Session, now: datetime) -> list[Any]:
    columns = (
        Message.id,
        Message.conversation_id,
        Message.recipient,
        Message.sender,
        Message.body,
        Message.attempt_id,
        Message.emptied_at,
    )
    return list(
        session.execute(
            select(*columns, SendAttempt.started_at)
            .join(SendAttempt, SendAttempt.id == Message.attempt_id)
            .where(literal_column("message.state = 'unknown'"), Message.not_before <= now)
            .order_by(Message.not_before)
            .limit(BATCH)
        )
    )


def _silent(session: Session, now: datetime, ask_after: timedelta) -> list[Any]:
    return list(
        session.execute(
            select(Message.id, Message.conversation_id, Message.carrier_sid)
            .where(literal_column("message.state IN ('accepted', 'sent')"), Message.carrier_sid.is_not(None))
            .where(Message.accepted_at > now - ASK_UNTIL, Message.accepted_at <= now - ask_after)
            .where(Message.not_before <= now)
            .order_by(Message.accepted_at)
            .limit(BATCH)
        )
    )


def _look_for(database: Database, carrier: Carrier, account_sid: str, row: Any, pace: Pace) -> None:
    try:
        # Nobody can be looked for by a number that was erased; a signed report may still tell
        listed = [] if row.emptied_at else list(carrier.listed(row.recipient, row.started_at - BEFORE, row.sender))
    except CarrierDown as error:
        log.warning("a lost text cannot be looked for: %s", error)
        listed = None
    with database.transaction() as session:
        message, now = opened(session, row.id, row.conversation_id), clock.now()
        if message.state is not State.UNKNOWN or message.attempt_id != row.attempt_id:
            return
        found = _match(session, listed or [], row)
        if found is not None:
            _adopt(session, message, found, account_sid, now)
        else:
            _not_found(session, message, listed is not None, pace, now)


def _match(session: Session, listed: Iterable[Listed], row: Any) -> Listed | None:
    """The one in this conversation that can be it: only one was in flight. Nobody else's sid is taken."""
    like_it = [
        one
        for one in listed
        if not one.is_inbound
        and one.to == row.recipient
        and _plain(one.body) == _plain(row.body)
        and row.started_at - BEFORE <= one.created_at <= row.started_at + LEASE + AFTER
    ]
    sids = [one.carrier_sid for one in like_it]
    taken = set(session.scalars(select(Message.carrier_sid).where(Message.carrier_sid.in_(sids)))) if sids else set()
    return next((one for one in like_it if one.carrier_sid not in taken), None)


def _adopt(session: Session, message: Message, found: Listed, account_sid: str, now: datetime) -> None:
    accept(session, message, found.carrier_sid, account_sid, None, now)
    _believe(session, message, found, now)


def _not_found(session: Session, message: Message, was_listed: bool, pace: Pace, now: datetime) -> None:
    attempt = session.get_one(SendAttempt, message.attempt_id)
    if was_listed:
        attempt.looks += 1
        attempt.first_looked_at = attempt.first_looked_at or now
    looked_long_enough = (
        attempt.looks >= pace.looks
        and attempt.first_looked_at is not None
        and now - attempt.first_looked_at >= pace.spread
    )
    if looked_long_enough or now - attempt.started_at >= pace.gives_up_after:
        move(session, message, State.UNCONFIRMED, now)
    else:
        message.not_before = now + pace.next_after(attempt.looks)


def _ask_after(database: Database, carrier: Carrier, row: Any, ask_after: timedelta) -> None:
    try:
        found = carrier.fetch(row.carrier_sid)
    except CarrierDown as error:
        log.warning("a text cannot be asked after: %s", error)
        return
    with database.transaction() as session:
        message, now = opened(session, row.id, row.conversation_id), clock.now()
        message.not_before = now + (ask_after if found else NO_LONGER_KNOWN)
        if found:
            _believe(session, message, found, now)


def _believe(session: Session, message: Message, found: Listed, now: datetime) -> None:
    state = FROM_CARRIER.get(found.word)
    if state is not None:
        move(session, message, state, now, code=found.error_code)


def _plain(body: str) -> str:
    """As the carrier keeps it: trimmed, with its own line ends."""
    return "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n"))
