"""Watches: how each of them stands, and what has happened to one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.oversee_watches import last_day, seen_watch, seen_watches
from smsdesk.desk.tend_watch import history, watch_of
from smsdesk.models.agent import Agent
from smsdesk.rules.days import midnight
from smsdesk.rules.roles import Action, may
from smsdesk.rules.watch_words import sentence, turning_words
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.watch_charts import line_picture
from smsdesk.web.manager.watch_pictures import WatchRow
from smsdesk.web.manager.watch_rows import happened_row, watch_row
from smsdesk.web.transaction import session

PAGE = 50

watches = Blueprint("watches", __name__)


@watches.get("/watches")
def index() -> str:
    gone = request.args.get("deleted", type=UUID)
    return render_template("manager/watches.html", rows=_rows(), gone=gone, **_may(), **surroundings(clock.now()))


@watches.get("/watches/list")
def inside() -> str:
    return render_template("manager/_watches.html", rows=_rows(), **_may())


@watches.get("/watches/<uuid:watch_id>")
def show(watch_id: UUID) -> str:
    return render_template(
        "manager/watch.html", just=request.args.get("just", ""), **_one(watch_id), **surroundings(clock.now())
    )


@watches.get("/watches/<uuid:watch_id>/inside")
def inside_one(watch_id: UUID) -> str:
    return render_template("manager/_watch.html", **_one(watch_id))


def zone() -> str:
    """Where their numbers are."""
    return zone_of(see.numbers(session(), me()))


def _rows() -> list[WatchRow]:
    now, there = clock.now(), zone()
    return [watch_row(one, me(), now, there) for one in seen_watches(session(), me(), midnight(now, there))]


def _one(watch_id: UUID) -> dict[str, object]:
    now, there = clock.now(), zone()
    watch = watch_of(session(), me(), watch_id)
    events = history(session(), watch, PAGE + 1, _before())
    actors = {event.actor_id for event in events if event.actor_id}
    people = session().execute(select(Agent.id, Agent.name).where(Agent.id.in_(actors)))
    names = {person.id: person.name for person in people}
    return {
        "watch": watch_row(seen_watch(session(), watch, midnight(now, there)), me(), now, there),
        "sentence": sentence(watch.rule),
        "turning": turning_words(watch.rule),
        "line": line_picture(last_day(session(), watch, now), watch.rule, there),
        "events": [happened_row(event, watch, names, now, there) for event in events[:PAGE]],
        "older": events[PAGE - 1].id if len(events) > PAGE else None,
    }


def _before() -> UUID | None:
    try:
        return UUID(request.args.get("before", ""))
    except ValueError:
        return None


def _may() -> dict[str, bool]:
    return {"may_change": may(me().role, Action.MANAGE_PROMISES)}
