"""A new version takes over while texts come and go (trust.md 6.3, F66): no post is refused, none is lost, nothing goes twice. The old one may be older code."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from smsdesk.rules.delivery_status import FINAL, State
from smsdesk.up import leash
from tests.faults.ground import LONG, ROOT, Ground, end, every
from tests.faults.proxy import Proxy, between
from tests.ports import free_port
from tests.servers import until

pytestmark = [pytest.mark.skipif(not LONG, reason="takes long; make faults"), pytest.mark.timeout(600)]
FIRST = 100_001  # the ids below are those of customers whom only the shop knows
ALONE = 60  # texts
SETTLED = FINAL | {State.ACCEPTED, State.SENT}


@dataclass
class Generation:
    """A web and its workers, from one tree."""

    ground: Ground
    tree: Path
    port: int = field(default_factory=free_port)
    parts: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def comes_up(self) -> None:
        self._starts("gunicorn", "-c", "config/gunicorn.py", "wsgi:app")
        until(self._answers, 60, "the web did not start")
        for queue in ("routing", "outbound", "outbound", "reminders"):
            self._starts("workers.start", queue)
        self._starts("workers.clock")

    def _starts(self, *arguments: str) -> None:
        environ = {**self.ground.environ, "PORT": str(self.port), "PATH": "/usr/bin:/bin"}
        running = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=self.tree, env=environ, preexec_fn=leash.tied_to_this_process(), start_new_session=True
        )  # fmt: skip
        self.ground.stack.callback(end, running)
        self.parts.append(running)

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def is_told_to_end(self) -> list[int]:
        """What its parts ended with."""
        for part in self.parts:
            part.terminate()
        return [part.wait(90) for part in self.parts]


@pytest.fixture
def door(ground: Ground) -> Iterator[Proxy]:
    """What stands before the web, and sends each post to the generation whose turn it is."""
    with between(("127.0.0.1", 9)) as door:
        address = f"http://127.0.0.1:{door.port}"
        ground.environ["PUBLIC_URL"] = address
        ground.witness = replace(ground.witness, settings=replace(ground.witness.settings, public_url=address))
        yield door


def test_f66_one_generation_follows_another_under_load_and_no_post_is_refused(ground: Ground, door: Proxy) -> None:
    takes_over(ground, door, ROOT)


def test_f66_code_from_before_the_last_migration_goes_on_with_the_new_schema_until_it_is_followed(
    ground: Ground, door: Proxy, tmp_path: Path
) -> None:
    takes_over(ground, door, before_the_last_migration(tmp_path / "before"))


def takes_over(ground: Ground, door: Proxy, old_tree: Path) -> None:
    old, new = Generation(ground, old_tree), Generation(ground, ROOT)
    ground.witness.carrier.habits.change({"quickest_s": 0.2, "slowest_s": 1.0})
    old.comes_up()
    door.target = ("127.0.0.1", old.port)
    numbers = itertools.count(FIRST)
    texts, answers = partial(text, ground, numbers), partial(answer, ground)
    with every(0.03, texts) as posted, every(0.2, answers) as written:
        until(lambda: len(posted) > ALONE, 60, "the old generation takes nothing")
        new.comes_up()  # both work at once, on one database
        until(lambda: len(posted) > 2 * ALONE, 60)
        ground.witness.carrier.modes.next("slow:1.5", 6)  # some of ours are on their way when it ends
        door.target = ("127.0.0.1", new.port)
        ended = old.is_told_to_end()
        before = len(posted)
        until(lambda: len(posted) > before + ALONE, 60, "the new generation takes nothing")

    for message_id in written:
        ground.until_state(message_id, *SETTLED, seconds=90)  # type: ignore[arg-type]
    assert set(posted) == {200}
    by_the_old_one = {f"SM{n:032x}" for n in range(FIRST, FIRST + ALONE)}
    assert {one.source for one in ground.shop.messages() if one.carrier_sid in by_the_old_one} == {"web"}
    assert set(ended) == {0}
    ground.broken += len(ended)
    ground.check({f"SM{n:032x}" for n in range(FIRST, FIRST + len(posted))})


def text(ground: Ground, numbers: Iterator[int], _time: int) -> int | None:
    n = next(numbers)
    return ground.post(ground.form(n, f"text {n}", sender=f"+1415556{n % 40:04}"))


def answer(ground: Ground, n: int) -> object:
    [message_id] = ground.answered(f"answer {n}", sender=f"+1415557{n % 10:04}")
    return message_id


def before_the_last_migration(folder: Path) -> Path:
    """The tree as it was before the newest file of the schema was added; left out where there is no history."""
    added = git("log", "-1", "--diff-filter=A", "--format=%H", "--", "migrations/versions").decode().strip()
    tree = git("archive", f"{added}^") if added else b""
    if not tree:
        pytest.skip("there is no history here from which older code could be had")
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=tree, check=True)
    return folder


def git(*asked: str) -> bytes:
    """What it says; nothing where it refuses."""
    said = subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, check=False)
    return said.stdout if said.returncode == 0 else b""
