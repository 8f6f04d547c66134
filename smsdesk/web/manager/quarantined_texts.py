"""Texts to a number that nobody set up, or from a sender that cannot be read: managers see them, and dismiss them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.dismiss import dismiss, in_quarantine
from smsdesk.models.quarantine import QuarantinedText
from smsdesk.web.access import me
from smsdesk.web.agent import words
from smsdesk.web.agent.surroundings import done, surroundings
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.pictures import QuarantineRow
from smsdesk.web.transaction import session

MOST = 100
WHY = {
    "UnknownNumber": "Nobody set up the number that it was sent to.",
    "UnreadableSender": "Its sender cannot be read, so nobody could answer.",
    "BadForm": "The carrier’s post was not written as a text is; this is what could be read of it.",
}

quarantined_texts = Blueprint("quarantined_texts", __name__)


@quarantined_texts.get("/quarantine")
def index() -> str:
    now = clock.now()
    return render_template("manager/quarantine.html", texts=_rows(), most=MOST, **surroundings(now))


@quarantined_texts.get("/quarantine/texts")
def inside() -> str:
    return render_template("manager/_quarantine.html", texts=_rows(), most=MOST)


@quarantined_texts.post("/quarantine/<uuid:text_id>/dismissal")
def close(text_id: UUID) -> Response:
    dismiss(session(), text_id, me(), clock.now())
    return done("/manager/quarantine")


def _rows() -> list[QuarantineRow]:
    zone, now = zone_of(see.numbers(session(), me())), clock.now()
    newest = in_quarantine().order_by(QuarantinedText.received_at.desc(), QuarantinedText.id.desc()).limit(MOST)
    return [
        QuarantineRow(
            id=text.id,
            sender=words.called(None, text.sender),
            recipient=words.called(None, text.recipient),
            body=text.body,
            why=WHY.get(text.why, text.why),
            at=text.received_at,
            at_words=words.moment(text.received_at, now, zone),
        )
        for text in session().scalars(newest)
    ]
