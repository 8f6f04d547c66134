"""News for open pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("stream", __name__)
