"""A pretend carrier that speaks Twilio's REST API and its webhooks, for demos and for tests: no text leaves the machine.

SMSDesk does not know it from Twilio: TWILIO_API_BASE_URL points here, and everything arrives as a signed post. It keeps what it
did in a ledger of its own, which tests compare with SMSDesk's account of the same things.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from config.settings import BadSettings, Settings, load
from smsdesk.simulator.agenda import Agenda
from smsdesk.simulator.control import BadWish, Control
from smsdesk.simulator.customers import Attachment, Customers
from smsdesk.simulator.door import Door
from smsdesk.simulator.habits import Habits, Modes
from smsdesk.simulator.ledger import Ledger, Text
from smsdesk.simulator.lives import ENDS, Lives
from smsdesk.simulator.posts import Posts
from smsdesk.simulator.rest import Rest
from smsdesk.simulator.wire import Asked, Reply, of_json

WILDCARDS = {"0.0.0.0", "::", ""}  # noqa: S104  # recognised, not bound


class PretendCarrier:
    """`port` 0 takes any free one, known once it is started. `web_address` is where SMSDesk can be reached from here."""

    def __init__(
        self, settings: Settings, port: int = 0, web_address: str | None = None, habits: Habits | None = None
    ) -> None:
        self.habits = habits or Habits()
        self.modes = Modes()
        self.ledger = Ledger(settings.var / "carrier.db")
        self._agenda = Agenda()
        self._door = Door(self._answer, port)
        posts = Posts(settings, web_address or _web_address(settings), self.ledger, self.habits)
        sid, folder = settings.twilio_account_sid, settings.var / "carrier-media"
        self.customers = Customers(sid, self.url, folder, self.ledger, posts, self.habits)
        self._lives = Lives(sid, self.ledger, posts, self._agenda, self.habits)
        self._rest = Rest(settings, self.ledger, self.habits, self.modes, self._lives, self.customers)
        self._control = Control(self)

    @property
    def url(self) -> str:
        """What TWILIO_API_BASE_URL should be."""
        return f"http://127.0.0.1:{self._door.port}"

    def start(self) -> PretendCarrier:
        """Listen, and go on with what a stop or a crash interrupted."""
        self._door.open()
        self.customers.base_url = self.url
        ends = ", ".join(f"'{word}'" for word in sorted(ENDS))
        for text in self.ledger.texts(f"direction = 'outbound-api' AND state NOT IN ({ends})"):
            self._lives.begin(text)
        for text in self.ledger.texts("direction = 'inbound' AND state = 'receiving'"):
            self._agenda.after(0.0, lambda text=text: self._hand_over(text))  # type: ignore[misc]
        return self

    def stop(self) -> None:
        self._door.shut()
        self._agenda.end()
        self.ledger.close()

    def text(
        self, sender: str, to: str, body: str, media: Sequence[Attachment] = (), wait: bool = True
    ) -> tuple[Text, int | None]:
        """A customer texts. With `wait`: also SMSDesk's last HTTP status, None where it gave none."""
        text = self.customers.text(sender, to, body, media)
        if wait:
            return text, self.customers.hand_over(text)
        self._agenda.after(0.0, lambda: self._hand_over(text))
        return text, None

    def report(self, sid: str, word: str, error_code: int | None = None) -> int | None:
        """A status callback out of turn. SMSDesk's HTTP status. Raises BadWish where there is nobody to tell."""
        text = self.ledger.text(sid)
        if text is None or not text.status_url:
            raise BadWish("there is no such text with a status address")
        return self._lives.report_now(text, word, error_code)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """While this lasts, nobody listens at the carrier's port."""
        self._door.shut()
        try:
            yield
        finally:
            self._door.open()

    def refuse_for(self, seconds: float) -> None:
        self._agenda.after(0.1, self._door.shut)  # after the answer to whoever asked for it
        self._agenda.after(0.1 + seconds, self._door.open)

    def _hand_over(self, text: Text) -> None:
        self.customers.hand_over(text)

    def _answer(self, asked: Asked, caller: str) -> Reply:
        if asked.path.startswith("/pretend/"):
            return self._control.answer(asked, caller)
        if asked.path.startswith("/2010-04-01/"):
            return self._rest.answer(asked)
        return of_json(404, {"message": "there is nothing here"})


def main() -> None:
    """`python -m smsdesk.simulator.carrier`: until it is told to stop."""
    logging.basicConfig(level=logging.INFO, format="carrier: %(message)s")
    try:
        settings = load()
    except BadSettings as error:
        sys.exit(str(error))
    base = urlsplit(settings.twilio_api_base_url)
    if not settings.pretends or base.hostname not in {"127.0.0.1", "localhost"}:
        sys.exit("The pretend carrier runs only where CARRIER is pretend and TWILIO_API_BASE_URL is on this machine.")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    carrier = PretendCarrier(settings, base.port or 80).start()
    logging.info("listening at %s", carrier.url)
    ended.wait()
    carrier.stop()


def _web_address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in WILDCARDS else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


if __name__ == "__main__":
    main()
