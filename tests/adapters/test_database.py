"""The database: what commits stays, what fails leaves nothing, and promises are kept only after a commit."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.adapters.promises import News, Promises, announce, later
from smsdesk.models import Heartbeat, Membership, Number, Team
from tests.cast import NINE, at_once


@pytest.fixture
def kept() -> list[Promises]:
    return []


@pytest.fixture
def database(database_url: str, kept: list[Promises]) -> Iterator[Database]:
    database = Database(database_url, kept.append)
    yield database
    database.close()


def teams(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Team.name).order_by(Team.name)))


def test_what_a_transaction_promised_leaves_after_its_commit(database: Database, kept: list[Promises]) -> None:
    with database.transaction() as session:
        session.add(Team(name="Support", created_at=NINE))
        later(session, "routing.drain")
        later(session, "routing.drain")
        announce(session, "queue", None)
        announce(session, "queue", None)
        assert kept == []

    assert kept == [Promises({"routing.drain": None}, {News("queue", None): None})]
    assert teams(database) == ["Support"]


def test_an_error_leaves_neither_rows_nor_promises(database: Database, kept: list[Promises]) -> None:
    def fails() -> None:
        with database.transaction() as session:
            session.add(Team(name="Support", created_at=NINE))
            session.flush()
            later(session, "routing.drain")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert (teams(database), kept) == ([], [])


def test_a_commit_that_fails_keeps_no_promise(database: Database, kept: list[Promises]) -> None:
    with database.transaction() as session:
        session.add(Team(name="Support", created_at=NINE))
    kept.clear()

    def names_it_again() -> None:
        with database.transaction() as session:
            later(session, "routing.drain")
            session.add(Team(name="Support", created_at=NINE))

    with pytest.raises(IntegrityError):
        names_it_again()
    assert kept == []


def test_writers_at_once_lose_no_update(database: Database) -> None:
    with database.transaction() as session:
        session.add(Team(name="0", created_at=NINE))

    def count_up() -> None:
        for _ in range(10):
            with database.transaction() as session:
                team = session.scalars(select(Team).with_for_update()).one()
                team.name = str(int(team.name) + 1)

    assert at_once([count_up] * 8) == [None] * 8
    assert teams(database) == ["80"]


def test_a_reader_does_not_wait_for_a_writer_and_does_not_see_half_of_it(database: Database) -> None:
    with database.transaction() as session:
        session.add(Team(name="Support", created_at=NINE))
        session.flush()
        assert teams(database) == []

    assert teams(database) == ["Support"]


def test_a_row_must_point_at_something_that_exists(database: Database) -> None:
    from smsdesk.adapters.ids import new_id

    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Membership(agent_id=new_id(), team_id=new_id()))


def test_a_moment_comes_back_as_it_was_in_utc_to_the_microsecond(database: Database) -> None:
    at = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.transaction() as session:
        session.add(Heartbeat(name="clock", at=at))

    with database.reading() as session:
        stored = session.get_one(Heartbeat, "clock").at
    assert (stored, stored.tzinfo) == (at, UTC)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.transaction() as session:
        session.add(Heartbeat(name="clock", at=datetime(2026, 3, 2, 9)))  # noqa: DTZ001


def test_a_word_that_is_not_in_the_vocabulary_is_refused(database: Database) -> None:
    from smsdesk.models import Conversation

    with database.reading() as session, pytest.raises(StatementError, match="is not a valid ConversationState"):
        session.scalars(select(Conversation).where(Conversation.state == "lost")).all()


def test_a_length_comes_back_as_it_was(database: Database) -> None:
    with database.transaction() as session:
        team = Team(name="Support", created_at=NINE)
        session.add(team)
        session.flush()
        session.add(Number(address="+1", label="", team_id=team.id, target=timedelta(minutes=90), created_at=NINE))

    with database.reading() as session:
        assert session.scalars(select(Number.target)).one() == timedelta(minutes=90)


def test_sqlite_survives_a_power_cut_after_a_commit(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    pragmas: dict[str, Callable[[object], bool]] = {
        "journal_mode": lambda value: value == "wal",
        "synchronous": lambda value: value == 2,
        "foreign_keys": lambda value: value == 1,
    }
    with database.reading() as session:
        for pragma, holds in pragmas.items():
            assert holds(session.scalar(text(f"PRAGMA {pragma}"))), pragma
    database.close()


def test_sqlites_pen_is_taken_before_the_first_look(sqlite_url: str) -> None:
    """Whoever writes from outside, as a backup tool may, waits for us: what was looked at is still so when it is changed."""
    database = Database(sqlite_url)
    outside = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0.1, isolation_level=None)
    with database.transaction() as session:
        session.scalars(select(Heartbeat)).all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            outside.execute("INSERT INTO heartbeat (name, at) VALUES ('outside', '2026-03-02 09:00:00.000000')")
        session.add(Heartbeat(name="clock", at=NINE))
    outside.close()
    database.close()


def test_migrations_are_at_their_head(database: Database) -> None:
    with database.engine.connect() as connection:
        assert migrate.is_at_head(connection)


def test_starts_at_once_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fresh.db"
    start = [sys.executable, "-c", f"from smsdesk.adapters import migrate; migrate.to_head({url!r})"]

    starts = [subprocess.Popen(start, stderr=subprocess.PIPE) for _ in range(3)]

    assert [one.communicate()[1].decode() for one in starts] == [""] * 3
    assert [one.returncode for one in starts] == [0] * 3
    database = Database(url)
    with database.engine.connect() as connection:
        assert migrate.is_at_head(connection)
    database.close()
