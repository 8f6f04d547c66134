"""`python -m smsdesk.up` before anything has started: what it refuses, and with which sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsdesk.up import doors, lock


def up(var: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smsdesk.up"],
        env={**os.environ, "SMSDESK_VAR": str(var), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_a_bad_setting_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    ended = up(tmp_path, PORT="the big one")

    assert ended.returncode == 2
    assert ended.stderr == "PORT is “the big one”; set it to a number from 1 to 65535.\n"


def test_a_busy_port_is_one_sentence_that_names_port(tmp_path: Path, taken_port: int) -> None:
    ended = up(tmp_path, PORT=str(taken_port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {taken_port} is taken by another program; set PORT to a free one: PORT=")
    assert ended.stderr.count("\n") == 1


def test_a_busy_port_of_the_pretend_carrier_is_told_too(tmp_path: Path, taken_port: int) -> None:
    ended = up(tmp_path, PORT=str(taken_port - 1))

    assert ended.returncode == 1
    assert f"Port {taken_port}, which the pretend carrier uses next to PORT" in ended.stderr


def test_a_host_that_is_not_this_machine_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(doors.DoorTaken, match=r"HOST is “192\.0\.2\.1”, where this machine cannot listen"):
        doors.ensure_free("192.0.2.1", 0, "taken")


def test_the_same_data_is_never_used_twice(tmp_path: Path) -> None:
    with lock.held(tmp_path, "http://127.0.0.1:8000"):
        ended = up(tmp_path, PORT="8099")

    assert ended.returncode == 1
    assert ended.stderr == f"SMSDesk is already running on http://127.0.0.1:8000 with the data in {tmp_path}.\n"


def test_the_lock_is_free_again_once_its_holder_is_gone(tmp_path: Path) -> None:
    with lock.held(tmp_path, "http://127.0.0.1:8000 and more"):
        pass

    with lock.held(tmp_path, "http://127.0.0.1:9000"):
        assert (tmp_path / "lock").read_text() == "http://127.0.0.1:9000"
