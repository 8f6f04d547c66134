"""Browser push: a message that only one browser can read (RFC 8291), from a desk that it knows (RFC 8292)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from config.settings import Settings
from smsdesk.adapters.outside_http import origin_of
from smsdesk.adapters.strangers import BadAddress, Strangers, strangers
from smsdesk.rules.alert_tries import TAKEN, Outcome, in_doubt, later, never

LIVES_FOR = timedelta(hours=4)  # how long a push service keeps it for a browser that is away
TOKEN_LASTS = timedelta(hours=12)  # RFC 8292, 2: 24 hours at the most
MOST_BYTES = 3000  # of what is said: services take 4096 with everything around it
GONE = frozenset({404, 410})


class NotASubscription(ValueError):
    """What a browser brought cannot be used; one sentence says why."""


class Gone(Exception):
    """The browser has taken its permission back, or is no more."""


@dataclass(frozen=True)
class Browser:
    """Where a browser is reached, and its keys as base64url."""

    endpoint: str = field(repr=False)
    public_key: str = field(repr=False)
    auth: str = field(repr=False)


class Pusher:
    """Speaks to the push services of browsers."""

    def __init__(self, settings: Settings, calls: Strangers | None = None) -> None:
        self._key = settings.vapid_private_key
        self._contact = settings.mail.sender_address if settings.mail else settings.public_url
        self._calls = calls or strangers(settings)

    @property
    def public_key(self) -> str:
        """What a page hands to its browser, as base64url."""
        key = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _text(key)

    def ensure_usable(self, browser: Browser) -> None:
        """Raises NotASubscription. These are a stranger's words: what they say is called later."""
        try:
            self._calls.ensure_may_call(browser.endpoint)
            _point(browser.public_key)
            if len(_bytes(browser.auth)) != 16:
                raise ValueError
        except BadAddress as error:
            raise NotASubscription(str(error)) from error
        except ValueError as error:
            raise NotASubscription("The browser's keys cannot be read.") from error

    def push(
        self, browser: Browser, content: Mapping[str, str], id: UUID, now: datetime, *, urgent: bool = True
    ) -> Outcome:
        """Try once; a message of the same id takes the place of the one before. Raises Gone."""
        body = http_ece.encrypt(
            json.dumps(content).encode(),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=_bytes(browser.public_key),
            auth_secret=_bytes(browser.auth),
            version="aes128gcm",
        )
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(LIVES_FOR.total_seconds())),
            "Topic": _text(id.bytes),  # RFC 8030, 5.4: at most 32 characters of this alphabet
            "Urgency": "high" if urgent else "normal",
            **self._signed(browser.endpoint, now),
        }
        answered = self._calls.post(browser.endpoint, headers, body)
        return answered if isinstance(answered, Outcome) else _outcome(answered.status, answered.retry_after)

    def _signed(self, endpoint: str, now: datetime) -> dict[str, str]:
        scheme, host, port = origin_of(endpoint)
        usual = port == {"http": 80, "https": 443}[scheme]
        claims = {
            "aud": f"{scheme}://{host}" + ("" if usual else f":{port}"),
            "exp": int((now + TOKEN_LASTS).timestamp()),
            "sub": self._contact,
        }
        signed: dict[str, str] = self._vapid.sign(claims)
        return signed

    @cached_property
    def _vapid(self) -> Vapid02:
        key = Vapid02.from_raw(self._key.encode())
        key.conf = {"no-strict": True}  # it would refuse an https contact with a port
        return key


def _outcome(status: int, retry_after: timedelta | None) -> Outcome:
    if status in GONE:
        raise Gone
    if 200 <= status < 300:
        return TAKEN
    if status == 429:
        return later("The browser's push service asks us to slow down.", retry_after)
    if status >= 500:
        return in_doubt(f"The browser's push service answered {status}.")
    return never(f"The browser's push service refused it ({status}).")


def _point(key: str) -> None:
    """Raises ValueError unless it is a point on the curve: anything else would break when it is used."""
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
