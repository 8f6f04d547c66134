"""Texts of somebody who was erased go from the carrier's records, too: one call each, again and again for two weeks.

`enlist` writes down which; a worker then claims one, asks the carrier outside any transaction, and says with `conclude` what came of
it. Whoever dies in between leaves it to the next, to whom the carrier says that it is gone. Nobody's erasure waits for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import Gone, NotYet, Removal
from smsdesk.adapters.promises import announce
from smsdesk.models.conversation import Conversation
from smsdesk.models.erasure import CarrierRemoval, Erasure, RemovalState
from smsdesk.models.message import Message
from smsdesk.rules.removals import next_try

A_FEW = 10
LEASE = timedelta(seconds=60)  # well above the longest that the calls for one text may last


@dataclass(frozen=True)
class Text:
    """As the carrier knows it. An empty account is our own."""

    account: str
    sid: str
    has_media: bool


@dataclass(frozen=True)
class Work:
    """A text in somebody's hands, until `lease`."""

    text: Text
    lease: datetime


@dataclass(frozen=True)
class Progress:
    """Of one erasure, at the carrier. `codes`: its words for what it would not remove; `sids`: a few of these."""

    waiting: int
    gone: int
    kept: int
    codes: tuple[int, ...]
    sids: tuple[str, ...] = ()


def enlist(session: Session, erasure_id: UUID | None, texts: Iterable[Text], now: datetime) -> None:
    """Twice is once."""
    rows = [{"carrier_sid": text.sid, "carrier_account": text.account, "erasure_id": erasure_id, "has_media": text.has_media,
             "asked_at": now, "state": RemovalState.WAITING, "tries": 0, "not_before": now} for text in texts]  # fmt: skip
    if rows:
        keys = ["carrier_sid", "carrier_account"]
        session.execute(upsert(CarrierRemoval).on_conflict_do_nothing(index_elements=keys), rows)


def enlist_late(session: Session, message: Message, now: datetime) -> None:
    """A text of ours whose sid was learnt after its words were gone here."""
    theirs = select(Erasure.id).join(Conversation, Conversation.customer_id == Erasure.customer_id)
    erasure_id = session.scalar(
        theirs.where(Conversation.id == message.conversation_id).order_by(Erasure.id.desc()).limit(1)
    )
    text = Text(message.carrier_account or "", message.carrier_sid or "", message.media_count > 0)
    enlist(session, erasure_id, [text], now)


def is_due(session: Session, now: datetime) -> bool:
    return bool(session.scalar(select(exists().where(*_waits(now)))))


def claim(session: Session, now: datetime) -> Work | None:
    """The one that waits longest; None where there is none, or somebody was faster."""
    row = session.execute(
        select(CarrierRemoval.carrier_sid, CarrierRemoval.carrier_account, CarrierRemoval.has_media, CarrierRemoval.not_before)
        .where(*_waits(now)).order_by(CarrierRemoval.not_before, CarrierRemoval.carrier_sid).limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    work = Work(Text(row.carrier_account, row.carrier_sid, row.has_media), now + LEASE)
    ours = session.execute(
        update(CarrierRemoval)
        .where(*_this(work.text), CarrierRemoval.not_before == row.not_before)
        .values(not_before=work.lease, tries=CarrierRemoval.tries + 1),
        execution_options={"synchronize_session": False},
    )
    return work if ours.rowcount else None  # type: ignore[attr-defined]


def conclude(session: Session, work: Work, outcome: Removal, now: datetime) -> bool:
    """What the carrier said; True where the next one can be asked for now."""
    row = session.scalar(select(CarrierRemoval).where(*_this(work.text), CarrierRemoval.not_before == work.lease))
    if row is None:
        return True  # it took longer than its lease, and is somebody else's
    if isinstance(outcome, Gone):
        _end(session, row, RemovalState.GONE, now)
        return True
    row.code = outcome.code
    again = next_try(row.tries, row.asked_at, now, outcome.retry_after) if isinstance(outcome, NotYet) else None
    if again is None:
        _end(session, row, RemovalState.KEPT, now)
        return not isinstance(outcome, NotYet)
    row.not_before = again
    if not (isinstance(outcome, NotYet) and outcome.holds_all):
        return True
    _hold_all(session, again)
    return False


def progress(session: Session, erasure_id: UUID) -> Progress:
    rows = session.execute(
        select(CarrierRemoval.state, CarrierRemoval.code, func.count())
        .where(CarrierRemoval.erasure_id == erasure_id)
        .group_by(CarrierRemoval.state, CarrierRemoval.code)
    ).all()
    counts = {state: sum(count for of, _, count in rows if of is state) for state in RemovalState}
    codes = {code for state, code, _ in rows if state is RemovalState.KEPT and code}
    kept = (CarrierRemoval.erasure_id == erasure_id, CarrierRemoval.state == RemovalState.KEPT)
    sids = session.scalars(
        select(CarrierRemoval.carrier_sid).where(*kept).order_by(CarrierRemoval.carrier_sid).limit(A_FEW)
    )
    return Progress(
        counts[RemovalState.WAITING],
        counts[RemovalState.GONE],
        counts[RemovalState.KEPT],
        tuple(sorted(codes)),
        tuple(sids),
    )


def _end(session: Session, row: CarrierRemoval, state: RemovalState, now: datetime) -> None:
    row.state, row.ended_at = state, now
    erasure = session.get(Erasure, row.erasure_id) if row.erasure_id else None
    if erasure is not None:
        announce(session, "privacy", erasure.customer_id)


def _hold_all(session: Session, until: datetime) -> None:
    """Every other one would get the same answer; the one that was tried is asked for first then, so its pauses grow."""
    early = (CarrierRemoval.state == RemovalState.WAITING, CarrierRemoval.not_before < until)
    session.flush()
    session.execute(
        update(CarrierRemoval).where(*early).values(not_before=until), execution_options={"synchronize_session": False}
    )


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return CarrierRemoval.state == RemovalState.WAITING, CarrierRemoval.not_before <= now


def _this(text: Text) -> tuple[ColumnElement[bool], ...]:
    return (
        CarrierRemoval.carrier_sid == text.sid,
        CarrierRemoval.carrier_account == text.account,
        CarrierRemoval.state == RemovalState.WAITING,
    )
