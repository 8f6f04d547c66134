"""What was spooled while the database was away is stored now, as if it had arrived then."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from smsdesk.adapters.database import Database
from smsdesk.adapters.spool import Spool
from smsdesk.desk.receive import AlreadyReceived, receive

AWAY = (OperationalError, InterfaceError, NoConnectionFree)


def drain_texts(database: Database, spool: Spool) -> int:
    """Oldest first, each in a transaction of its own; returns how many were stored or known. Raises what AWAY lists.

    Any number of processes may do this at once: a text is stored once, whoever is faster.
    """
    done = 0
    for path in spool.texts():
        try:
            _store(database, spool, path)
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


def _store(database: Database, spool: Spool, path: Path) -> None:
    kept = spool.read_text(path)
    try:
        with database.transaction() as session:
            receive(session, kept.text, kept.received_at, source="spool")
    except AlreadyReceived:
        pass
