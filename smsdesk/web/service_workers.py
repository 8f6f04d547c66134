"""The script that a browser keeps to show alerts while no page is open; served from the root, so that it may speak for all of it."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory

from smsdesk.web.assets import FOLDER

blueprint = Blueprint("service_workers", __name__)


@blueprint.get("/service-worker.js")
def show() -> Response:
    response = send_from_directory(FOLDER / "js", "service_worker.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"  # a browser asks now and then whether it is still this one
    return response
