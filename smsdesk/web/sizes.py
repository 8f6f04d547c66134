"""How much a request may bring, said before its body is read."""

from __future__ import annotations

from flask import Flask, current_app, request

SIZES = "smsdesk.sizes"
KIB = 1024
MOST = 64 * KIB  # the longest note, percent-encoded, and any post of the carrier
MOST_ANONYMOUS = 16 * KIB  # a password, percent-encoded
MOST_PICTURE = 6 * 1024 * KIB  # the pretend phones send pictures as customers do


def attach(app: Flask) -> None:
    app.config["MAX_FORM_PARTS"] = 200
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.before_request(_limit)


def _limit() -> None:
    sizes: dict[str, int] = current_app.extensions[SIZES]
    request.max_content_length = sizes.get(request.endpoint or "", MOST)
