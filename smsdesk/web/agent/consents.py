"""What a customer said about being texted: shown above the composer, decided with one key, recorded, lifted."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import note_stop, suspect
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.agent.consent_pictures import consent_picture
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

consents = Blueprint("consents", __name__)


@consents.get("/conversations/<uuid:conversation_id>/consent")
def show(conversation_id: UUID) -> str:
    picture = consent_picture(session(), theirs(conversation_id), me(), clock.now())
    return render_template("_consent.html", consent=picture)


@consents.post("/conversations/<uuid:conversation_id>/stop-wish/confirmation")
def confirm(conversation_id: UUID) -> Response:
    suspect.confirm(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@consents.post("/conversations/<uuid:conversation_id>/stop-wish/dismissal")
def dismiss(conversation_id: UUID) -> Response:
    suspect.dismiss(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@consents.post("/conversations/<uuid:conversation_id>/stop-wish/return")
def take_back(conversation_id: UUID) -> Response:
    suspect.take_back(session(), theirs(conversation_id), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@consents.post("/conversations/<uuid:conversation_id>/stop")
def record(conversation_id: UUID) -> Response:
    """`how`: in what way they asked, if not by text."""
    note_stop.stop_as_told(session(), theirs(conversation_id), request.form.get("how", ""), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@consents.post("/conversations/<uuid:conversation_id>/stop/end")
def lift(conversation_id: UUID) -> Response:
    need(Action.LIFT_STOP)
    note_stop.lift(session(), theirs(conversation_id), request.form.get("evidence", ""), me(), clock.now())
    return done(f"/conversations/{conversation_id}")
