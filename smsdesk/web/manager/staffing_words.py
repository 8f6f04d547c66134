"""The staffing page in words: who is needed when, what so many people would keep, and what all that stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from smsdesk.desk.staff import FEWEST_ANSWERS, Plan
from smsdesk.desk.work_together import Scope
from smsdesk.rules.durations import clock_face
from smsdesk.rules.forecast import CLOSED
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.short_words import short
from smsdesk.web.manager.staffing_charts import day_chart, people, share
from smsdesk.web.manager.staffing_pictures import Link, StaffingPicture, TrialRow

DAYS = 7
MOST_PEOPLE = 500
FEWER, MORE = 3, 2  # people than are needed: what else the table shows


def no_number() -> StaffingPicture:
    return _picture("Your teams have no number yet. Staffing is worked out for the texts that come to a number.")


def staffing_picture(plan: Plan, found: Sequence[Scope], today: date, typed: str, problem: str) -> StaffingPicture:
    peak, kept = plan.most_needed, plan.kept
    within, aim = f"within {short(plan.target)}", f"{plan.share:.0%}"
    return _picture(
        _too_short(plan),
        here=plan.scope.label,
        day_words=f"{plan.day:%A} {plan.day.day} {plan.day:%B}",
        weekday=f"{plan.day:%A}",
        choices=_choices(plan, found),
        days=tuple(_day_link(plan, today, ahead) for ahead in range(DAYS)),
        hidden=tuple(_query(plan.scope, plan.day)),
        within=within,
        aim=aim,
        needed=peak.need.people if peak else 0,
        peak_hour=time_of_day(peak.starts_at, plan.scope.zone) if peak else "",
        not_reached=_not_reached(plan),
        expected=f"{plan.forecast.whole:.0f}",
        stands_on=_stands_on(plan),
        left_out=tuple(_left_out(day, why) for day, why in plan.forecast.left_out),
        typed=typed or str(_usual(plan)),
        problem=problem,
        people_words=_people_words(plan, typed),
        kept=share(kept) if kept is not None else "",
        kept_is_enough=kept is not None and kept >= plan.share,
        kept_words="" if typed else "those on shift" if plan.goes_by_shifts else "those available now",
        handling=clock_face(plan.measured.median) if plan.measured.n else "",
        at_once=plan.measured.at_once,
        answers=f"{plan.measured.n} {'answer' if plan.measured.n == 1 else 'answers'}",
        chart=day_chart(plan, plan.forecast.used[0]) if plan.hours else None,
        trial=tuple(_trial(plan)) if plan.hours else (),
    )


def _usual(plan: Plan) -> int:
    """How many there are: on shift in the hour that needs most, or available now."""
    peak = plan.most_needed
    return peak.people if peak else plan.available


def _people_words(plan: Plan, typed: str) -> str:
    """`With 3 people`, `With those on shift`."""
    if plan.goes_by_shifts and not typed:
        return "those on shift"
    return people(_usual(plan))


def _picture(too_short: str, **known: object) -> StaffingPicture:
    empty: dict[str, object] = dict.fromkeys(StaffingPicture.__annotations__, "")
    empty |= {"choices": (), "days": (), "hidden": (), "left_out": (), "trial": (), "chart": None}
    empty |= {"needed": 0, "at_once": 1, "kept_is_enough": False, "too_short": too_short}
    return StaffingPicture(**empty | known)  # type: ignore[arg-type]


def _too_short(plan: Plan) -> str:
    if plan.hours:
        return ""
    if plan.is_closed:
        return f"We are closed on {plan.day:%A} {plan.day.day} {plan.day:%B}."
    if not plan.forecast.used:
        return f"There has been no whole {plan.day:%A} yet."
    if not plan.measured.is_enough:
        return f"{plan.measured.n} of the {FEWEST_ANSWERS} answers that it takes have been measured so far."
    return f"The last {_stands_on(plan)} brought no text at all, so nobody is needed."


def _choices(plan: Plan, found: Sequence[Scope]) -> tuple[Link, ...]:
    if len(found) < 2:
        return ()
    return tuple(
        Link(scope.label, f"/manager/staffing?{urlencode(_query(scope, plan.day))}", scope == plan.scope)
        for scope in found
    )


def _query(scope: Scope, day: date) -> list[tuple[str, str]]:
    which = ("team", str(scope.team_id)) if scope.is_whole_team else ("number", str(scope.numbers[0].id))
    return [which, ("day", day.isoformat())]


def _day_link(plan: Plan, today: date, ahead: int) -> Link:
    day = today + timedelta(days=ahead)
    words = "Today" if not ahead else f"{day:%a} {day.day}"
    address = f"/manager/staffing?{urlencode(_query(plan.scope, day))}"
    return Link(words, address, day == plan.day, f"{words}, {day:%A} {day.day} {day:%B}")


def _not_reached(plan: Plan) -> str:
    peak = plan.most_needed
    if peak is None or peak.need.reached:
        return ""
    longer = share(1 - plan.at_best)
    return (
        f"{longer} of the answers take longer than {short(plan.target)} once somebody has the text. "
        f"Quicker answers or a longer promise help; more people than shown here hardly do."
    )


def _stands_on(plan: Plan) -> str:
    days = len(plan.forecast.used)
    return f"{plan.day:%A}" if days == 1 else f"{days} {plan.day:%A}s"


def _left_out(day: date, why: str) -> str:
    return f"{day.day} {day:%B}: {'we were closed' if why == CLOSED else 'there was no whole day yet'}"


def _trial(plan: Plan) -> list[TrialRow]:
    """A few fewer and more than are needed, and those who were asked for."""
    peak = plan.most_needed
    needed = peak.need.people if peak else 1
    rows = sorted({*range(max(1, needed - FEWER), needed + MORE + 1), max(1, _usual(plan))})
    return [_trial_row(plan, number) for number in rows]


def _trial_row(plan: Plan, number: int) -> TrialRow:
    day, peak = plan.kept_with(number)
    return TrialRow(number, share(day), share(peak), min(day, peak) >= plan.share, number == _usual(plan))
