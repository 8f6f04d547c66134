"""Whether this process is alive, and whether it is ready."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    return Response("alive\n", mimetype="text/plain")
