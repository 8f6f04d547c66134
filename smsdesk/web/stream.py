"""News for the open pages of whoever is signed in, as server-sent events: what changed, never what it says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, request

from smsdesk.web.access import NotAllowed, SignedOut, my_session
from smsdesk.web.ear import Ear
from smsdesk.web.errors import Answer, say
from smsdesk.web.seats import Seats, seats_of
from smsdesk.web.wired import wiring

blueprint = Blueprint("stream", __name__)
SEATS = "smsdesk.seats"
FULL = Answer(
    503, "One moment", "Too many pages are open at once. This one asks again by itself.", {"Retry-After": "5"}
)
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


@blueprint.get("/events")
def events() -> Response:
    """Resumes after `Last-Event-ID`, which a browser sends by itself, or after `?after=` on a page's first try."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed
    signed_in, seats = my_session(), current_app.extensions[SEATS]
    if signed_in is None:
        raise SignedOut
    if not seats.take():
        return say(FULL)
    after = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    ear = Ear(wiring(), signed_in.id, signed_in.agent, after)
    response = Response(ear.hear(), mimetype="text/event-stream", headers=HEADERS)
    # A generator that was never begun runs no `finally`
    response.call_on_close(seats.give_back)
    return response


@blueprint.record_once
def _count_seats(state: Any) -> None:
    app: Flask = state.app
    with app.app_context():
        app.extensions[SEATS] = Seats(seats_of(wiring().settings.web_threads))
