"""Speaking with the pretend carrier's controls, as the phones and the crowd do."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from smsdesk.adapters.outside_http import Answer, Ask, CallBroken, Door, Limits, NotConnected, origin_of
from smsdesk.simulator.customers import Attachment

MOST_ANSWER = 16 * 1024 * 1024
PATIENCE = timedelta(seconds=35)  # the longest wait for a change is 25 s
OF_THE_TEXTS = {"received", "accepted", "state"}


class CarrierAway(Exception):
    """The pretend carrier does not answer."""


class WishRefused(Exception):
    """The pretend carrier does not do what was asked; the message says why."""


@dataclass(frozen=True)
class PhoneText:
    """A text as it stands on a customer's phone: `mine` means that the customer wrote it; `pictures` are the carrier's ids."""

    sid: str
    mine: bool
    by_carrier: bool
    number: str
    body: str
    pictures: tuple[str, ...]
    state: str
    error_code: int | None
    arrived: bool
    at: datetime


@dataclass(frozen=True)
class PhoneTexts:
    """Oldest first. `mode` is what our texts to this phone meet; `last` the event after which all this was so."""

    texts: tuple[PhoneText, ...]
    mode: str
    last: int


@dataclass(frozen=True)
class Change:
    """Something happened to a text from or to a customer's address; `state` is its new one, empty for a new text."""

    address: str
    sid: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Changes:
    last: int
    of_texts: tuple[Change, ...]


class CarrierLine:
    """Every method raises CarrierAway, and WishRefused for what the carrier will not do."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url + "/pretend/"
        limits = Limits(
            frozenset({origin_of(base_url)}), MOST_ANSWER, timedelta(seconds=2), PATIENCE, may_be_private=True
        )
        self._door = Door(limits)

    def text(self, sender: str, to: str, body: str, media: Sequence[Attachment] = ()) -> str:
        """A customer texts; the carrier's id of it. It is on its way to SMSDesk when this returns, not there."""
        given = [{"content_type": one.content_type, "data": b64encode(one.data).decode()} for one in media]
        wish = {"from": sender, "to": to, "body": body, "media": given, "wait": False}
        return str(self._ask("POST", "texts", wish)["sid"])

    def phone(self, address: str) -> PhoneTexts:
        told = self._ask("GET", f"phones/{quote(address, safe='')}")
        return PhoneTexts(tuple(map(_text, told["texts"])), str(told["mode"]), int(told["last"]))

    def set_mode(self, address: str, mode: str) -> None:
        """`mode` as in habits.py."""
        self._ask("POST", "modes", {"to": address, "mode": mode})

    def changes(self, since: int, wait_s: float) -> Changes:
        """What happened to texts after event `since`; waits for the first thing that happens."""
        told = self._ask("GET", f"changes?since={since}&wait={wait_s}")
        of_texts = [_change(one) for one in told["changes"] if one["kind"] in OF_THE_TEXTS and one["address"]]
        return Changes(int(told["last"]), tuple(of_texts))

    def last_event(self) -> int:
        return self.phone("nobody").last

    def picture(self, sid: str) -> Attachment | None:
        """The picture with this id, None where there is none."""
        answer = self._call(Ask("GET", f"{self._base}media/{quote(sid, safe='')}"))
        if answer.status != 200:
            return None
        return Attachment(answer.headers.get("content-type", ""), answer.body)

    def _ask(self, method: str, what: str, wish: dict[str, Any] | None = None) -> Any:
        body = None if wish is None else json.dumps(wish).encode()
        answer = self._call(Ask(method, self._base + what, {"Content-Type": "application/json"} if body else {}, body))
        told = json.loads(answer.body)
        if answer.status >= 400:
            raise WishRefused(str(told.get("why", answer.status)))
        return told

    def _call(self, ask: Ask) -> Answer:
        try:
            return self._door.call(ask)
        except (NotConnected, CallBroken) as error:
            raise CarrierAway("The pretend carrier does not answer.") from error


@cache
def line_to(base_url: str) -> CarrierLine:
    """One for the whole process, so that its connections are kept."""
    return CarrierLine(base_url)


def _text(told: dict[str, Any]) -> PhoneText:
    return PhoneText(
        sid=told["sid"],
        mine=told["mine"],
        by_carrier=told["by_carrier"],
        number=told["number"],
        body=told["body"],
        pictures=tuple(one["url"].rpartition("/")[2] for one in told["media"]),
        state=told["state"],
        error_code=told["error_code"],
        arrived=told["arrived"],
        at=datetime.fromisoformat(told["at"]),
    )


def _change(told: dict[str, Any]) -> Change:
    state = str(told["detail"].get("state", ""))
    return Change(str(told["address"]), str(told["sid"]), state, datetime.fromisoformat(told["at"]))
