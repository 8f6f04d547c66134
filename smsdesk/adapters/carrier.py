"""What a carrier can be asked, and every answer that it can give, whoever the carrier is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

MEDIA_SID = re.compile(r"ME[0-9a-f]{32}")


class CarrierDown(Exception):
    """A question (not a sending) got no usable answer; ask again later."""


class MediaRefused(Exception):
    """A picture that must not or cannot be taken: gone, too big, from a strange place. Trying again does not help."""


@dataclass(frozen=True)
class MediaRef:
    """One attachment as the carrier announced it. The url is kept as evidence and never followed."""

    index: int
    url: str
    content_type: str

    @property
    def sid(self) -> str | None:
        """The attachment's own id, the last part of its path, or None where it has not the right shape."""
        last = self.url.split("?")[0].split("#")[0].rpartition("/")[2].removesuffix(".json")
        return last if MEDIA_SID.fullmatch(last) else None


@dataclass(frozen=True)
class InboundText:
    """A customer's text. `to` and `sender` are verbatim; `raw` is the posted form, byte for byte."""

    account_sid: str
    carrier_sid: str
    to: str
    sender: str
    body: str
    media: tuple[MediaRef, ...]
    segments: int
    opt_out_type: Literal["STOP", "START", "HELP"] | None
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class StatusReport:
    """What became of a text of ours, in the carrier's word. Reports repeat and overtake one another."""

    account_sid: str
    carrier_sid: str
    word: str
    error_code: int | None
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class Outgoing:
    """A text to send. `valid_for` is how long the carrier may hold it, 1 s to 10 h."""

    message_id: UUID
    sender: str
    to: str
    body: str
    media_urls: tuple[str, ...]
    status_url: str
    valid_for: timedelta


@dataclass(frozen=True)
class Accepted:
    """The carrier has it."""

    carrier_sid: str
    segments: int


@dataclass(frozen=True)
class NotSent:
    """Provably not processed: it may be tried again, after `retry_after` where the carrier named a wait."""

    code: int | None
    why: str
    retry_after: timedelta | None = None
    is_rate_limit: bool = False


@dataclass(frozen=True)
class Refused:
    """Provably not processed, and the same call would be refused again.

    `opted_out`: the customer said STOP to the carrier. `credentials`: every call would fail until an operator acts;
    the text itself is good. `permanent`: this text to this address can never go.
    """

    code: int | None
    why: str
    reason: Literal["opted_out", "permanent", "credentials"]


@dataclass(frozen=True)
class Unknown:
    """It may have been accepted. Never send it again; look for it."""

    why: str


Outcome = Accepted | NotSent | Refused | Unknown


@dataclass(frozen=True)
class Gone:
    """The carrier has nothing of it any more."""


@dataclass(frozen=True)
class NotYet:
    """It may still be there; a later try may succeed. `holds_all`: every other one would get the same answer now."""

    code: int | None
    holds_all: bool
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Kept:
    """The carrier will not remove it, however often it is asked."""

    code: int | None


Removal = Gone | NotYet | Kept


@dataclass(frozen=True)
class Listed:
    """A text as the carrier's own records show it. `body` is what it kept, perhaps trimmed."""

    carrier_sid: str
    to: str
    sender: str
    body: str
    created_at: datetime
    word: str
    error_code: int | None
    direction: str
    num_media: int

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"


@dataclass(frozen=True)
class Media:
    """An attachment's bytes and the type that was claimed for them: sniff before trusting it."""

    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class NumberSetup:
    """Where the carrier posts what arrives at a number of ours. An empty address: nowhere."""

    number: str
    sms_url: str
    sms_method: str
    sms_fallback_url: str
    status_callback: str


class Carrier(Protocol):
    """Whoever carries the texts. Everything but `send` and `remove` raises CarrierDown where no usable answer came."""

    def prepare(self) -> None:
        """Load what the first call needs, so that the first text does not wait for it."""
        ...

    def send(self, text: Outgoing) -> Outcome:
        """Try once, within 15 s in all. Raises nothing of its own: each way it can end is an Outcome."""
        ...

    def listed(self, to: str, since: datetime, sender: str | None = None) -> Iterator[Listed]:
        """Texts to an address in either direction, newest first, down to those created at `since`."""
        ...

    def inbound_since(self, to: str, since: datetime) -> Iterator[Listed]:
        """What customers texted to our number, newest first, down to `since`."""
        ...

    def media_of(self, carrier_sid: str) -> tuple[MediaRef, ...]:
        """The attachments of a text that was found in a listing, which says only how many there are."""
        ...

    def fetch(self, carrier_sid: str) -> Listed | None:
        """One text, or None where the carrier knows of none."""
        ...

    def fetch_media(self, account_sid: str, message_sid: str, media_sid: str) -> Media:
        """An attachment, 6 MB at most. Raises MediaRefused, or CarrierDown where a later try may succeed."""
        ...

    def remove(self, account_sid: str, carrier_sid: str, has_media: bool) -> Removal:
        """Take a text and its attachments out of the carrier's records, for good. Raises nothing of its own; twice is once."""
        ...

    def webhook_of(self, number: str) -> NumberSetup | None:
        """How the number is set up at the carrier, or None where the account does not own it."""
        ...

    def clock_is_ahead_by(self) -> timedelta | None:
        """How far this machine's clock was ahead of the carrier's at its last answer; None before the first."""
        ...
