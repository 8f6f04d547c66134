"""The doctor sees a database whose pages are not what was written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from smsdesk.adapters.database import Database
from smsdesk.cli.storage import storage


def test_a_database_that_is_whole_is_said_to_be(database_url: str) -> None:
    database = Database(database_url)
    assert storage(database).ok
    database.close()


def test_a_file_that_was_written_over_is_found_to_be_damaged(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'promise_book'").fetchone()[0], db.execute("PRAGMA page_size").fetchone()[0]  # fmt: skip
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    database = Database(sqlite_url)
    found = storage(database)
    database.close()

    assert not found.ok
    assert "restore" in found.fix


def test_a_row_that_points_at_nothing_is_found(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as db:
        db.execute("INSERT INTO membership (agent_id, team_id) VALUES ('a', 'b')")

    database = Database(sqlite_url)
    assert not storage(database).ok
    database.close()
