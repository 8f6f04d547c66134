"""How a program knows that an alert came from this desk: `SMSDesk-Signature: t=<unix>,v1=<hex hmac-sha256 of "t.body">`."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

HEADER = "SMSDesk-Signature"
PREFIX = "whsec_"


def secret_of(master: str, salt: str) -> str:
    """A program's secret. It is worked out and kept nowhere, so that a copy of the database signs nothing."""
    return PREFIX + hmac.new(master.encode(), f"webhook {salt}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header's value."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
