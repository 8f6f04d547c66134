"""Pictures and files are fetched after their text is on the screen; a bad one never holds up the text."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Carrier, CarrierDown, MediaRefused
from smsdesk.adapters.database import Database
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.media_store import Kept, MediaStore, NotKept, examine
from smsdesk.adapters.promises import announce
from smsdesk.desk.record import record
from smsdesk.models.conversation import Conversation
from smsdesk.models.media import Media, MediaState
from smsdesk.models.message import Message

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # a fetch takes 10 s at most, and drawing anew a few
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
MOST_ATTEMPTS = 40  # in three hours: neither a carrier's bad hour nor a full disk may cost a picture
NOT_TO_BE_HAD = "This attachment could not be fetched."


@dataclass(frozen=True)
class Wanted:
    """One attachment that is ours to fetch. `attempts` tells this claim from a later one."""

    media_id: UUID
    attempts: int
    conversation_id: UUID
    account_sid: str
    message_sid: str
    media_sid: str


def fetch_one(database: Database, carrier: Carrier, store: MediaStore) -> bool:
    """Fetch one attachment that waits; False where none does. The network is asked outside any transaction."""
    with database.reading() as session:
        row = _next(session, clock.now())
    if row is None:
        return False
    with database.transaction() as session:
        wanted = _claim(session, row, clock.now())
    if wanted is not None:
        _bring(database, carrier, store, wanted)
    return True


def _bring(database: Database, carrier: Carrier, store: MediaStore, wanted: Wanted) -> None:
    try:
        fetched = carrier.fetch_media(wanted.account_sid, wanted.message_sid, wanted.media_sid)
        reach("media.after_get")
        kept = examine(fetched.data)
        name = store.save(kept)
    except (MediaRefused, NotKept) as error:
        log.info("an attachment was refused: %s", error)
        with database.transaction() as session:
            _refuse(session, wanted, str(error), clock.now())
    except (CarrierDown, OSError) as error:
        log.warning("an attachment was not fetched: %s", type(error).__name__)
        with database.transaction() as session:
            _try_later(session, wanted, clock.now())
    else:
        with database.transaction() as session:
            is_ours = _keep(session, wanted, kept, name, clock.now())
        if not is_ours:
            store.forget(name)


def _next(session: Session, now: datetime) -> Any:
    return session.execute(
        select(Media.id, Media.attempts, Media.carrier_media_sid, Message.conversation_id, Message.carrier_account, Message.carrier_sid)
        .join(Message, Message.id == Media.message_id)
        .where(literal_column("media.state = 'waiting'"), Media.not_before <= now)
        .order_by(Media.not_before)
        .limit(1)
    ).one_or_none()  # fmt: skip


def _claim(session: Session, row: Any, now: datetime) -> Wanted | None:
    """Moved to the end of its lease: whoever dies meanwhile leaves it to the next."""
    taken = session.execute(
        update(Media)
        .where(Media.id == row.id, Media.state == MediaState.WAITING, Media.attempts == row.attempts)
        .where(Media.not_before <= now)
        .values(attempts=row.attempts + 1, not_before=now + LEASE)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return Wanted(row.id, row.attempts + 1, row.conversation_id, row.carrier_account or "", row.carrier_sid or "", row.carrier_media_sid)  # fmt: skip


def _keep(session: Session, wanted: Wanted, kept: Kept, name: str, now: datetime) -> bool:
    values = {
        "state": MediaState.READY,
        "content_type": kept.content_type,
        "file_name": name,
        "size": len(kept.data),
        "width": kept.width,
        "height": kept.height,
    }
    return _settle(session, wanted, values, "media.kept", now)


def _refuse(session: Session, wanted: Wanted, why: str, now: datetime) -> None:
    words = why[:1].upper() + why[1:]
    _settle(session, wanted, {"state": MediaState.REFUSED, "refusal": words[:200]}, "media.refused", now)


def _try_later(session: Session, wanted: Wanted, now: datetime) -> None:
    if wanted.attempts >= MOST_ATTEMPTS:
        _refuse(session, wanted, NOT_TO_BE_HAD, now)
        return
    doubled: int = 2 ** (wanted.attempts - 1)
    session.execute(
        update(Media)
        .where(Media.id == wanted.media_id, Media.attempts == wanted.attempts, Media.state == MediaState.WAITING)
        .values(not_before=now + min(FIRST_WAIT * doubled, LONGEST_WAIT))
    )


def _settle(session: Session, wanted: Wanted, values: dict[str, Any], kind: str, now: datetime) -> bool:
    """False where another fetch was faster."""
    settled = session.execute(
        update(Media)
        .where(Media.id == wanted.media_id, Media.attempts == wanted.attempts, Media.state == MediaState.WAITING)
        .values(**values)
    )
    if not settled.rowcount:  # type: ignore[attr-defined]
        return False
    team_id = session.scalar(select(Conversation.team_id).where(Conversation.id == wanted.conversation_id))
    record(session, kind, now, conversation_id=wanted.conversation_id, team_id=team_id, subject_id=wanted.media_id)
    announce(session, "conversation", wanted.conversation_id, team_id=team_id)
    return True
