"""What goes wrong becomes an answer: one table, told as a page, as problem+json, or as plain words, by the way in."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, InternalServerError

from smsdesk.adapters import clock
from smsdesk.adapters.attempts import TooMany
from smsdesk.adapters.database import is_busy
from smsdesk.adapters.passwords import TooBusy
from smsdesk.desk import warn_of_limits
from smsdesk.desk.annotate import BadNote
from smsdesk.desk.check_sending import NotReachable, TooManyTexts
from smsdesk.desk.decide import NothingToDecide
from smsdesk.desk.erase import NotMeant
from smsdesk.desk.hand_over import CannotTakeIt, NotTheirsToGive, TakenBySomebodyElse
from smsdesk.desk.merge import NotTwo
from smsdesk.desk.need_no_reply import NobodyWaits
from smsdesk.desk.note_stop import BadEvidence, TheirsAlone
from smsdesk.desk.recognise import WasErased
from smsdesk.desk.reply import SomethingNewArrived, TokenUsedForOtherWords
from smsdesk.desk.resolve import SomethingNewWaits
from smsdesk.desk.see import NotThere
from smsdesk.desk.set_up import AlreadyThere, BadPerson, BadTarget, NoSuchTeam
from smsdesk.desk.snooze import IsResolved, NotAhead, SomebodyWaits
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.desk.suspect import NoWish
from smsdesk.rules.durations import NotADuration
from smsdesk.rules.labels import BadLabel
from smsdesk.rules.passwords import WeakPassword
from smsdesk.rules.phone_numbers import NotAPhoneNumber
from smsdesk.rules.segments import EmptyReply, TooLong
from smsdesk.rules.snoozes import NotAMoment
from smsdesk.rules.time_zones import NotAZone
from smsdesk.rules.watch_typing import NotAWatch
from smsdesk.web import access
from smsdesk.web.access import Access, NotAllowed, NoToken, SignedOut, TokenInAddress, TokenTooOld
from smsdesk.web.csrf import Forged
from smsdesk.web.request_log import request_id
from smsdesk.web.transaction import let_go
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A status, a title, and words for a person; without words, the error's own sentence is told."""

    status: int
    title: str
    words: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


AWAY = Answer(503, "One moment", "SMSDesk cannot reach its database. Try again in a moment.", {"Retry-After": "5"})
BUSY = Answer(503, "One moment", "Too much happens at once just now. Nothing was changed: try again.", {"Retry-After": "3"})  # fmt: skip
BROKEN = Answer(500, "Something broke", "That is our fault, not yours. Nothing was changed.")
ANSWERS: dict[type[Exception], Answer] = {
    NotThere: Answer(404, "Not found", "There is no such thing, or it belongs to another team."),
    NotAllowed: Answer(403, "Not allowed", "Your role does not include this."),
    Forged: Answer(403, "Not done", "This page was open for too long. Load it again, then repeat what you did."),
    NoToken: Answer(
        401, "No valid token", "Send a valid token: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"}
    ),
    TokenTooOld: Answer(
        403,
        "Token too old",
        "Erasing asks for a token that was issued within the last day; flask desk issue-token makes one.",
    ),
    TokenInAddress: Answer(
        400, "Token in the address", "Send the token in the Authorization header; addresses are logged."
    ),
    WasErased: Answer(409, "Erased", "This customer was erased. Nothing can be added or sent here."),
    OptedOut: Answer(
        409, "They want no texts", "This customer has asked for no more texts. Only their START lifts it."
    ),
    NotReachable: Answer(409, "Cannot be texted"),
    TooManyTexts: Answer(429, "Too many texts"),
    NoWish: Answer(409, "Decided already", "Somebody has decided about this already, or the customer has."),
    TheirsAlone: Answer(409, "Not ours to lift", "The customer said STOP themselves. Only their START lifts it."),
    BadEvidence: Answer(422, "Not recorded"),
    TakenBySomebodyElse: Answer(409, "Somebody was faster"),
    NotTheirsToGive: Answer(403, "Not yours to give"),
    CannotTakeIt: Answer(409, "Not possible", "They are not in the team of this conversation, or no longer here."),
    SomethingNewArrived: Answer(409, "Not sent yet"),
    SomethingNewWaits: Answer(409, "Something new waits", "A text arrived that you have not seen. Read it first."),
    TokenUsedForOtherWords: Answer(409, "Already sent", "This was sent before with other words. Load the page again."),
    SomebodyWaits: Answer(
        409, "Somebody waits", "A snooze stops no promise. Answer first, or say that no reply is needed."
    ),
    IsResolved: Answer(409, "Resolved", "This conversation is resolved. Reopen it first."),
    NotAhead: Answer(422, "Not ahead", "Choose a moment that is still to come, within a year."),
    NotAMoment: Answer(422, "Not a moment"),
    NotAZone: Answer(422, "Not a time zone"),
    NotMeant: Answer(422, "Not this customer"),
    NobodyWaits: Answer(409, "Nobody waits", "There is no unanswered text here any more."),
    NotTwo: Answer(409, "Not two customers"),
    BadLabel: Answer(422, "Not a label"),
    NothingToDecide: Answer(409, "Decided already"),
    AlreadyThere: Answer(409, "Already there"),
    NoSuchTeam: Answer(422, "No such team"),
    BadTarget: Answer(422, "Cannot be promised"),
    NotAWatch: Answer(422, "Cannot be watched"),
    BadPerson: Answer(422, "Not possible"),
    BadNote: Answer(422, "Not kept"),
    EmptyReply: Answer(422, "Not sent"),
    TooLong: Answer(422, "Too long"),
    NotADuration: Answer(422, "Not a length of time"),
    NotAPhoneNumber: Answer(422, "Not a phone number"),
    WeakPassword: Answer(422, "Easy to guess"),
    TooMany: Answer(429, "Too many tries"),
    TooBusy: Answer(503, "One moment", "Too many people are signing in at once. Try again.", {"Retry-After": "5"}),
    OperationalError: AWAY,
    NoConnectionFree: BUSY,
}
WORDS = {
    400: "The browser sent something that cannot be read.",
    404: "There is no such page.",
    405: "This page does not do that.",
    413: "That is more than can be taken at once.",
    415: "That kind of content is not understood here.",
    429: "Too many tries. Wait a moment.",
}


