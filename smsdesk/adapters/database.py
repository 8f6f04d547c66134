"""The database: one engine a process, one transaction a request or job, and what leaves only after its commit."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session, sessionmaker

from smsdesk.adapters.lines import Lines
from smsdesk.adapters.pen import Pen
from smsdesk.adapters.promises import Promises, promised
from smsdesk.adapters.turns import Turns, turns_at

_open: weakref.WeakSet[Database] = weakref.WeakSet()

PHONE_KEY = "phone_key"
LAST_TRY = 250  # milliseconds
# The carrier waits 15 s for an answer: a locked row must give up well before
POSTGRESQL = {
    "connect_timeout": 3,
    "prepare_threshold": 1,
    "options": "-c lock_timeout=3000 -c statement_timeout=20000 -c timezone=UTC",
}


class Database:
    """Where everything is remembered. `keep` is called with what was promised, after each commit.

    `patience`: seconds that a transaction waits for the writer before it (on PostgreSQL, at most 3 for a lock).
    `phone_key`: by which a number that was erased is known again (rules/tombstones.py).
    """

    def __init__(
        self,
        url: str,
        keep: Callable[[Promises], None] | None = None,
        pool_size: int = 20,
        patience: float = 30,
        phone_key: bytes = b"",
    ) -> None:
        self.url, self.phone_key = url, phone_key
        self.keep = keep or (lambda _: None)
        self.engine = engine_for(url, pool_size, patience)
        known_by = {PHONE_KEY: phone_key}
        self.sessions = sessionmaker(self.engine, expire_on_commit=False, info=known_by)
        self.readers = sessionmaker(
            self.engine.execution_options(reads_only=True), expire_on_commit=False, info=known_by
        )
        self.lines = Lines(self._connect, patience=min(patience, 3.0))
        self.patience = patience
        _open.add(self)

    @cached_property
    def pen(self) -> Pen:
        """On SQLite alone."""
        return Pen(self.lines, turns_at(self.engine.url.database or ""), self.patience)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end, rolls back on any error, then keeps what was promised within."""
        with self.sessions() as session:
            with session.begin():
                session.connection()  # the turn comes now, so that a time asked for within is not older than what is seen
                yield session
            self.keep(promised(session))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Looks, and changes nothing; on SQLite it never waits for a writer."""
        with self.readers() as session:  # closing it ends the transaction, and rows keep what was read of them
            yield session

    def close(self) -> None:
        """End every connection that nobody uses."""
        self.engine.dispose()
        self.lines.close()

    def forget_connections(self) -> None:
        """After a fork."""
        self.engine.dispose(close=False)
        self.lines.forget()
        if self.is_sqlite:
            self.pen.forget()

    def _connect(self) -> Any:
        """A bare connection, prepared like those of the engine."""
        arguments, options = self.engine.dialect.create_connect_args(self.engine.url)
        if self.is_sqlite:
            bare = {"timeout": self.patience, "check_same_thread": False}
            line: Any = self.engine.dialect.dbapi.connect(*arguments, **(dict(options) | bare))  # type: ignore[union-attr]
            _prepare_sqlite(line, None)
            return line
        return psycopg.connect(*arguments, **dict(options) | POSTGRESQL, autocommit=True)


def is_busy(error: BaseException) -> bool:
    """The database is there, and somebody else held what was wanted for too long."""
    if isinstance(error, NoConnectionFree):
        return True
    met = getattr(error, "orig", None)
    return isinstance(met, LockNotAvailable) or (isinstance(met, sqlite3.OperationalError) and "locked" in str(met))


def forget_connections() -> None:
    """In a child after a fork: connections belong to the parent and must not be used or closed here."""
    for database in list(_open):
        database.forget_connections()


def engine_for(url: str, pool_size: int = 20, patience: float = 30) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": patience}, pool_size=pool_size, max_overflow=pool_size * 8)
        event.listen(engine, "connect", _prepare_sqlite)
        turns = turns_at(make_url(url).database or "")
        event.listen(engine, "begin", lambda connection: _begin_sqlite(connection, turns, patience))
        event.listen(engine, "checkin", lambda _, record: _give_turn(record, turns))
        return engine
    return create_engine(
        url, connect_args=POSTGRESQL, pool_size=pool_size, max_overflow=pool_size, pool_timeout=3, pool_use_lifo=True
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection, turns: Turns, patience: float) -> None:
    if connection.get_execution_options().get("reads_only"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.info["has_turn"] = turns.take(patience)
    if not connection.info["has_turn"]:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={LAST_TRY}")  # it has waited for long enough
    try:
        # A deferred transaction that writes later fails at once on a stale snapshot
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if not connection.info["has_turn"]:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={round(patience * 1000)}")


def _give_turn(record: Any, turns: Turns) -> None:
    # When the connection comes back its transaction is over, however it ended
    if record.info.pop("has_turn", False):
        turns.give()
