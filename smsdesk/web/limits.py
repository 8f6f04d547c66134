"""How often a password may be tried, counted before it is hashed.

An account is never locked: strangers who try it too often wait, while a browser that was signed in to it before is counted
by itself, and a one-time link always works.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast
from uuid import UUID

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from smsdesk.adapters.attempts import Attempts
from smsdesk.adapters.ids import new_secret
from smsdesk.web import cookies
from smsdesk.web.wired import wiring

NAME = "smsdesk.attempts"
PER_ADDRESS = 20, timedelta(minutes=1)
PER_ACCOUNT = 5, timedelta(minutes=15)
PER_TOKEN = 3000, timedelta(minutes=1)
PER_CALLER = 10, timedelta(minutes=1)
HALF_A_YEAR = 182 * 86400  # seconds


def attach(app: Flask) -> None:
    with app.app_context():
        app.extensions[NAME] = Attempts(wiring().settings.redis_url)


def spend_address() -> None:
    """One try from wherever this request comes. Raises TooMany."""
    _attempts().spend(f"from:{_whence()}", *PER_ADDRESS)


def spend_account(email: str) -> None:
    """One try at an account's password. Raises TooMany."""
    _attempts().spend(_account(email), *PER_ACCOUNT)


def spend_token(token_id: UUID) -> None:
    """One request of a program. Raises TooMany."""
    _attempts().spend(f"token:{token_id}", *PER_TOKEN)


def spend_call(agent_id: UUID) -> None:
    """One letter, text or call that a person has us make. Raises TooMany."""
    _attempts().spend(f"call:{agent_id}", *PER_CALLER)


def forgive(email: str) -> None:
    """It was the right password."""
    _attempts().forget(_account(email), *PER_ACCOUNT)


def know_browser(response: Response, email: str) -> None:
    """From now on this browser's tries at this account are counted apart from those of strangers."""
    if _known_browser(email) is None:
        mark = new_secret()
        cookies.set_cookie(response, f"{mark}.{_signature(email, mark)}", cookies.DEVICE, HALF_A_YEAR)


def _attempts() -> Attempts:
    return cast(Attempts, current_app.extensions[NAME])


def _whence() -> str:
    """Of an IPv6 address the network, since a whole one belongs to one customer."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _account(email: str) -> str:
    name = hashlib.sha256(email.encode()).hexdigest()[:32]
    return f"account:{name}:{_known_browser(email) or 'strangers'}"


def _known_browser(email: str) -> str | None:
    mark, _, signature = (cookies.read_cookie(cookies.DEVICE) or "").partition(".")
    is_ours = hmac.compare_digest(signature.encode(), _signature(email, mark).encode())
    return mark if mark and is_ours else None


def _signature(email: str, mark: str) -> str:
    key = wiring().settings.secret_key.encode()
    return hmac.new(key, f"browser:{email}:{mark}".encode(), hashlib.sha256).hexdigest()
