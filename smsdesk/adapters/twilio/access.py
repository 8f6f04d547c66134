"""Where Twilio's API is, and how we show who we are."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from smsdesk.adapters.outside_http import Limits, origin_of

if TYPE_CHECKING:
    from config.settings import Settings

OFFICIAL = "https://api.twilio.com"


def api_limits(settings: Settings, most_bytes: int, total: timedelta) -> Limits:
    """The API's own address and no other; another address than Twilio's was set by the operator, and may be in a private range."""
    base = settings.twilio_api_base_url
    return Limits(frozenset({origin_of(base)}), most_bytes, total=total, may_be_private=base != OFFICIAL)


def credentials(settings: Settings) -> tuple[str, str]:
    """The API key where there is one, else the account with its first token."""
    if settings.twilio_api_key:
        return settings.twilio_api_key, settings.twilio_api_secret
    return settings.twilio_account_sid, settings.twilio_auth_tokens[0]


def basic_auth(name: str, password: str) -> dict[str, str]:
    """RFC 7617."""
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}
