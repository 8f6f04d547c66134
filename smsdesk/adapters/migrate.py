"""Brings a database to the schema that this code expects."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

from config.settings import database_address

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 7_353_335_275  # any number, but always the same: two starts at once take turns


def to_head(database_url: str) -> None:
    """Run every migration that is missing; safe to call from several processes at once."""
    engine = create_engine(database_address(database_url))
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
    """SQLite writes each statement of a migration by itself, so a second start would find half of one."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    with Path(f"{file}.migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
