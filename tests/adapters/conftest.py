"""The pretend carrier, with nobody to post to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN
from tests.faults.standin import StandIn, standing_in

OLD_TOKEN = AUTH_TOKEN[::-1]


@pytest.fixture
def desk_settings(tmp_path: Path) -> Settings:
    environ = {
        "SMSDESK_VAR": str(tmp_path / "var"),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": f"{AUTH_TOKEN},{OLD_TOKEN}",
        "PUBLIC_URL": "https://desk.example.com",
        "CARRIER": "pretend",
    }
    return load(environ)


@pytest.fixture
def stand_in(desk_settings: Settings) -> Iterator[StandIn]:
    with standing_in(desk_settings, "http://127.0.0.1:9") as stand_in:
        yield stand_in
