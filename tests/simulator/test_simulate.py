"""`flask desk simulate`: customers text the shop at a rate, and the summary says what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from config.settings import Settings
from smsdesk.app import create_app
from smsdesk.cli import desk
from smsdesk.models import Message, Number
from tests.simulator.street import Street, opened, until


@pytest.fixture
def street(settings: Settings) -> Iterator[Street]:
    with opened(settings) as street:
        yield street


def simulate(app: Flask, *options: str) -> Any:
    return app.test_cli_runner().invoke(desk, ["simulate", *options])


def test_customers_text_and_hear_the_answers(street: Street) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(simulate, street.app, "--rate", "10/s", "--for", "4s")
        first = until(lambda: street.shop.all(select(Message)))[0]
        street.answer(first.sender, "Of course, until six")
        result = running.result(60)
    sent = len(street.carrier.ledger.texts("direction = 'inbound'"))
    assert result.exit_code == 0, result.output
    assert f"texts sent: {sent}, by" in result.output
    assert "answers received: 1," in result.output
    assert 20 < sent < 70
    assert until(lambda: len(street.shop.all(select(Message).where(Message.sender.like("+1%55501%")))) >= sent)


def test_ctrl_c_ends_it_with_a_summary(street: Street, environ: dict[str, str]) -> None:
    here = {**os.environ, **environ, "TWILIO_API_BASE_URL": street.carrier.url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "desk", "simulate", "--rate", "20/s", "--for", "1h"]
    with subprocess.Popen(command, env=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        until(lambda: len(street.carrier.ledger.texts("direction = 'inbound'")) > 3, 60)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)
    assert running.returncode == 0, said
    assert "texts sent: " in said
    assert "median wait: nobody who asked was answered" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rate", "5"], "write a number and /s, /m or /h"),
        (["--rate", "500/s"], "write 100/s or less"),
        (["--for", "soon"], "is not a length of time"),
    ],
)
def test_a_mistyped_option_is_told_with_what_to_type(street: Street, options: list[str], words: str) -> None:
    result = simulate(street.app, *options)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_it_stays_away_from_production_and_from_real_carriers(settings: Settings) -> None:
    production = simulate(create_app(replace(settings, env="production")))
    real = simulate(create_app(replace(settings, carrier="twilio")))
    assert (production.exit_code, real.exit_code) == (1, 1)
    assert "This is production" in production.output
    assert "set CARRIER=pretend" in real.output


def test_without_a_carrier_or_a_number_it_says_what_to_do(street: Street) -> None:
    with street.carrier.refusing():
        away = simulate(street.app)
    with street.wiring.database.transaction() as session:
        session.execute(delete(Number))
    nobody = simulate(street.app)
    assert (away.exit_code, nobody.exit_code) == (1, 1)
    assert "start SMSDesk with make run" in away.output
    assert "add-number" in nobody.output
