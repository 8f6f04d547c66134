"""`desk doctor`, the database's own word: are its pages whole, and does it find everything that it points at?"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from smsdesk.adapters.database import Database
from smsdesk.desk.examine import Finding

NAME = "what is stored is whole"
FIX = "Stop SMSDesk, keep a copy of the database as it is, and restore the last backup: docs/operating.md."


def storage(database: Database) -> Finding:
    """Reads a SQLite file through; of PostgreSQL, which looks at each page that it reads, asks what it has met."""
    try:
        with database.reading() as session:
            problem = _of_sqlite(session) if database.is_sqlite else _of_postgresql(session)
    except SQLAlchemyError as error:
        problem = type(error).__name__
    return Finding(NAME, problem is None, problem or "no damage found", "" if problem is None else FIX)


def _of_sqlite(session: Session) -> str | None:
    for question in ("PRAGMA quick_check(1)", "PRAGMA foreign_key_check"):
        first = session.execute(text(question)).first()
        if first is not None and first[0] != "ok":
            return " ".join(map(str, first))
    return None


def _of_postgresql(session: Session) -> str | None:
    """Nothing is counted where the server was set up without checksums."""
    failures = session.scalar(text("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"))
    return f"{failures} pages do not match their checksum" if failures else None
