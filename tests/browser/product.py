"""The whole product as its real processes, on data of its own: what `make run` starts, minus the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.settings import Settings, load
from smsdesk.adapters import clock
from smsdesk.adapters.wiring import Wiring, wire
from smsdesk.desk import set_up
from smsdesk.rules.roles import Role
from tests.ports import free_port
from tests.servers import ROOT, until

PATIENCE = 110  # seconds, for a start on a busy machine
# Whoever runs this may have a shop of their own: nothing of theirs is to be reached. Empty is as good as unset.
NOT_THEIRS = dict.fromkeys(
    (
        *("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "HOST", "SMSDESK_ENV", "TWILIO_API_BASE_URL"),
        *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"),
        *("SMTP_URL", "MAIL_FROM", "VAPID_PRIVATE_KEY"),
    ),
    "",
)


class Product:
    """Start it before use and stop it after; started again it goes on with the same data on the same port."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.port, self._said = free_port(beside=1), folder / "said"
        own = {"SMSDESK_VAR": str(folder / "var"), "PORT": str(self.port), "CARRIER": "pretend"}
        self.environ = {**os.environ, **NOT_THEIRS, **own}
        if database_url:
            self.environ["DATABASE_URL"] = database_url
        self.settings: Settings = load(self.environ)
        self.wiring: Wiring = wire(self.settings)

    @property
    def address(self) -> str:
        return self.settings.public_url

    def needs_no_demo(self) -> None:
        """Where somebody works already, a first start makes no demo, and nothing adds its weeks up."""
        with self.wiring.database.transaction() as session:
            set_up.add_agent(session, "first@desk.smsdesk.test", "The first", Role.AGENT, [], clock.now())

    def start(self) -> Product:
        with self._said.open("w") as said:
            command = [sys.executable, "-m", "smsdesk.up"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=said, stderr=said)
        until(lambda: self._is_up() or self._process.poll() is not None, PATIENCE, "SMSDesk did not start")
        assert self._process.poll() is None, self._said.read_text()
        return self

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)

    def end(self) -> None:
        """Stopped for good, whatever state a test left it in."""
        self.wiring.database.close()
        if self._process.poll() is None:
            self.stop()

    def _is_up(self) -> bool:
        return "Ctrl-C stops everything" in self._said.read_text()
