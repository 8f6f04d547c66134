"""What may be sent at all: whom a STOP covers, when and where to, how much; and wishes that wait for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.keep_rules import change_rules, rules_of_the_house
from smsdesk.rules.house_rules import BadRule, HouseRules, StopCovers, countries_typed
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.rule_pictures import rules_picture
from smsdesk.web.transaction import session

house_rules = Blueprint("house_rules", __name__)

NUMBERS = ("hourly_to_one", "by_one_a_minute", "in_all_a_minute")
TIMES = ("texts_from", "texts_until")


@house_rules.get("/rules")
def show() -> str:
    return _page(as_typed(rules_of_the_house(session())), saved="saved" in request.args)


@house_rules.post("/rules")
def change() -> Response | tuple[str, int]:
    need(Action.MANAGE_RULES)
    try:
        rules = read_form(request.form)
    except BadRule as wrong:
        return _page(dict(request.form), wrong), 422
    change_rules(session(), rules, me(), clock.now())
    return redirect("/manager/rules?saved", 303)


def read_form(form: Mapping[str, str]) -> HouseRules:
    """Raises BadRule, which names the field."""
    numbers = {field: _number(field, form.get(field, "")) for field in NUMBERS}
    covers = form.get("stop_covers", "")
    return HouseRules(
        stop_covers=StopCovers(covers) if covers in set(StopCovers) else StopCovers.ALL_NUMBERS,
        we_confirm_stops=form.get("we_confirm_stops") == "yes",
        countries=countries_typed(form.get("countries", "")),
        hourly_to_one=numbers["hourly_to_one"] or 0,
        by_one_a_minute=numbers["by_one_a_minute"] or 0,
        in_all_a_minute=numbers["in_all_a_minute"],
        texts_from=_time("texts_from", form.get("texts_from", "")),
        texts_until=_time("texts_until", form.get("texts_until", "")),
    )


def as_typed(rules: HouseRules) -> dict[str, str]:
    """The rules as somebody would type them into the form."""
    return {
        "stop_covers": rules.stop_covers.value,
        "we_confirm_stops": "yes" if rules.we_confirm_stops else "no",
        "countries": ", ".join(rules.countries),
        **{field: str(getattr(rules, field) or "") for field in NUMBERS},
        **{field: f"{getattr(rules, field):%H:%M}" for field in TIMES},
    }


def _page(typed: Mapping[str, str], wrong: BadRule | None = None, *, saved: bool = False) -> str:
    now = clock.now()
    return render_template(
        "manager/rules.html",
        page=rules_picture(session(), me(), now),
        typed=typed,
        problems={wrong.field: str(wrong)} if wrong else {},
        saved=saved,
        **surroundings(now),
    )


def _number(field: str, typed: str) -> int | None:
    typed = typed.strip().replace(",", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 9):
        raise BadRule(field, "Write a whole number, such as 20.")
    return int(typed)


def _time(field: str, typed: str) -> time:
    try:
        return time.fromisoformat(typed.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise BadRule(field, "Write a time of day, such as 08:00.") from None
