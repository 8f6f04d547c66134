"""Telling the pretend carrier what to do, and asking what it did: JSON under /pretend, for this machine alone."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from smsdesk.simulator.customers import Attachment
from smsdesk.simulator.habits import UnknownMode
from smsdesk.simulator.ledger import Event, Picture, Text
from smsdesk.simulator.wire import Asked, Reply, of_json

if TYPE_CHECKING:
    from smsdesk.simulator.carrier import PretendCarrier

ROOT = "/pretend/"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LONGEST_WAIT_S = 25.0
MOST_PICTURES = 10
KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
# an uploaded page must not run where the controls are
HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


class BadWish(Exception):
    """What was asked for cannot be done; the message says why."""


class Control:
    def __init__(self, carrier: PretendCarrier) -> None:
        self._carrier = carrier
        self._deeds: dict[tuple[str, str], Callable[[Asked, str], Reply]] = {
            ("POST", "texts"): self._text,
            ("POST", "statuses"): self._report,
            ("POST", "modes"): self._set_mode,
            ("DELETE", "modes"): self._clear_modes,
            ("GET", "habits"): self._habits,
            ("PUT", "habits"): self._habits,
            ("POST", "refusal"): self._refuse,
            ("GET", "phones"): self._phones,
            ("GET", "changes"): self._changes,
            ("GET", "ledger"): self._ledger,
            ("GET", "media"): self._media,
            ("GET", "health"): lambda *_: of_json(200, {"ok": True}),
        }

    def answer(self, asked: Asked, caller: str) -> Reply:
        """Any request under /pretend. Only this machine is heard, and no page of another site may speak through a browser."""
        host = urlsplit(f"//{asked.headers.get('host', '')}").hostname
        if caller not in LOOPBACK or host not in LOOPBACK:
            return of_json(403, {"why": "only this machine may tell the pretend carrier what to do"})
        if asked.body and asked.headers.get("content-type", "").partition(";")[0] != "application/json":
            return of_json(415, {"why": "send JSON"})
        name, _, rest = asked.path.removeprefix(ROOT).partition("/")
        deed = self._deeds.get((asked.method, name))
        if deed is None:
            return of_json(404, {"why": "there is no such thing here"})
        try:
            return deed(asked, unquote(rest))
        except (BadWish, UnknownMode, ValueError, KeyError, TypeError) as error:
            return of_json(400, {"why": str(error)})

    def _text(self, asked: Asked, _: str) -> Reply:
        """{from, to, body, media: [{content_type, data: base64}], wait}: a customer texts. With `wait`: SMSDesk's last HTTP status too."""
        wish = _wish(asked)
        given = wish.get("media") or []
        if len(given) > MOST_PICTURES:
            raise BadWish("a text holds ten pictures at most")
        media = [_attachment(one) for one in given]
        text, posted = self._carrier.text(
            str(wish["from"]), str(wish["to"]), str(wish.get("body", "")), media, bool(wish.get("wait"))
        )
        return of_json(201, {"sid": text.sid, "posted": posted})

    def _report(self, asked: Asked, _: str) -> Reply:
        """{sid, word, error_code}: a status callback now, whatever the text's state."""
        wish = _wish(asked)
        return of_json(
            200, {"posted": self._carrier.report(str(wish["sid"]), str(wish["word"]), wish.get("error_code"))}
        )

    def _set_mode(self, asked: Asked, _: str) -> Reply:
        """{mode, to} for an address, or {mode, times} for the next sendings whoever they go to."""
        wish = _wish(asked)
        if "to" in wish:
            self._carrier.modes.always(str(wish["to"]), str(wish["mode"]))
        else:
            self._carrier.modes.next(str(wish["mode"]), int(wish.get("times", 1)))
        return of_json(200, {})

    def _clear_modes(self, _: Asked, __: str) -> Reply:
        self._carrier.modes.clear()
        return of_json(200, {})

    def _habits(self, asked: Asked, _: str) -> Reply:
        if asked.method == "PUT":
            self._carrier.habits.change(_wish(asked))
        return of_json(200, asdict(self._carrier.habits))

    def _refuse(self, asked: Asked, _: str) -> Reply:
        """{seconds}: nobody listens here for so long. This answer still gets out."""
        self._carrier.refuse_for(float(_wish(asked)["seconds"]))
        return of_json(200, {})

    def _phones(self, _: Asked, address: str) -> Reply:
        """One customer's texts, oldest first, as the phone shows them, what our texts to it meet, and after which event that
        was so; without an address: who has a phone here."""
        book = self._carrier.ledger
        if not address:
            return of_json(200, {"phones": sorted({text.phone for text in book.texts(order="seq DESC", limit=10_000)})})
        last = book.last_event()  # before the texts: what happens in between is then told as a change
        texts = book.texts("recipient = ? OR sender = ?", address, address, order="seq DESC", limit=500)
        shown = [_shown(text, book.pictures(text.sid), self._carrier.url) for text in reversed(texts)]
        mode = self._carrier.modes.of(address)
        return of_json(200, {"address": address, "mode": mode, "last": last, "texts": shown})

    def _changes(self, asked: Asked, _: str) -> Reply:
        """?since=N&wait=S: what happened after event N, waiting up to S seconds for it."""
        since, wait = int(asked.query.get("since", ["0"])[0]), float(asked.query.get("wait", ["0"])[0])
        events = self._carrier.ledger.events(since, min(wait, LONGEST_WAIT_S))
        return of_json(
            200, {"changes": [_told(event) for event in events], "last": events[-1].seq if events else since}
        )

    def _ledger(self, _: Asked, __: str) -> Reply:
        book = self._carrier.ledger
        texts = [_plain(asdict(text)) for text in book.texts()]
        return of_json(200, {"texts": texts, "events": [_told(event) for event in book.events(limit=-1)]})

    def _media(self, _: Asked, sid: str) -> Reply:
        """The bytes of a picture; this is where the API redirects to, so no credentials are asked for."""
        kind = self._carrier.ledger.picture_type(sid)
        if kind is None:
            return of_json(404, {"why": "there is no such picture"})
        return Reply(200, self._carrier.customers.file(sid).read_bytes(), kind, HARMLESS)


def _attachment(given: dict[str, Any]) -> Attachment:
    if not KIND.fullmatch(str(given["content_type"])):
        raise BadWish("a picture's content_type is written like image/png")
    return Attachment(str(given["content_type"]), b64decode(given["data"], validate=True))


def _wish(asked: Asked) -> dict[str, Any]:
    wish = json.loads(asked.body or b"{}")
    if not isinstance(wish, dict):
        raise BadWish("send a JSON object")
    return wish


def _shown(text: Text, pictures: list[Picture], base: str) -> dict[str, Any]:
    """`mine`: the customer wrote it. `arrived`: it is on the phone, or with SMSDesk."""
    mine = text.direction == "inbound"
    return {
        "sid": text.sid,
        "mine": mine,
        "by_carrier": text.direction == "outbound-reply",
        "number": text.number,
        "body": text.body,
        "media": [
            {"content_type": picture.content_type, "url": f"{base}/pretend/media/{picture.sid}"} for picture in pictures
        ],
        "media_urls": list(text.media_urls),
        "state": text.state,
        "error_code": text.error_code,
        "arrived": text.error_code is None and text.state in {"received", "delivered"},
        "at": text.created_at.isoformat() if text.created_at else None,
    }


def _told(event: Event) -> dict[str, Any]:
    return _plain(asdict(event))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
