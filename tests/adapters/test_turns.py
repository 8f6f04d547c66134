"""Turns at SQLite's pen: one at a time, nobody left out, and nothing kept by who is gone."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from smsdesk.adapters.turns import Turns

ANOTHER = """
import sys
from smsdesk.adapters.turns import Turns
turns, book = Turns(sys.argv[1]), sys.argv[2]
for _ in range(200):
    assert turns.take(30)
    number = int(open(book).read())
    open(book, "w").write(str(number + 1))
    turns.give()
"""


def test_threads_and_processes_write_one_after_another(tmp_path: Path) -> None:
    pen, book = str(tmp_path / "pen"), tmp_path / "book"
    book.write_text("0")
    turns = Turns(pen)

    def write() -> None:
        for _ in range(50):
            assert turns.take(30)
            number = int(book.read_text())
            book.write_text(str(number + 1))
            turns.give()

    others = [subprocess.Popen([sys.executable, "-c", ANOTHER, pen, str(book)]) for _ in range(2)]
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [other.wait(60) for other in others] == [0, 0]
    assert book.read_text() == "600"


def test_whoever_waits_too_long_is_told_and_keeps_nothing(tmp_path: Path) -> None:
    here, there = Turns(str(tmp_path / "pen")), Turns(str(tmp_path / "pen"))
    assert here.take(1)

    refused = [there.take(0.05), there.take(0.05)]
    here.give()

    assert refused == [False, False]
    assert there.take(1)


def test_a_pen_kept_for_somebody_who_gave_up_goes_back(tmp_path: Path) -> None:
    here, there = Turns(str(tmp_path / "pen")), Turns(str(tmp_path / "pen"))
    assert here.take(1)
    impatient = [threading.Thread(target=here.take, args=(0.05,)) for _ in range(3)]
    for thread in impatient:
        thread.start()
    time.sleep(0.02)
    for thread in impatient:
        thread.join()
    here.give()

    assert there.take(1)
