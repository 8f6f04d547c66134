"""The pretend carrier as a process of its own: it starts, says when it is ready, and a kill takes nothing from its ledger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    here = {
        "SMSDESK_VAR": str(tmp_path),
        "PORT": "9",
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{port}",
        "CARRIER": "pretend",
    }
    return {**os.environ, **here}


@contextmanager
def running(environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = subprocess.Popen([sys.executable, "-m", "smsdesk.simulator.carrier"], env=environ)
    url = environ["TWILIO_API_BASE_URL"]
    try:
        until = time.monotonic() + 20
        while True:
            assert process.poll() is None
            assert time.monotonic() < until
            try:
                urlopen(f"{url}/pretend/health", timeout=1)
                break
            except OSError:
                time.sleep(0.05)
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_a_kill_takes_nothing_that_was_told(environ: dict[str, str]) -> None:
    wish = json.dumps({"from": "+15550199901", "to": "+15550100001", "body": "Hello"}).encode()
    with running(environ) as (process, url):
        with urlopen(Request(f"{url}/pretend/texts", wish, {"Content-Type": "application/json"}), timeout=5) as answer:
            told = json.load(answer)["sid"]
        process.kill()
    with running(environ) as (_, url), urlopen(f"{url}/pretend/ledger", timeout=5) as answer:
        assert [text["sid"] for text in json.load(answer)["texts"]] == [told]


def test_it_ends_when_it_is_told_to(environ: dict[str, str]) -> None:
    with running(environ) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_it_stays_away_from_a_real_carrier(environ: dict[str, str]) -> None:
    real = environ | {"TWILIO_API_BASE_URL": "https://api.twilio.com"}
    ran = subprocess.run(
        [sys.executable, "-m", "smsdesk.simulator.carrier"],
        env=real,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode != 0
    assert "TWILIO_API_BASE_URL" in ran.stderr
    assert "Traceback" not in ran.stderr
