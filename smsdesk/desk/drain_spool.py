"""What was spooled while the database was away is stored now, as if it had arrived then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from smsdesk.adapters.database import Database
from smsdesk.adapters.spool import Spool
from smsdesk.desk import follow, recognise, roll_up
from smsdesk.desk.conclude import accept
from smsdesk.desk.receive import AlreadyReceived, receive
from smsdesk.desk.remove_at_carrier import Text, enlist
from smsdesk.desk.settle import opened
from smsdesk.models.message import Message

AWAY = (OperationalError, InterfaceError, NoConnectionFree)


def drain_texts(database: Database, spool: Spool) -> int:
    """Oldest first, each in a transaction of its own; returns how many were stored or known. Raises what AWAY lists.

    Any number of processes may do this at once: a text is stored once, whoever is faster.
    """
    return _drain(spool, spool.texts(), partial(_store, database, spool))


def drain_outcomes(database: Database, spool: Spool) -> int:
    """Sendings whose sid could not be written down; returns how many are now. Raises what AWAY lists."""
    return _drain(spool, spool.outcomes(), partial(_accept, database, spool))


def drain_reports(database: Database, spool: Spool) -> int:
    """What the carrier told of our texts meanwhile; returns how many reports were heard. Raises what AWAY lists."""
    return _drain(spool, spool.reports(), partial(_hear, database, spool))


def _drain(spool: Spool, paths: Iterable[Path], store: Callable[[Path], None]) -> int:
    done = 0
    for path in paths:
        try:
            store(path)
        except FileNotFoundError:
            continue
        except AWAY:
            raise
        except Exception as error:  # whatever is wrong with this one, it must not hold up those behind it
            spool.refuse(path, type(error).__name__)
            continue
        spool.done(path)
        done += 1
    return done


def _hear(database: Database, spool: Spool, path: Path) -> None:
    kept = spool.read_report(path)
    with database.transaction() as session:
        follow.hear(session, kept.report, kept.claimed_id, kept.received_at)


def _accept(database: Database, spool: Spool, path: Path) -> None:
    kept = spool.read_outcome(path)
    with database.transaction() as session:
        conversation_id = session.scalars(select(Message.conversation_id).where(Message.id == kept.message_id)).one()
        message = opened(session, kept.message_id, conversation_id)
        accept(session, message, kept.carrier_sid, kept.carrier_account, kept.segments, kept.accepted_at)


def _store(database: Database, spool: Spool, path: Path) -> None:
    kept = spool.read_text(path)
    try:
        with database.transaction() as session:
            if recognise.was_erased_since(session, kept.text.sender, kept.received_at):
                lost = Text(kept.text.account_sid, kept.text.carrier_sid, bool(kept.text.media))
                enlist(session, None, [lost], kept.received_at)
                return
            receive(session, kept.text, kept.received_at, source="spool")
            roll_up.mark(session, [kept.received_at])
    except AlreadyReceived:
        pass
