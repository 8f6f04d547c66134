"""The form of a watch: what to begin with, what was typed, and the plan that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.desk import see
from smsdesk.desk.tend_watch import WatchPlan, possible_owners
from smsdesk.models.agent import Agent
from smsdesk.models.watch import Watch
from smsdesk.rules.watch_typing import NotAWatch, clears_by_itself, read
from smsdesk.rules.watch_words import FIGURES, title, typed, typed_length
from smsdesk.rules.watches import PERCENTILES, REPLY_TIMES, UNITS, WINDOWED, Figure
from smsdesk.web.manager.watch_pictures import Choice, Preset, WatchForm

PRESETS: Mapping[Figure, Mapping[str, str]] = {
    Figure.FIRST_REPLY: {"percentile": "90", "limit": "8m", "window": "30m", "at_least": "5"},
    Figure.UNASSIGNED: {"limit": "2m"},
    Figure.OLDEST_WAITING: {"limit": "20m"},
    Figure.DELIVERY_FAILURES: {"limit": "5%", "window": "1h", "at_least": "20"},
    Figure.NOBODY_AVAILABLE: {"limit": "1m", "only_open": "yes"},
    Figure.NEXT_REPLY: {"percentile": "90", "limit": "15m", "window": "1h", "at_least": "5"},
    Figure.WAITING: {"limit": "15"},
}
ABOUT = {
    Figure.FIRST_REPLY: "How long customers wait for the first answer of a person. Who still waits counts too.",
    Figure.NEXT_REPLY: "How long customers wait for the next answer, once somebody has helped them. Who still waits counts too.",
    Figure.UNASSIGNED: "The longest that a waiting customer has had nobody who takes care of them.",
    Figure.OLDEST_WAITING: "How long the customer who has waited longest has waited.",
    Figure.WAITING: "How many customers wait for an answer.",
    Figure.DELIVERY_FAILURES: "The share of our texts that did not arrive.",
    Figure.NOBODY_AVAILABLE: "How long nobody of the team has been available.",
}
EXAMPLES = {"seconds": "90s, 8m, 2h", "share": "5%, 2.5%", "count": "15"}


def presets() -> tuple[Preset, ...]:
    return tuple(Preset(figure.value, _preset_words(figure), ABOUT[figure]) for figure in PRESETS)


def begun(figure: Figure) -> dict[str, str]:
    """What a new form has in it."""
    return {"figure": figure.value, "is_on": "yes", **PRESETS[figure]}


def of_watch(watch: Watch) -> dict[str, str]:
    """What a form has in it that changes a watch."""
    rule = watch.rule
    by_itself = clears_by_itself(rule.unit, rule.limit) == rule.clears_at
    return {
        "figure": rule.figure.value,
        "percentile": str(rule.percentile or ""),
        "limit": typed(rule.unit, rule.limit),
        "clears_at": "" if by_itself else typed(rule.unit, rule.clears_at),
        "window": typed_length(rule.window) if rule.window else "",
        "at_least": str(rule.at_least),
        "only_open": "yes" if rule.only_open else "",
        "is_on": "yes" if watch.is_on else "",
        "name": "" if watch.name == title(rule) else watch.name,
        "scope": f"number:{watch.number_id}" if watch.number_id else f"team:{watch.team_id}" if watch.team_id else "",
    }


def plan_of(fields: Mapping[str, str], owners: Sequence[str]) -> WatchPlan:
    """Raises NotAWatch."""
    problems: dict[str, str] = {}
    number_id, team_id = _scope(fields.get("scope", ""), problems)
    chosen = tuple(_id(one, "owners", problems) for one in owners)
    try:
        rule = read(fields)
    except NotAWatch as wrong:
        raise NotAWatch(wrong.problems | problems) from None
    if problems:
        raise NotAWatch(problems)
    people = tuple(one for one in chosen if one is not None)
    return WatchPlan(rule, fields.get("name", ""), number_id, team_id, people, bool(fields.get("is_on")))


def form(
    session: Session,
    me: Agent,
    fields: Mapping[str, str],
    owners: Sequence[str],
    watch: Watch | None,
    problems: Mapping[str, str],
) -> WatchForm:
    figure = Figure(fields["figure"])
    return WatchForm(
        action=f"/manager/watches/{watch.id}/plan" if watch else "/manager/watches",
        figure=figure.value,
        figure_words=FIGURES[figure],
        about=ABOUT[figure],
        unit=EXAMPLES[UNITS[figure].value],
        has_percentile=figure in REPLY_TIMES,
        has_window=figure in WINDOWED,
        typed=dict(fields),
        problems=dict(problems),
        percentiles=tuple(Choice(str(one), f"p{one}", fields.get("percentile") == str(one)) for one in PERCENTILES),
        scopes=_scopes(session, me, fields.get("scope", "")),
        owners=tuple(Choice(str(one.id), one.name, str(one.id) in owners) for one in possible_owners(session)),
        only_open=bool(fields.get("only_open")),
        is_on=bool(fields.get("is_on")),
        is_new=watch is None,
        back=f"/manager/watches/{watch.id}" if watch else "/manager/watches",
    )


def _preset_words(figure: Figure) -> str:
    if figure is Figure.NOBODY_AVAILABLE:
        return "Nobody available while open"
    return title(read({"figure": figure.value, **PRESETS[figure]}))


def _scopes(session: Session, me: Agent, picked: str) -> tuple[Choice, ...]:
    numbers = [(f"number:{one.id}", f"The number {one.label}") for one in see.numbers(session, me)]
    teams = [(f"team:{one.id}", f"The team {one.name}") for one in see.teams(session, me)]
    every = [("", "Everything: every number and team"), *numbers, *teams]
    return tuple(Choice(value, words, value == picked) for value, words in every)


def _scope(asked: str, problems: dict[str, str]) -> tuple[UUID | None, UUID | None]:
    kind, _, id = asked.partition(":")
    if not asked:
        return None, None
    found = _id(id, "scope", problems)
    if kind not in {"number", "team"}:
        problems["scope"] = "Choose a number or a team from the list."
    return (found, None) if kind == "number" else (None, found)


def _id(text: str, place: str, problems: dict[str, str]) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        problems[place] = "Choose from the list."
        return None
