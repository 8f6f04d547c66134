"""Brings a database to the schema that this code expects."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text

from config.settings import database_address

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 7_353_335_275  # any number, but always the same: two starts at once take turns


def to_head(database_url: str) -> None:
    """Run every migration that is missing; safe to call from several processes at once."""
    engine = create_engine(database_address(database_url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _let_us_begin)
        event.listen(engine, "begin", _begin)
    try:
        with _turn_at_the_file(engine), engine.connect() as connection:
            _take_turns(connection)
            config = _config(connection)
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def is_at_head(connection: Connection) -> bool:
    """True where no migration is missing."""
    return set(MigrationContext.configure(connection).get_current_heads()) == set(_script().get_heads())


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _turn_at_the_file(engine: Engine) -> Iterator[None]:
    """A second start waits here for the first one; SQLite itself would make it give up after a few seconds."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    with Path(f"{file}.migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _let_us_begin(connection: Any, _record: object) -> None:
    # The driver begins before rows are written, and not before tables are made: a start that was killed would leave half a migration
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
