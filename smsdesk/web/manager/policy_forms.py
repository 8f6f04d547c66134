"""The editor's form: what a policy looks like as typed, and what was typed as a policy, or a sentence for each field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from werkzeug.datastructures import MultiDict

from smsdesk.desk.imagine import Draft
from smsdesk.rules.durations import NotADuration, parse, typed
from smsdesk.rules.labels import BadLabel, read_labels
from smsdesk.rules.policies import NORMAL, Conditions, Policy
from smsdesk.rules.policy_checks import MOST_RUNGS, problems
from smsdesk.rules.policy_words import PRIORITIES
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts, Rung, Whom

T = TypeVar("T")
U = TypeVar("U")
PERCENT = "%"
FEWEST_RUNGS = 3


@dataclass(frozen=True)
class Rungs:
    """One line of the ladder as typed."""

    after: str = ""
    whom: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Typed:
    """The fields as they stand in the form: nothing of it is lost, however wrong it is."""

    name: str = ""
    is_on: bool = True
    numbers: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    tags: str = ""
    segments: str = ""
    targets: dict[str, str] = field(default_factory=dict)  # target-first_reply-normal → 10m
    counts: str = Counts.BUSINESS.value
    shares: str = "50, 80"
    leads: str = ""
    rungs: tuple[Rungs, ...] = (Rungs("", frozenset({"assignee", "team", "manager"})),)
    repeat: str = ""
    repeats: str = ""
    alerts: str = AlertTimes.OPEN.value

    @property
    def lines(self) -> tuple[Rungs, ...]:
        """The ladder with an empty line to write on."""
        free = max(FEWEST_RUNGS - len(self.rungs), 1 if len(self.rungs) < MOST_RUNGS else 0)
        return self.rungs + (Rungs(),) * free


def as_typed(draft: Draft) -> Typed:
    policy, conditions = draft.policy, draft.policy.conditions
    return Typed(
        name=policy.name,
        is_on=draft.is_on,
        numbers=frozenset(map(str, conditions.numbers)),
        teams=frozenset(map(str, conditions.teams)),
        priorities=conditions.priorities,
        tags=", ".join(sorted(conditions.tags)),
        segments=", ".join(sorted(conditions.segments)),
        targets={
            f"target-{kind.value}-{priority}": typed(target)
            for kind, said in policy.targets.items()
            for priority, target in said.items()
        },
        counts=policy.counts.value,
        shares=", ".join(str(round(share * 100)) for share in policy.shares),
        leads=", ".join(map(typed, policy.leads)),
        rungs=tuple(Rungs(typed(one.after) if one.after else "", frozenset(one.whom)) for one in policy.ladder),
        repeat=typed(policy.repeat) if policy.repeat else "",
        repeats=str(policy.repeats or ""),
        alerts=policy.alerts.value,
    )


def typed_in(form: MultiDict[str, str]) -> Typed:
    """What came with a form."""
    lines = [
        Rungs(form.get(f"rung-{n}-after", ""), frozenset(form.getlist(f"rung-{n}-whom"))) for n in range(MOST_RUNGS + 1)
    ]
    while len(lines) > 1 and lines[-1] == Rungs():
        lines.pop()
    return Typed(
        name=form.get("name", ""),
        is_on="is_on" in form,
        numbers=frozenset(form.getlist("numbers")),
        teams=frozenset(form.getlist("teams")),
        priorities=frozenset(form.getlist("priorities")),
        tags=form.get("tags", ""),
        segments=form.get("segments", ""),
        targets={name: form.get(name, "") for name in target_fields()},
        counts=form.get("counts", ""),
        shares=form.get("shares", ""),
        leads=form.get("leads", ""),
        rungs=tuple(lines),
        repeat=form.get("repeat", ""),
        repeats=form.get("repeats", ""),
        alerts=form.get("alerts", ""),
    )


def target_fields() -> list[str]:
    return [f"target-{kind.value}-{priority}" for kind in ClockKind for priority in PRIORITIES]


class Reading:
    """Reads what was typed; what cannot be read leaves a sentence at its field."""

    def __init__(self, form: Typed, id: UUID, numbers: Iterable[UUID], teams: Iterable[UUID]) -> None:
        self.problems: dict[str, str] = {}
        self.typed = self._form = form
        self._numbers, self._teams = frozenset(numbers), frozenset(teams)
        self.draft = Draft(self._policy(id), form.is_on)
        for place, sentence in problems(self.draft.policy).items():
            self.problems.setdefault(place, sentence)

    def _policy(self, id: UUID) -> Policy:
        form = self._form
        return Policy(
            id=id,
            name=" ".join(form.name.split()),
            conditions=self._conditions(),
            targets=self._targets(),
            counts=self._at("counts", Counts, form.counts) or Counts.BUSINESS,
            shares=tuple(sorted(filter(None, (self._at("shares", _share, one) for one in _parts(form.shares))))),
            leads=tuple(filter(None, (self._at("leads", parse, one) for one in _parts(form.leads)))),
            ladder=self._ladder(),
            repeat=self._at("repeat", parse, form.repeat) if form.repeat.strip() else None,
            repeats=self._at("repeats", _count, form.repeats) or 0,
            alerts=self._at("alerts", AlertTimes, form.alerts) or AlertTimes.OPEN,
        )

    def _conditions(self) -> Conditions:
        form = self._form
        return Conditions(
            numbers=self._chosen("numbers", form.numbers, self._numbers),
            teams=self._chosen("teams", form.teams, self._teams),
            tags=frozenset(self._at("tags", read_labels, form.tags.split(",")) or ()),
            priorities=frozenset(one for one in PRIORITIES if one in form.priorities),
            segments=frozenset(self._at("segments", read_labels, form.segments.split(",")) or ()),
        )

    def _targets(self) -> dict[ClockKind, dict[str, timedelta]]:
        found: dict[ClockKind, dict[str, timedelta]] = {}
        for kind in ClockKind:
            for priority in (NORMAL, *PRIORITIES):
                place = f"target-{kind.value}-{priority}"
                words = self._form.targets.get(place, "").strip()
                if words and (target := self._at(place, parse, words)) is not None:
                    found.setdefault(kind, {})[priority] = target
        return found

    def _ladder(self) -> tuple[Rung, ...]:
        rungs = []
        for place, line in enumerate(self._form.rungs):
            after = self._at(f"rung-{place}", parse, line.after) if line.after.strip() else timedelta(0)
            if place and not line.after.strip() and line.whom:
                self.problems.setdefault(f"rung-{place}", "Say how long after the deadline, such as 10m.")
            rungs.append(Rung(after or timedelta(0), tuple(one for one in Whom if one.value in line.whom)))
        return tuple(rungs)

    def _chosen(self, place: str, chosen: Iterable[str], there_are: frozenset[UUID]) -> frozenset[UUID]:
        found = frozenset(id for id in there_are if str(id) in frozenset(chosen))
        if len(found) < len(frozenset(chosen)):
            self.problems.setdefault(place, "One of those is gone meanwhile. Look at the choice once more.")
        return found

    def _at(self, place: str, read: Callable[[T], U], words: T) -> U | None:
        try:
            return read(words)
        except (NotADuration, BadLabel, NotACount) as problem:
            self.problems.setdefault(place, str(problem))
        except ValueError:
            self.problems.setdefault(place, "Choose one of these.")
        return None


class NotACount(ValueError):
    """Not a whole number, or not a share; the message says what to write."""


def _parts(words: str) -> list[str]:
    return [one.strip() for one in words.split(",") if one.strip()]


def _share(words: str) -> float:
    plain = words.removesuffix(PERCENT).strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 4):
        raise NotACount(f"“{words[:20]}” is no share: write whole numbers with commas between them, such as 50, 80.")
    return int(plain) / 100


def _count(words: str) -> int:
    plain = words.strip()
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdigit() and len(plain) < 4):
        raise NotACount(f"“{words[:20]}” is no whole number: write one such as 3.")
    return int(plain)
