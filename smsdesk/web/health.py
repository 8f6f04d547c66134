"""Whether this process is alive, and whether everything is there that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters import clock, migrate, pulse
from smsdesk.adapters.wiring import Wiring
from smsdesk.models.heartbeat import Heartbeat
from smsdesk.web.wired import wiring

blueprint = Blueprint("health", __name__)
CLOCK_BEATS_WITHIN = timedelta(seconds=10)
AT_HEAD = "smsdesk.at_head"
WELL = "ok"


@blueprint.get("/healthz")
def alive() -> Response:
    return Response("alive\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 where all parts are well; else 503, and the parts say in words what is missing."""
    parts = dict(_look(wiring()))
    is_ready = all(words == WELL for words in parts.values())
    response = jsonify({"ready": is_ready, "parts": parts})
    response.status_code = 200 if is_ready else 503
    return response


def _look(wired: Wiring) -> Iterator[tuple[str, str]]:
    for part, look in LOOKS.items():
        try:
            yield part, look(wired)
        except SQLAlchemyError as error:
            yield part, f"the database does not answer ({type(error).__name__})"


def _database(wired: Wiring) -> str:
    with wired.database.reading() as session:
        connection = session.connection()
        # What has been at the head stays there; reading the migrations each time would cost ten times the question
        if not current_app.extensions.get(AT_HEAD):
            current_app.extensions[AT_HEAD] = migrate.is_at_head(connection)
        else:
            connection.exec_driver_sql("SELECT 1")
    return WELL if current_app.extensions[AT_HEAD] else "migrations are missing; run: flask --app wsgi desk migrate"


def _redis(wired: Wiring) -> str:
    return WELL if pulse.answers(wired.wake_ups.redis) else "does not answer"


def _clock(wired: Wiring) -> str:
    with wired.database.reading() as session:
        beat = session.get(Heartbeat, "clock")
    if beat is None:
        return "has never ticked; start: python -m workers.clock"
    silent_for = clock.now() - beat.at
    return WELL if silent_for < CLOCK_BEATS_WITHIN else f"silent for {round(silent_for.total_seconds())} s"


LOOKS: dict[str, Callable[[Wiring], str]] = {"database": _database, "redis": _redis, "clock": _clock}
