"""What the API says when it refuses: problem+json (RFC 9457), with what a program needs to go on."""

from __future__ import annotations

from flask import Response
from pydantic import Field
from sqlalchemy.exc import IntegrityError

from smsdesk.desk.hand_over import TakenBySomebodyElse
from smsdesk.desk.reply import SomethingNewArrived, TokenUsedForOtherWords
from smsdesk.desk.set_up import AlreadyThere, BadPerson, BadTarget, NoSuchTeam
from smsdesk.rules.watch_typing import NotAWatch
from smsdesk.web.api.asking import IDEMPOTENCY_KEY, NotUnderstood
from smsdesk.web.api.contract import blueprint
from smsdesk.web.api.messages import message_of
from smsdesk.web.api.shapes import Told
from smsdesk.web.errors import problem


class Place(Told):
    """One place of a request, and what is wrong there."""

    pointer: str
    """RFC 6901, into the body or the query."""
    detail: str


class Problem(Told):
    """Why a request was refused. `type` is `about:blank`: the status says which kind it is."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    """Name it if you ask somebody for help."""
    errors: list[Place] = Field(default_factory=list)
    """Only where the request has another shape than is asked for."""
    messages: list[dict[str, object]] | None = None
    """Only where a reply was stopped: the texts that you have not seen."""


_FIELDS = {"window": "window_seconds", "scope": "number_id"}  # where a form has other names
_TITLES = {400: "Not readable", 415: "Not JSON", 422: "Not possible"}


@blueprint.errorhandler(NotUnderstood)
def _not_understood(error: NotUnderstood) -> Response:
    return problem(error.status, _TITLES[error.status], str(error), errors=error.errors)


@blueprint.errorhandler(SomethingNewArrived)
def _something_new(error: SomethingNewArrived) -> Response:
    new = [message_of(message).model_dump(mode="json") for message in error.messages]
    return problem(409, "Not sent yet", f"{error} Read it, then send with seen: {new[-1]['seq']}.", messages=new)


@blueprint.errorhandler(TokenUsedForOtherWords)
def _other_words(_error: TokenUsedForOtherWords) -> Response:
    return problem(
        409, "Already used", f"This {IDEMPOTENCY_KEY} was sent with another text or to somebody else; take a new one."
    )


@blueprint.errorhandler(TakenBySomebodyElse)
def _taken(error: TakenBySomebodyElse) -> Response:
    return problem(409, "Somebody was faster", str(error), taken_by=error.name)


@blueprint.errorhandler(AlreadyThere)
def _already_there(error: AlreadyThere) -> Response:
    return problem(409, "Already there", str(error))


@blueprint.errorhandler(IntegrityError)
def _met_another(_error: IntegrityError) -> Response:
    # Two asked for the same at the same instant, and the unique key let one in
    return problem(
        409, "Already there", "Somebody did this at the same moment. Look, then ask again if it is still needed."
    )


@blueprint.errorhandler(NotAWatch)
def _not_a_watch(error: NotAWatch) -> Response:
    places = [{"pointer": f"/{_FIELDS.get(name, name)}", "detail": words} for name, words in error.problems.items()]
    return problem(422, "Cannot be watched", str(error), errors=places)


@blueprint.errorhandler(BadTarget)
@blueprint.errorhandler(BadPerson)
@blueprint.errorhandler(NoSuchTeam)
def _not_possible(error: Exception) -> Response:
    return problem(422, "Not possible", str(error))
