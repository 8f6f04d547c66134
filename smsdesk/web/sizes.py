"""How much a request may bring, said before its body is read."""

from __future__ import annotations

from flask import Flask

KIB = 1024
MOST = 64 * KIB  # the longest note, percent-encoded, and any post of the carrier
MOST_ANONYMOUS = 16 * KIB  # a password, percent-encoded
MOST_PICTURE = 6 * 1024 * KIB  # the pretend phones send pictures as customers do


def limit(app: Flask) -> None:
    """The limits of the application; a way in can name its own (blueprints.py)."""
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.config["MAX_FORM_PARTS"] = 200
