"""A pretend carrier, and an inbox in SMSDesk's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN
from tests.faults.standin import StandIn, standing_in
from tests.simulator.inbox import Inbox, opened


@pytest.fixture
def desk_settings(tmp_path: Path) -> Settings:
    """SMSDesk behind a TLS proxy, as in the world."""
    environ = {
        "SMSDESK_VAR": str(tmp_path / "var"),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": f"{AUTH_TOKEN},{AUTH_TOKEN[::-1]}",
        "PUBLIC_URL": "https://desk.example.com",
        "CARRIER": "pretend",
    }
    return load(environ)


@pytest.fixture
def inbox_and_address() -> Iterator[tuple[Inbox, str]]:
    with opened() as both:
        yield both


@pytest.fixture
def inbox(inbox_and_address: tuple[Inbox, str]) -> Inbox:
    return inbox_and_address[0]


@pytest.fixture
def stand_in(desk_settings: Settings, inbox_and_address: tuple[Inbox, str]) -> Iterator[StandIn]:
    with standing_in(desk_settings, inbox_and_address[1]) as stand_in:
        yield stand_in
