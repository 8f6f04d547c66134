"""What every signed-in page hands to its template besides its own picture."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from smsdesk.adapters.live import newest_id
from smsdesk.web.access import me
from smsdesk.web.agent.frames import frame
from smsdesk.web.transaction import session
from smsdesk.web.wired import wiring


def surroundings(now: datetime, unread: int | None = None) -> dict[str, Any]:
    """The frame and the server's moment. Manager pages use it too: `render_template(…, **surroundings(now))`."""
    after, phones = newest_id(wiring().announcer.redis), wiring().settings.pretends
    return {"frame": frame(session(), me(), now, after, unread, phones), "moment": now.isoformat()}


def done(address: str) -> Response:
    """The answer to a deed: our scripts need no page, a browser without them is shown the next one."""
    if from_script():
        return make_response("", 204)
    return redirect(address, 303)


def from_script() -> bool:
    return request.headers.get("HX-Request") == "true"
