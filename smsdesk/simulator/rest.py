"""Twilio's REST API as far as SMSDesk uses it: create, list, fetch and remove messages, fetch and remove media, list numbers."""

from __future__ import annotations

import re
import secrets
import time
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

from config.settings import Settings
from smsdesk.rules import segments
from smsdesk.simulator import pages, sending
from smsdesk.simulator.customers import Customers
from smsdesk.simulator.habits import Habits, Modes
from smsdesk.simulator.ledger import Ledger, Text
from smsdesk.simulator.lives import ENDS, Lives
from smsdesk.simulator.wire import Asked, Reply, of_error, of_json

ROOT = "/2010-04-01/Accounts/"
OVER = ENDS | {"received"}


class Rest:
    def __init__(
        self, settings: Settings, ledger: Ledger, habits: Habits, modes: Modes, lives: Lives, customers: Customers
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._habits = habits
        self._modes = modes
        self._lives = lives
        self._customers = customers
        sid, media = r"((?:SM|MM)[0-9a-f]{32})", r"(ME[0-9a-f]{32})"
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Reply]]] = [
            ("POST", re.compile(r"/Messages\.json"), self._create),
            ("GET", re.compile(r"/Messages\.json"), self._list),
            ("GET", re.compile(rf"/Messages/{sid}\.json"), self._fetch),
            ("DELETE", re.compile(rf"/Messages/{sid}\.json"), self._remove),
            ("GET", re.compile(rf"/Messages/{sid}/Media\.json"), self._list_media),
            ("GET", re.compile(rf"/Messages/{sid}/Media/{media}\.json"), self._fetch_media),
            ("DELETE", re.compile(rf"/Messages/{sid}/Media/{media}\.json"), self._forget_media),
            ("GET", re.compile(rf"/Messages/{sid}/Media/{media}"), self._redirect_to_media),
            ("GET", re.compile(r"/IncomingPhoneNumbers\.json"), self._numbers),
        ]

    def answer(self, asked: Asked) -> Reply:
        """Any request under /2010-04-01."""
        if not self._may_enter(asked):
            return of_error(401, 20003, "Authenticate")
        account, _, rest = asked.path.removeprefix(ROOT).partition("/")
        for method, route, deed in self._routes:
            match = route.fullmatch("/" + rest)
            if match and method == asked.method and account == self._settings.twilio_account_sid:
                return deed(asked, *match.groups())
        return of_error(404, 20404, f"The requested resource {asked.path} was not found")

    def _may_enter(self, asked: Asked) -> bool:
        scheme, _, value = asked.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = b64decode(value, validate=True).decode().partition(":")
        except (NotBase64, UnicodeDecodeError):
            return False
        if scheme.lower() != "basic":
            return False
        if name == self._settings.twilio_account_sid:
            return password in self._settings.twilio_auth_tokens
        return bool(name) and (name, password) == (self._settings.twilio_api_key, self._settings.twilio_api_secret)

    def _create(self, asked: Asked) -> Reply:
        if not asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return of_error(415, 20008, "Unsupported media type")
        form = parse_qs(asked.body.decode("utf-8", "replace"), keep_blank_values=True)
        to = form.get("To", [""])[-1]
        mode = self._modes.take(to)
        reply = sending.refusal(mode) or self._objection(form) or self._accept(form, mode)
        self._ledger.note(
            "call",
            None,
            to,
            mode=mode,
            status=reply.status,
            wire=reply.wire,
            status_url=form.get("StatusCallback", [""])[-1],
        )
        return reply

    def _objection(self, form: dict[str, list[str]]) -> Reply | None:
        """What Twilio itself would not take."""
        wrong = sending.objection(form)
        if wrong is None and self._ledger.is_stopped(form["From"][-1], form["To"][-1]):
            wrong = (21610, "Attempt to send to unsubscribed recipient")
        return of_error(400, *wrong) if wrong else None

    def _accept(self, form: dict[str, list[str]], mode: str) -> Reply:
        if mode.startswith("slow:"):
            time.sleep(float(mode.removeprefix("slow:")))
        body, media = form.get("Body", [""])[-1], tuple(form.get("MediaUrl", ()))
        sid = ("MM" if media else "SM") + secrets.token_hex(16)
        cost = max(segments.count(body).segments, 1)
        to, sender, status_url = form["To"][-1], form["From"][-1], form.get("StatusCallback", [""])[-1]
        text = self._ledger.write(Text(sid, "outbound-api", to, sender, body, cost, media, status_url, mode))
        self._lives.begin(text)
        return sending.answer(mode, of_json(201, pages.message(self._settings.twilio_account_sid, text, len(media))))

    def _list(self, asked: Asked) -> Reply:
        return pages.listing(asked, self._settings.twilio_account_sid, self._ledger, self._habits)

    def _fetch(self, _: Asked, sid: str) -> Reply:
        text = self._ledger.text(sid)
        if text is None or self._ledger.is_removed(sid):
            return of_error(404, 20404, "The requested resource was not found")
        return of_json(200, pages.message(self._settings.twilio_account_sid, text, self._media_count(text)))

    def _remove(self, asked: Asked, sid: str) -> Reply:
        """For good, and its media with it; not while it is on its way."""
        found, text = self._fetch(asked, sid), self._ledger.text(sid)
        if found.status != 200 or text is None:
            return found
        mode = self._modes.take(text.phone)
        reply = sending.refusal(mode)
        if reply is None and text.state not in OVER:
            reply = of_error(409, 20009, "Cannot delete message because delivery of message is not complete")
        if reply is None:
            self._ledger.remove(text)
            reply = sending.answer(mode, replace(found, status=204, body=b""))
        return reply

    def _media_count(self, text: Text) -> int:
        return len(text.media_urls) or len(self._ledger.pictures(text.sid))

    def _list_media(self, asked: Asked, sid: str) -> Reply:
        return of_json(200, pages.media_page(asked, self._settings.twilio_account_sid, self._ledger.pictures(sid)))

    def _fetch_media(self, _: Asked, sid: str, media: str) -> Reply:
        for picture in self._ledger.pictures(sid):
            if picture.sid == media:
                return of_json(200, pages.media(self._settings.twilio_account_sid, picture))
        return of_error(404, 20404, "The requested resource was not found")

    def _forget_media(self, asked: Asked, sid: str, media: str) -> Reply:
        found = self._fetch_media(asked, sid, media)
        if found.status != 200:
            return found
        self._ledger.forget_picture(media)
        return replace(found, status=204, body=b"")

    def _redirect_to_media(self, asked: Asked, sid: str, media: str) -> Reply:
        """Twilio sends whoever asks on to its media network, and so does this."""
        found = self._fetch_media(asked, sid, media)
        if found.status != 200:
            return found
        return Reply(307, headers={"Location": f"{self._customers.base_url}/pretend/media/{media}"})

    def _numbers(self, asked: Asked) -> Reply:
        return of_json(200, pages.numbers(asked, self._settings))
