"""Is a post really from Twilio? And how to sign one as Twilio does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from config.settings import Settings


def check(path: str, form: MultiDict[str, str], signature: str | None, settings: Settings) -> bool:
    """True where one of our tokens signed exactly this form for our public address and this path. Never raises.

    The form is the whole posted form, unfiltered and untrimmed: every parameter is under the signature, the query string is not.
    Twilio signs with the primary token; several are tried so that a rotation loses nothing.
    """
    if not signature or not form:
        return False
    address = settings.public_url + path
    return any(_is_signed_with(token, address, form, signature) for token in settings.twilio_auth_tokens)


def sign(url: str, form: Mapping[str, str], token: str) -> str:
    """The X-Twilio-Signature of a form posted to a full address."""
    signature: str = RequestValidator(token).compute_signature(url, form)
    return signature


def _is_signed_with(token: str, address: str, form: MultiDict[str, str], signature: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(address, form, signature))
    except Exception:  # half characters and odd ports raise all sorts in the validator; a stranger gets a no, not a 500
        return False
