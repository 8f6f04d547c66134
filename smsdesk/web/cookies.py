"""The two cookies that we set: who is signed in, and which browser a form was given to."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from smsdesk.web.wired import wiring

SIGNED_IN = "smsdesk"
FORM = "smsdesk-form"
DEVICE = "smsdesk-device"


def read_cookie(kind: str = SIGNED_IN) -> str | None:
    return request.cookies.get(_name(kind)) or None


def set_cookie(response: Response, value: str, kind: str = SIGNED_IN, seconds: int | None = None) -> None:
    """Readable by no script, sent by no other site; bound to this host where we are on https."""
    response.set_cookie(
        _name(kind), value, max_age=seconds, path="/", secure=_is_https(), httponly=True, samesite="Lax"
    )


def delete_cookie(response: Response, kind: str = SIGNED_IN) -> None:
    response.delete_cookie(_name(kind), path="/", secure=_is_https(), httponly=True, samesite="Lax")


def _name(kind: str) -> str:
    # Browsers refuse the prefix on plain http, and enforce Secure, Path=/ and no Domain with it
    return f"__Host-{kind}" if _is_https() else kind


def _is_https() -> bool:
    return wiring().settings.public_url.startswith("https://")
