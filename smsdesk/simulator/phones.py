"""Customers' phones in the browser, `/phone`: what is typed there goes to the carrier, and from it to SMSDesk by signed posts.

Open to everybody, since nobody's number is real; only our own page can post here (csrf.py), and only made-up phones can text.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.models import Number
from smsdesk.simulator import line_up, phone_modes, phone_pictures, phone_texts
from smsdesk.simulator.carrier_line import CarrierAway, CarrierLine, WishRefused, line_to
from smsdesk.simulator.line_up import NotAPretendPhone, Place
from smsdesk.simulator.phone_texts import NotATextFromAPhone
from smsdesk.web.transaction import let_go, session
from smsdesk.web.wired import wiring

blueprint = Blueprint("phones", __name__)

LONGEST_WAIT_S = 4.0  # short enough that a stopping web process need not wait for open pages


@blueprint.get("", strict_slashes=False)
def show() -> str:
    return _page(request.args.getlist("phone"))


@blueprint.get("/thread")
def thread() -> str:
    """`?phone=`: what is new on one phone, as a fragment."""
    numbers = _numbers()
    places = line_up.read(request.args.getlist("phone")[:1], [number.address for number in numbers])
    let_go()
    if not places:
        abort(404)
    return render_template(
        "phone/_thread.html", thread=_thread(places[0], numbers), suggestions=phone_pictures.SUGGESTIONS
    )


@blueprint.get("/changes")
def changes() -> Response:
    """`?since=`: whose phones changed after that event; waits a little for the first change."""
    since = request.args.get("since", 0, type=int)
    found = _carrier().changes(since, LONGEST_WAIT_S)
    return jsonify({"last": found.last, "phones": sorted({change.address for change in found.of_texts})})


@blueprint.post("/texts")
def text() -> Response:
    """A customer texts: `from`, `to`, `body`, a `picture` of their own or the name of a `sample`."""
    numbers = [number.address for number in _numbers()]
    let_go()
    sender = line_up.known(request.form.get("from", ""), numbers)
    if request.form.get("to") not in numbers:
        raise NotATextFromAPhone("Choose one of the shop's numbers.")
    wish = phone_texts.read(request.form, request.files.get("picture"))
    _carrier().text(sender, request.form["to"], wish.body, wish.media)
    return _done(sender)


@blueprint.post("/modes")
def set_mode() -> Response:
    """What our texts to `from` meet from now on: `mode` is a key of MODES."""
    address = line_up.known(request.form.get("from", ""), [number.address for number in _numbers()])
    let_go()
    mode = phone_modes.BY_KEY.get(request.form.get("mode", ""))
    if mode is None:
        raise NotATextFromAPhone("Choose one of the listed ways.")
    _carrier().set_mode(address, mode.carrier)
    return _done(address)


@blueprint.get("/new")
def add() -> Response:
    """Put a customer with a made-up number into place `at`; `name` is what to call them, drawn where it is left out."""
    numbers = [number.address for number in _numbers()]
    places = line_up.read(request.args.getlist("phone"), numbers)
    if not numbers:
        return _to("")
    at = min(request.args.get("at", len(places), type=int) % (len(places) + 1), line_up.MOST - 1)
    new = line_up.stranger(places, numbers, request.args.get("name", ""))
    return _to(line_up.query(line_up.changed(places, at, new)), new.address)


@blueprint.get("/pictures/<sid>")
def picture(sid: str) -> Response:
    """A picture that a customer sent; only what is surely a picture is shown as one."""
    found = _carrier().picture(sid)
    kind = phone_texts.kind_of(found.data) if found else None
    if found is None or kind is None:
        abort(404)
    response = Response(found.data, mimetype=kind)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=86400"  # a picture never changes under its id
    return response


@blueprint.errorhandler(NotATextFromAPhone)
@blueprint.errorhandler(NotAPretendPhone)
@blueprint.errorhandler(WishRefused)
def refuse(error: Exception) -> Response:
    return _say(str(error), 422)


@blueprint.errorhandler(CarrierAway)
def away(_: CarrierAway) -> Response:
    return _say("The pretend carrier does not answer. It starts with SMSDesk (make run) and may need a moment.", 503)


def _page(asked: list[str], problem: str = "") -> str:
    numbers = _numbers()
    ours = [number.address for number in numbers]
    places = line_up.read(asked, ours)
    let_go()
    phones = [phone_pictures.phone(places, at, numbers, _thread(place, numbers)) for at, place in enumerate(places)]
    has_room = bool(numbers) and len(places) < line_up.MOST
    return render_template(
        "phone/index.html",
        phones=phones,
        more=phone_pictures.customers(places, len(places), ours) if has_room else (),
        has_room=has_room,
        address=line_up.query(places),
        modes=phone_modes.MODES,
        suggestions=phone_pictures.SUGGESTIONS,
        special_words=phone_pictures.SPECIAL_WORDS,
        samples=phone_texts.SAMPLES,
        problem=problem,
    )


def _say(words: str, status: int) -> Response:
    """To the page's script in words; to a plain form as the page that it came from, with the words on it."""
    if "X-Phone" in request.headers:
        return Response(words, status, mimetype="text/plain")
    if status >= 500:
        return Response(render_template("phone/index.html", phones=(), problem=words), status, mimetype="text/html")
    place = parse_qs(request.form.get("place", "")).get("phone", [])
    return Response(_page(place, words), status, mimetype="text/html")


def _done(address: str) -> Response:
    """The page's script hears of the change by itself; a plain form goes back to the phone that it is on."""
    if "X-Phone" in request.headers:
        return Response(status=204)
    return _to(request.form.get("place", ""), address)


def _to(query: str, address: str = "") -> Response:
    path = url_for("phones.show") + (f"?{query}" if query else "")
    fragment = f"#phone-{address.lstrip('+')}" if address else ""
    return redirect(path + fragment, 303)


def _numbers() -> list[Number]:
    return list(session().scalars(select(Number).order_by(Number.created_at, Number.address)))


def _thread(place: Place, numbers: list[Number]) -> phone_pictures.Thread:
    zone = next(number.time_zone for number in numbers if number.address == place.number)
    return phone_pictures.thread(place, _carrier().phone(place.address), zone, clock.now())


def _carrier() -> CarrierLine:
    return line_to(wiring().settings.twilio_api_base_url)
