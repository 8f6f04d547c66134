"""Calls to addresses that people typed or browsers brought: https alone, nothing private, and no call is long."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from config.settings import LOOPBACK, Settings
from smsdesk.adapters.outside_http import (
    AddressRefused,
    Ask,
    CallBroken,
    Door,
    Limits,
    NotConnected,
    ensure_public,
    origin_of,
)
from smsdesk.rules.alert_tries import Outcome, in_doubt, later, never

MOST_BYTES = 256 * 1024  # of an answer; nobody reads it
LONGEST_URL = 2048
TOTAL = timedelta(seconds=10)


class BadAddress(ValueError):
    """It may not be called; one sentence says why."""


@dataclass(frozen=True)
class Answered:
    status: int
    retry_after: timedelta | None


class Strangers:
    """`may_be_local`: on a developer's machine a program may listen on the machine itself, without https."""

    def __init__(self, may_be_local: bool, total: timedelta = TOTAL) -> None:
        self._may_be_local = may_be_local
        self._total = total

    def ensure_may_call(self, url: str) -> None:
        """What can be said without asking for the name: its form, and an address that is plainly private. Raises BadAddress."""
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise BadAddress("Write the whole address, such as https://example.com/alerts, without blanks.")
        try:
            origin = origin_of(url)
        except AddressRefused as error:
            raise BadAddress("Write the whole address, such as https://example.com/alerts.") from error
        if self._is_local(origin.host):
            return
        if origin.scheme != "https":
            raise BadAddress("Begin the address with https://, so that nobody on the way can read along.")
        _ensure_not_private(origin.host)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered | Outcome:
        """One call, whatever it costs at most `total` long: what was answered, or how it ended without an answer."""
        try:
            self.ensure_may_call(url)
            origin = origin_of(url)
            limits = Limits(frozenset({origin}), MOST_BYTES, min(self._total, timedelta(seconds=5)), self._total,
                            may_be_private=self._is_local(origin.host))  # fmt: skip
            answer = Door(limits).call(Ask("POST", _without_fragment(url), {**headers, "Connection": "close"}, body))
        except (BadAddress, AddressRefused) as error:
            return never(f"It may not be called: {str(error).rstrip('.')}.")
        except NotConnected as error:
            return later(f"It cannot be reached: {_plainly(error)}.")
        except CallBroken as error:
            return in_doubt(f"It gave no whole answer in time: {_plainly(error)}.")
        return Answered(answer.status, _seconds(answer.headers.get("retry-after", "")))

    def _is_local(self, host: str) -> bool:
        return self._may_be_local and host in LOOPBACK


def strangers(settings: Settings) -> Strangers:
    return Strangers(may_be_local=not settings.is_production)


def _ensure_not_private(host: str) -> None:
    if host.rstrip(".") in {"localhost", ""} or host.rstrip(".").endswith((".localhost", ".local", ".internal")):
        raise BadAddress("The address leads into a private network; only public ones are called.")
    try:
        ensure_public([str(ipaddress.ip_address(host))])
    except AddressRefused as error:
        raise BadAddress("The address leads into a private network; only public ones are called.") from error
    except ValueError:
        return  # a name: where it leads is looked at when it is called


def _plainly(error: Exception) -> str:
    """Without the name that a programmer gave it."""
    return str(error).partition(":")[0]


def _without_fragment(url: str) -> str:
    return urlsplit(url)._replace(fragment="").geturl()


def _seconds(text: str) -> timedelta | None:
    return timedelta(seconds=min(int(text), 86_400)) if text.isascii() and text.isdigit() and len(text) < 9 else None
