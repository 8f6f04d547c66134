"""The pretend carrier's posts to SMSDesk: forms signed for the public address, carried over the loopback."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from config.settings import Settings
from smsdesk.adapters.outside_http import Ask, CallBroken, Door, Limits, NotConnected, origin_of
from smsdesk.adapters.twilio import sign
from smsdesk.simulator.habits import Habits
from smsdesk.simulator.ledger import Ledger

MOST_ANSWER = 256 * 1024


class Posts:
    """Each attempt and its answer is in the ledger, as `posted` with the attempt's number."""

    def __init__(self, settings: Settings, web_address: str, ledger: Ledger, habits: Habits) -> None:
        self._settings = settings
        self._web = web_address
        self._ledger = ledger
        self._habits = habits
        length = timedelta(seconds=habits.total_timeout_s)
        limits = Limits(
            frozenset({origin_of(web_address)}),
            MOST_ANSWER,
            timedelta(seconds=habits.connect_timeout_s),
            length,
            may_be_private=True,
        )
        self._door = Door(limits)

    def text(self, sid: str, phone: str, form: Mapping[str, str]) -> int | None:
        """Post an inbound text until it is taken or the tries are used up. The last answer's status, None for none."""
        url, token = self._settings.public_url + "/webhooks/twilio/messages", secrets.token_hex(16)
        status = self._once("text", sid, phone, url, form, token, 1)
        for attempt in range(2, 2 + self._habits.retries):
            if not self._is_worth_another(status):
                break
            time.sleep(self._habits.retry_pause_s)
            status = self._once("text", sid, phone, url, form, token, attempt)
        return status

    def status(self, sid: str, phone: str, url: str, form: Mapping[str, str]) -> int | None:
        """Post a status callback, once: nobody promises that it is repeated."""
        return self._once("status", sid, phone, url, form, secrets.token_hex(16), 1)

    def _is_worth_another(self, status: int | None) -> bool:
        if status is None:
            return True
        return self._habits.retries_answers and not 200 <= status < 300

    def _once(
        self, what: str, sid: str, phone: str, url: str, form: Mapping[str, str], token: str, attempt: int
    ) -> int | None:
        body = urlencode(form).encode()
        try:
            status: int | None = self._door.call(
                Ask("POST", self._reached(url), self._headers(url, form, token), body)
            ).status
            broken = None
        except (NotConnected, CallBroken) as error:
            status, broken = None, str(error)
        word = form.get("MessageStatus")
        self._ledger.note("posted", sid, phone, what=what, word=word, status=status, broken=broken, attempt=attempt)
        return status

    def _headers(self, url: str, form: Mapping[str, str], token: str) -> dict[str, str]:
        public = urlsplit(self._settings.public_url)
        return {
            "Host": public.netloc,
            "X-Forwarded-Proto": public.scheme,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(url, form, self._settings.twilio_auth_tokens[0]),
            "I-Twilio-Idempotency-Token": token,
        }

    def _reached(self, url: str) -> str:
        """The same path at the loopback address; an address that is not SMSDesk's is refused by the door."""
        inside = url.removeprefix(self._settings.public_url)
        return self._web + inside if inside != url and inside.startswith("/") else url
