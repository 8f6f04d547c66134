"""The editor of a calendar as it stands in the browser: everything typed is kept, read if it can be, and told what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from werkzeug.datastructures import MultiDict

from smsdesk.adapters.holidays import NoSuchCountry, regions
from smsdesk.desk.keep_hours import OwnDay, Plan, plan_of
from smsdesk.models.calendar import Calendar
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.times_of_day import NotATime, shown, span_of, spans_of

MOST_SPANS, MOST_OWN_DAYS = 6, 200
_SPAN = re.compile(r"d([0-6])-(\d{1,2})-opens", re.ASCII)
_OWN = re.compile(r"own-(\d{1,3})-date", re.ASCII)
COPIES: dict[str, Iterable[int]] = {"weekdays": range(5), "all": range(7), **{str(day): (day,) for day in range(7)}}


@dataclass
class TypedSpan:
    opens: str = ""
    closes: str = ""
    problem: str = ""
    is_new: bool = False

    def read(self) -> list[Span]:
        """Nothing where nothing was typed, or where nobody can read it: then the problem is said."""
        self.problem = ""
        if not (self.opens.strip() or self.closes.strip()):
            return []
        try:
            return [span_of(self.opens, self.closes)]
        except NotATime as problem:
            self.problem = str(problem)
            return []


@dataclass
class TypedOwnDay:
    day: str = ""
    name: str = ""
    hours: str = ""
    problem: str = ""
    is_new: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.day.strip() or self.name.strip() or self.hours.strip())

    def read(self, taken: set[date]) -> list[OwnDay]:
        self.problem = ""
        if self.is_empty:
            return []
        try:
            own = OwnDay(date.fromisoformat(self.day.strip()), self.name.strip()[:60], spans_of(self.hours))
        except NotATime as problem:
            self.problem = str(problem)
        except ValueError:
            self.problem = "Pick the date."
        else:
            if own.day not in taken:
                taken.add(own.day)
                return [own]
            self.problem = "This date is in the list already; keep one of the two."
        return []


@dataclass
class Typed:
    """What stands in the form. `problems` are by the name of their field; those of rows stand in the rows."""

    name: str = ""
    week: list[list[TypedSpan]] = field(default_factory=lambda: [[] for _ in range(7)])
    country: str = ""
    region: str = ""
    worked: set[date] = field(default_factory=set)
    own_days: list[TypedOwnDay] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_plan(cls, plan: Plan) -> Self:
        return cls(
            name=plan.name,
            week=[[TypedSpan(shown(span.opens), shown(span.closes)) for span in spans] for spans in plan.week],
            country=plan.country or "",
            region=plan.region or "",
            worked=set(plan.worked_holidays),
            own_days=[TypedOwnDay(own.day.isoformat(), own.name, _written(own.spans)) for own in plan.own_days],
        )

    @classmethod
    def of_calendar(cls, calendar: Calendar) -> Self:
        return cls.of_plan(plan_of(calendar))

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> Self:
        typed = cls(name=form.get("name", ""), country=form.get("country", ""), region=form.get("region", ""))
        for day, place in sorted((int(found[1]), int(found[2])) for found in map(_SPAN.fullmatch, form) if found):
            key = f"d{day}-{place}"
            if len(typed.week[day]) < MOST_SPANS:
                typed.week[day].append(TypedSpan(form.get(f"{key}-opens", ""), form.get(f"{key}-closes", "")))
        for place in sorted(int(found[1]) for found in map(_OWN.fullmatch, form) if found)[:MOST_OWN_DAYS]:
            on, name, hours = (form.get(f"own-{place}-{part}", "") for part in ("date", "name", "hours"))
            typed.own_days.append(TypedOwnDay(on, name, hours))
        listed, closed = _dates(form.getlist("holiday")), _dates(form.getlist("closed"))
        typed.worked = (_dates(form.getlist("worked")) - listed) | (listed - closed)
        return typed

    def read(self) -> Plan:
        """What can be read of it, for a picture; `is_sound` tells whether that was all."""
        country, region = self._place()
        taken: set[date] = set()
        return Plan(
            name=" ".join(self.name.split()),
            week=tuple(tuple(span for typed in spans for span in typed.read()) for spans in self.week),
            country=country,
            region=region,
            worked_holidays=frozenset(self.worked),
            own_days=tuple(own for typed in self.own_days for own in typed.read(taken)),
        )

    @property
    def is_sound(self) -> bool:
        rows = [row.problem for spans in self.week for row in spans] + [row.problem for row in self.own_days]
        return not any(rows) and not self.problems

    def does(self, deed: str) -> None:
        """What a button of the editor asks for, such as `add-0`, `remove-3-1`, `copy-0-weekdays`; others do nothing."""
        what, *where = deed.split("-")
        if what == "add" and where and where[0] == "own":
            self.own_days.append(TypedOwnDay(is_new=True))
        elif what == "remove" and where[:1] == ["own"]:
            _drop(self.own_days, where[1:])
        elif where and where[0] in map(str, range(7)):
            self._in_the_week(what, int(where[0]), where[1:])

    def _in_the_week(self, what: str, day: int, rest: list[str]) -> None:
        if what == "add" and len(self.week[day]) < MOST_SPANS:
            self.week[day].append(TypedSpan(is_new=True))
        elif what == "remove":
            _drop(self.week[day], rest)
        elif what == "copy" and rest:
            for other in COPIES.get(rest[0], ()):
                self.week[other] = [TypedSpan(span.opens, span.closes) for span in self.week[day]]

    def _place(self) -> tuple[str | None, str | None]:
        """Raises nothing: a region of another country is forgotten, a country that nobody knows is a problem."""
        if not self.country:
            return None, None
        try:
            known = {region.code for region in regions(self.country)}
        except NoSuchCountry:
            self.problems["country"] = "Take a country from the list."
            return None, None
        return self.country, self.region if self.region in known else None


def _drop(rows: list[TypedSpan] | list[TypedOwnDay], where: list[str]) -> None:
    if where and where[0].isascii() and where[0].isdigit() and int(where[0]) < len(rows):
        del rows[int(where[0])]


def _written(spans: Iterable[Span]) -> str:
    return ", ".join(f"{shown(span.opens)}–{shown(span.closes)}" for span in spans)


def _dates(written: Iterable[str]) -> set[date]:
    found = set()
    for one in written:
        try:
            found.add(date.fromisoformat(one))
        except ValueError:
            continue
    return found
