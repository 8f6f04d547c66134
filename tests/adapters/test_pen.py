"""SQLite's pen for small writes: those that wait are written together, and all of them learn how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsdesk.adapters.database import Database
from smsdesk.adapters.lines import NoLineFree

PATIENCE = 0.3


class Refused(Exception):
    pass


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'pen.db'}", patience=PATIENCE)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE said (number INTEGER PRIMARY KEY)")
    yield database
    database.close()


def number(line: Any, value: int) -> int:
    line.execute("INSERT INTO said VALUES (?)", (value,))
    return value * 2


def said(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT number FROM said ORDER BY number").scalars())


class Writers:
    """The first holds the pen until it is let go; the others come meanwhile, hence are written together."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.holds, self.goes_on = threading.Event(), threading.Event()
        self.ended: dict[int, object] = {}
        self.threads: list[threading.Thread] = []

    def hold(self) -> None:
        def write(line: Any) -> int:
            self.holds.set()
            self.goes_on.wait()
            return number(line, 0)

        self._start(0, write)
        self.holds.wait()

    def write(self, value: int, error: Exception | None = None) -> None:
        self._start(value, lambda line: number(line, value) if error is None else self._raise(error))

    def end(self) -> dict[int, object]:
        time.sleep(0.05)
        self.goes_on.set()
        for thread in self.threads:
            thread.join()
        return self.ended

    def _raise(self, error: Exception) -> None:
        raise error

    def _start(self, value: int, write: Any) -> None:
        def run() -> None:
            try:
                self.ended[value] = self.database.pen.write(write)
            except Exception as error:
                self.ended[value] = type(error)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()


def test_what_waits_is_written_together_and_each_gets_its_own_result(database: Database) -> None:
    writers, commits = Writers(database), []
    line = database.lines.take()
    line.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    database.lines.give(line)
    writers.hold()
    for value in range(1, 21):
        writers.write(value)

    ended = writers.end()

    assert {value: ended[value] for value in range(1, 21)} == {value: value * 2 for value in range(1, 21)}
    assert said(database) == list(range(21))
    assert len(commits) == 2


def test_where_one_of_them_fails_nothing_of_them_is_stored_and_all_learn_it(database: Database) -> None:
    writers = Writers(database)
    writers.hold()
    for value in range(1, 6):
        writers.write(value, Refused() if value == 3 else None)

    ended = writers.end()

    assert {ended[value] for value in range(1, 6)} == {Refused}
    assert said(database) == [0]
    assert database.pen.write(lambda line: number(line, 9)) == 18


def test_whoever_waited_for_too_long_is_told(database: Database) -> None:
    writers = Writers(database)
    writers.hold()
    began = time.monotonic()

    with pytest.raises(NoLineFree):
        database.pen.write(lambda line: number(line, 1))

    assert PATIENCE <= time.monotonic() - began < 10 * PATIENCE
    writers.end()
    assert database.pen.write(lambda line: number(line, 2)) == 4


def test_after_a_fork_nobody_waits_for_whom_the_parent_has(database: Database) -> None:
    writers = Writers(database)
    writers.hold()

    database.pen.forget()

    assert not database.pen._writing.locked()
    writers.end()
