"""One line for each request: who, which route, what came of it, how long it took; never an address, a body or a token."""

from __future__ import annotations

import logging
import time

import structlog
from flask import Flask, Response, g, request

from smsdesk.adapters.ids import new_id

log = logging.getLogger("smsdesk.requests")
QUIET = {"static", "health.alive", "health.ready"}


def attach(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """What a person names who asks for help."""
    return str(g.get("request_id", ""))


def _begin() -> None:
    g.request_id, g.began = new_id().hex, time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    level = logging.DEBUG if _is_routine(response) else logging.INFO
    if log.isEnabledFor(level):
        log.log(level, "%s %s", request.method, _route(), extra={"status": response.status_code, **_who_and_how_long()})
    return response


def _is_routine(response: Response) -> bool:
    """A text that was taken is a row already; its line would cost a tenth of the request."""
    return request.endpoint in QUIET or (request.blueprint == "hooks" and response.status_code < 300)


def _route() -> str:
    """The rule, not the path: a path can hold a token."""
    return request.url_rule.rule if request.url_rule else "nowhere"


def _who_and_how_long() -> dict[str, object]:
    seen = g.get("seen")
    took = (time.monotonic() - g.began) * 1000 if "began" in g else 0.0
    return {"ms": round(took, 1), "actor": str(seen.agent_id) if seen else None}
