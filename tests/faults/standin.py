"""The pretend carrier as a witness: what it really took, to compare with what SMSDesk believes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import Settings
from smsdesk.simulator.carrier import PretendCarrier
from smsdesk.simulator.habits import Habits
from smsdesk.simulator.ledger import Event, Text

PROMPT = {"quickest_s": 0.0, "slowest_s": 0.0, "repeats": 0.0, "shuffles": 0.0, "retry_pause_s": 0.01}


@dataclass(frozen=True)
class StandIn:
    """A running pretend carrier, and the settings with which SMSDesk reaches it."""

    carrier: PretendCarrier
    settings: Settings

    def accepted(self) -> dict[str, list[Text]]:
        """Texts of ours that it took, by our own message id (the end of the status address). More than one is a text sent twice."""
        found: dict[str, list[Text]] = defaultdict(list)
        for text in self.carrier.ledger.texts("direction = 'outbound-api'"):
            found[text.status_url.rpartition("/")[2]].append(text)
        return dict(found)

    def in_order(self, number: str, phone: str) -> list[str]:
        """The bodies that went from a number to a phone, in the order in which they were taken."""
        texts = self.carrier.ledger.texts("direction = 'outbound-api' AND sender = ? AND recipient = ?", number, phone)
        return [text.body for text in texts]

    def taken_after(self, moment: datetime, phone: str) -> list[Text]:
        """What was taken for a phone after a moment, as after its STOP."""
        texts = self.carrier.ledger.texts("direction = 'outbound-api' AND recipient = ?", phone)
        return [text for text in texts if text.created_at and text.created_at > moment]

    def acknowledged(self) -> set[str]:
        """The ids of customers' texts that SMSDesk said 2xx to: each of them must be in exactly one thread."""
        posts = self.posts("text")
        return {str(post.sid) for post in posts if post.detail["status"] and 200 <= post.detail["status"] < 300}

    def posts(self, what: str) -> list[Event]:
        """Each post (`text` or `status`) with its answer."""
        return [
            event
            for event in self.carrier.ledger.events(limit=-1)
            if event.kind == "posted" and event.detail["what"] == what
        ]

    def calls(self) -> list[Event]:
        """Each sending that was tried, taken or not."""
        return [event for event in self.carrier.ledger.events(limit=-1) if event.kind == "call"]


@contextmanager
def standing_in(settings: Settings, web_address: str | None = None, **habits: float | bool) -> Iterator[StandIn]:
    """A pretend carrier on a free port, prompt and without slips unless told otherwise."""
    manners = Habits()
    manners.change({**PROMPT, **habits})
    carrier = PretendCarrier(settings, 0, web_address, manners).start()
    try:
        yield StandIn(carrier, replace(settings, carrier="pretend", twilio_api_base_url=carrier.url))
    finally:
        carrier.stop()
