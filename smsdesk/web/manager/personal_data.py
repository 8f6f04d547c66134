"""What is held about one customer: a manager takes it along for them, or erases it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock, passwords
from smsdesk.desk import erase, see, take_along
from smsdesk.models.customer import Customer
from smsdesk.web import limits
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import done, surroundings
from smsdesk.web.export_files import file_of
from smsdesk.web.manager.person_pictures import PersonPicture, person_picture
from smsdesk.web.transaction import let_go, session

SURE = "erase"
NOT_SURE = "Type the word erase, so that nobody is erased by a slip."
WRONG = "That is not your password."

personal_data = Blueprint("personal_data", __name__)


@personal_data.get("/customers/<uuid:customer_id>")
def show(customer_id: UUID) -> str:
    return _page(customer_id)


@personal_data.get("/customers/<uuid:customer_id>/progress")
def progress(customer_id: UUID) -> str:
    return render_template("manager/_person.html", person=_picture(customer_id))


@personal_data.post("/customers/<uuid:customer_id>/exports")
def take(customer_id: UUID) -> Response | tuple[str, int]:
    if not is_me():
        return _page(customer_id, {"export": WRONG}), 422
    take_along.ask(session(), _theirs(customer_id), me(), clock.now())
    return done(f"/manager/customers/{customer_id}")


@personal_data.post("/exports/<uuid:export_id>/fetched")
def fetch(export_id: UUID) -> Response:
    """The file itself; each time is written down."""
    return file_of(take_along.fetch(session(), export_id, me(), clock.now()))


@personal_data.post("/customers/<uuid:customer_id>/erasure")
def forget(customer_id: UUID) -> Response | tuple[str, int]:
    typed = request.form.get("sure", "")
    if typed.strip().lower() != SURE:
        return _page(customer_id, {"sure": NOT_SURE}, typed), 422
    if not is_me():
        return _page(customer_id, {"password": WRONG}, typed), 422
    erase.ask(session(), _theirs(customer_id), me(), clock.now())
    return done(f"/manager/customers/{customer_id}")


def is_me() -> bool:
    """Whether the password in the form is that of whoever sends it; who signs in by links alone has none."""
    kept = me().password_hash
    let_go()  # nothing is held while a password is hashed
    limits.spend_address()
    return kept is None or passwords.fits(kept, request.form.get("password", ""))


def _theirs(customer_id: UUID) -> Customer:
    return see.customer(session(), me(), customer_id)


def _picture(customer_id: UUID) -> PersonPicture:
    return person_picture(session(), _theirs(customer_id), clock.now())


def _page(customer_id: UUID, problems: dict[str, str] | None = None, sure: str = "") -> str:
    return render_template(
        "manager/person.html",
        person=_picture(customer_id),
        problems=problems or {},
        sure=sure,
        asks_password=me().password_hash is not None,
        **surroundings(clock.now()),
    )
