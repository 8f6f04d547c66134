"""The whole database as one file, and back: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from config.settings import database_address


class CannotDump(RuntimeError):
    """Its text tells an operator what to do."""


def kind_of(database_url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(database_address(database_url)).get_backend_name()


def dump(database_url: str, path: Path) -> None:
    """Write what the database holds at one moment to `path`, while others go on writing. Raises CannotDump."""
    url = make_url(database_address(database_url))
    if url.get_backend_name() == "sqlite":
        _copy(Path(url.database or ""), path)
    else:
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(path))


def load(path: Path, database_url: str) -> None:
    """Fill an empty database from what `dump` wrote. Raises CannotDump; a database that has tables is not touched."""
    url = make_url(database_address(database_url))
    if _has_tables(url):
        raise CannotDump(
            "There is something in this database already, and a restore overwrites nothing. Name an empty one in DATABASE_URL, or move this one away."
        )
    if url.get_backend_name() == "sqlite":
        _copy(path, Path(url.database or ""))
    else:
        _run(
            url,
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            "--dbname",
            url.database or "",
            str(path),
        )


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as whole,
            closing(sqlite3.connect(target)) as copy,
        ):
            whole.backup(copy)
    except sqlite3.Error as error:
        raise CannotDump(f"{source} cannot be copied to {target}: {error}") from error


def _run(url: URL, program: str, *arguments: str) -> None:
    """The address goes in the environment: arguments can be read by everybody on the machine."""
    if shutil.which(program) is None:
        raise CannotDump(
            f"{program} is not on this machine: install the client programs of PostgreSQL (postgresql-client)."
        )
    done = subprocess.run(  # noqa: S603 - two programs by name, and paths of ours
        [program, *arguments], env=os.environ | _environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:300] or "it does not say why"
        fix = " Install the client programs of the server's version." if "version mismatch" in said else ""
        raise CannotDump(f"{program} gave up: {said}.{fix}")


def _environment(url: URL) -> dict[str, str]:
    host = url.host or url.query.get("host") or ""
    named = {
        "PGHOST": host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in named.items() if value}


def _has_tables(url: URL) -> bool:
    engine = create_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    except SQLAlchemyError as error:
        raise CannotDump(
            f"The database that is to be filled cannot be reached ({type(error).__name__}): look at DATABASE_URL."
        ) from error
    finally:
        engine.dispose()
