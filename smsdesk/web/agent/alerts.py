"""Alerts on the agent's screens: what is told, and that it has been seen."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.acknowledge import acknowledge as say_seen
from smsdesk.models.alert import Alert
from smsdesk.web.access import me
from smsdesk.web.agent import frames
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

alerts = Blueprint("alerts", __name__)


@alerts.get("/alerts")
def index() -> str:
    told = tuple(frames.alerts(session(), me(), clock.now()))
    return render_template("_alerts.html", alerts=told)


@alerts.post("/alerts/<uuid:alert_id>/acknowledgement")
def acknowledge(alert_id: UUID) -> Response:
    found = session().scalars(see.alerts(me()).where(Alert.id == alert_id)).unique().one_or_none()
    if found is None:
        raise see.NotThere
    say_seen(session(), found, me(), clock.now())
    is_elsewhere = request.form.get("back") == "manager" or found.conversation_id is None
    return done("/manager" if is_elsewhere else f"/conversations/{found.conversation_id}")