def attach(app: Flask) -> None:
    for kind in ANSWERS:
        app.register_error_handler(kind, _of_ours)
    app.register_error_handler(SignedOut, _to_sign_in)
    app.register_error_handler(HTTPException, _of_http)


def say(answer: Answer, error: Exception | None = None) -> Response:
    """The answer in the language of the way in that was used."""
    words = answer.words or str(error or "")
    response = _in_its_language(answer, words)
    response.status_code = answer.status
    response.headers.update(answer.headers)
    return response


def _in_its_language(answer: Answer, words: str) -> Response:
    rule = access.rule()
    if rule is Access.TOKEN or request.path.startswith("/api/"):
        return problem(answer.status, answer.title, words)
    if rule in {Access.SIGNATURE, Access.OPERATOR}:
        return Response(f"{words}\n", mimetype="text/plain")
    page = render_template(
        "errors/problem.html", code=answer.status, title=answer.title, words=words, request_id=request_id()
    )
    return Response(page)


def problem(status: int, title: str, words: str, **more: object) -> Response:
    """RFC 9457."""
    response = jsonify(
        {"type": "about:blank", "title": title, "status": status, "detail": words, "request_id": request_id(), **more}
    )
    response.mimetype = "application/problem+json"
    response.status_code = status
    return response


def _of_ours(error: Exception) -> Response:
    if isinstance(error, TooManyTexts):
        _tell_managers(error)
    answer = BUSY if is_busy(error) else next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    if answer.status in {401, 403}:
        log.warning("refused: %s", type(error).__name__)
    elif answer.status >= 500:
        log.error("not answered: %s", type(error).__name__)
    response = say(answer, error)
    if isinstance(error, TooMany | TooManyTexts):
        response.headers["Retry-After"] = str(round(error.wait.total_seconds()))
    return response


def _tell_managers(error: TooManyTexts) -> None:
    """In a transaction of its own, after that of the request, of which nothing stays."""
    let_go()
    database, now = wiring().database, clock.now()
    try:
        with database.reading() as session:
            if warn_of_limits.is_noted(session, error.bound, now):
                return
        with database.transaction() as session:
            warn_of_limits.warn_of_limit(session, error.bound, now)
    except (OperationalError, NoConnectionFree):  # whoever writes is told all the same
        log.warning("managers are not told of a limit: the database is away")


def _to_sign_in(_error: SignedOut) -> Response:
    """A page leads to the sign-in page; a script is told, since it cannot follow."""
    by_script = request.headers.get("HX-Request") or request.headers.get("Sec-Fetch-Dest") == "empty"
    if by_script or request.endpoint == "stream.events" or access.rule() is Access.TOKEN:
        answer = Answer(401, "Signed out", "Sign in again to go on.", {"HX-Redirect": "/sign-in"})
        return say(answer)
    came_from = request.full_path.rstrip("?") if request.method == "GET" else None
    return cast(Response, redirect(url_for("sign_ins.ask", next=came_from), 303))


def _of_http(error: HTTPException) -> Response:
    if error.response is not None:
        return cast(Response, error.response)
    original = getattr(error, "original_exception", None)
    if isinstance(error, InternalServerError):
        if isinstance(original, (OperationalError, NoConnectionFree)):
            return say(BUSY if is_busy(original) else AWAY)  # met while committing
        return say(BROKEN)
    status = error.code or 500
    headers = {
        name: value for name, value in error.get_headers() if name.lower() not in {"content-type", "content-length"}
    }
    return say(Answer(status, HTTPStatus(status).phrase, WORDS.get(status, error.name), headers))
