"""What a set of promises would have done with waits of the past: kept, broken, and who would have been told what.

A trial asks of every wait what the clock process would have done with it. Nobody says "seen" in it, so the ladder is climbed to
its end; whoever answered stands for whoever had the conversation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from smsdesk.rules.opening_hours import Hours
from smsdesk.rules.terms import AlertTimes, Terms, Whom, is_warning, steps, untold

SECOND, NOTHING = timedelta(seconds=1), timedelta(0)
HOUR_S, DAY_S = 3_600, 86_400
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

Stretch = tuple[datetime, datetime]
Said = tuple[str, ...]  # steps of one moment: the last is the gravest, and speaks for all
Audience = tuple[str, str, str]  # the team, whoever had it or "", and the places of the ladder joined by "+"


class Promised:
    """Terms, with what every wait under them needs worked out once."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.kind, self.target = terms, terms.kind.value, terms.target
        self.spent, self.waited = _measure(terms.counted_by), _measure(terms.hours)
        self.one_measure = terms.counted_by is terms.hours
        while_open = terms.hours if terms.alerts is AlertTimes.OPEN else None
        self._beyond = _measure(while_open)
        # A deadline that can fall into the night has alerts that wait for the morning: those are worked out one by one
        self._waits_for_morning = while_open is not None and not self.one_measure
        self._before, self._after = _places(terms)
        self.silent = min([terms.target, *self._before])  # before that much is spent, nobody is told anything
        self._audiences: dict[Said, str] = {}

    def told(self, since: datetime, until: datetime, spent: timedelta) -> list[Said]:
        """What was said in a wait that was never interrupted, and in which that much of the target was spent."""
        if self._waits_for_morning or spent in self._before:
            return self.told_exactly(since, until, NOTHING, ())
        said = [steps for offset, steps in self._before.items() if offset < spent]
        if spent >= self.target and until > (due := self.terms.due_at(since)):
            beyond = self._beyond(due, until)
            if beyond in self._after and beyond:
                return self.told_exactly(since, until, NOTHING, ())
            said += [steps for offset, steps in self._after.items() if offset < beyond or not offset]
        return said

    def told_exactly(self, since: datetime, until: datetime, spent: timedelta, before: Sequence[str]) -> list[Said]:
        """The same by the moment of each step, after `spent` of the target and what was said before."""
        moments: dict[datetime, Said] = {}
        for step, at in untold(self.terms, since, spent, before):
            if at < until:
                moments[at] = (*moments.get(at, ()), step)
        return list(moments.values())

    def audience(self, said: Said) -> str:
        known = self._audiences.get(said)
        if known is None:
            whom = dict.fromkeys(place.value for step in said for place in self.terms.whom(step))
            known = self._audiences[said] = "+".join(whom)
        return known


@dataclass
class Tally:
    """What came of it. Waits are counted by their length, as exactly as people read it: see `told_length`.

    A promise counts once it is decided: it was answered, or its moment passed without an answer. Moments are in UTC.
    """

    promises: Counter[str] = field(default_factory=Counter)  # by kind of clock
    late: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    told: Counter[Audience] = field(default_factory=Counter)
    open_waits: Counter[int] = field(default_factory=Counter)
    wall_waits: Counter[int] = field(default_factory=Counter)

    def wait(
        self, promised: Promised, since: datetime, until: datetime, answered: bool, team: str, agent: str = ""
    ) -> None:
        """A wait for a reply, which ended by one if it was `answered`."""
        spent, is_late = promised.spent(since, until), False
        if spent >= promised.silent:
            self._tell(promised, promised.told(since, until, spent), team, agent)
            is_late = spent >= promised.target and _is_late(promised, since, until, NOTHING)
        if answered or is_late:
            waited = spent if promised.one_measure else promised.waited(since, until)
            self._decide(promised.kind, is_late, waited, until - since)

    def episode(
        self, promised: Promised, stretches: Sequence[Stretch], resolved: bool, team: str, agent: str = ""
    ) -> None:
        """A whole episode: the stretches in which it was our turn, in order, and whether it was resolved in the end."""
        spent, told, is_late = NOTHING, list[str](), False
        for since, until in stretches:
            after = spent + promised.spent(since, until)
            if after >= promised.silent:
                said = promised.told_exactly(since, until, spent, told)
                self._tell(promised, said, team, agent)
                told += [step for steps in said for step in steps]
                is_late = is_late or (after >= promised.target and _is_late(promised, since, until, spent))
            spent = after
        if resolved or is_late:
            waited = sum((promised.waited(*stretch) for stretch in stretches), NOTHING)
            self._decide(promised.kind, is_late, waited, sum((until - since for since, until in stretches), NOTHING))

    def _decide(self, kind: str, is_late: bool, waited: timedelta, wall: timedelta) -> None:
        self.promises[kind] += 1
        if is_late:
            self.late[kind] += 1
        self.open_waits[told_length(waited)] += 1
        self.wall_waits[told_length(wall)] += 1

    def _tell(self, promised: Promised, said: Iterable[Said], team: str, agent: str) -> None:
        for steps_then in said:
            self.steps[steps_then[-1]] += 1
            self.told[team, agent, promised.audience(steps_then)] += 1

    def as_json(self) -> dict[str, Any]:
        """So that a trial can be put down and taken up again."""
        plain = {name: dict(getattr(self, name)) for name in _BY_WORD}
        lengths = {name: list(getattr(self, name).items()) for name in _BY_LENGTH}
        return plain | lengths | {"told": [[*audience, count] for audience, count in self.told.items()]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        counts: dict[str, Any] = {name: Counter(kept[name]) for name in _BY_WORD}
        counts |= {name: Counter(dict(kept[name])) for name in _BY_LENGTH}
        return cls(**counts, told=Counter({(team, agent, whom): count for team, agent, whom, count in kept["told"]}))


@dataclass(frozen=True)
class Crew:
    """Whom the places of the ladder stand for in a team."""

    members: frozenset[str]
    leads: frozenset[str]
    managers: frozenset[str]

    def concerned(self, agent: str, whom: str) -> frozenset[str]:
        """Who is told: a team stands in for an assignee that there is not, and the managers for a team without anybody."""
        places, told = [Whom(place) for place in whom.split("+")], frozenset[str]()
        for place in places:
            told |= self._at(place, agent)
        return told or self.managers

    def _at(self, place: Whom, agent: str) -> frozenset[str]:
        if place is Whom.ASSIGNEE:
            return frozenset({agent}) if agent else self.members
        return {Whom.TEAM: self.members, Whom.LEAD: self.leads}.get(place, self.managers)


def told_people(told: Counter[Audience], crews: Mapping[str, Crew]) -> Counter[str]:
    """How many alerts each person would have had; somebody who stands at two places is told once."""
    people: Counter[str] = Counter()
    for (team, agent, whom), count in told.items():
        for person in crews[team].concerned(agent, whom):
            people[person] += count
    return people


def told_length(length: timedelta) -> int:
    """In seconds, as exactly as two units spell it: to the second within an hour, to the minute within a day, else to the hour."""
    seconds = length.days * DAY_S + length.seconds
    if seconds < HOUR_S:
        return seconds
    return seconds - seconds % (60 if seconds < DAY_S else HOUR_S)


def percentile(lengths: Mapping[int, int], percent: int) -> int | None:
    """By nearest rank, so a wait that there was; None where there were none."""
    rank = -(-percent * sum(lengths.values()) // 100)
    for seconds in sorted(lengths):
        rank -= lengths[seconds]
        if rank <= 0:
            return seconds
    return None


def _is_late(promised: Promised, since: datetime, until: datetime, spent: timedelta) -> bool:
    return until >= promised.terms.due_at(since, spent) + SECOND  # the whole deadline second is in time


def _places(terms: Terms) -> tuple[dict[timedelta, Said], dict[timedelta, Said]]:
    """Warnings by how much of the target is spent until then, and the others by how long after the deadline they come."""
    before: dict[timedelta, Said] = {}
    after: dict[timedelta, Said] = {}
    for step, at in steps(replace(terms, hours=None), _ANY_MOMENT):
        offset, places = (at - _ANY_MOMENT, before) if is_warning(step) else (at - _ANY_MOMENT - terms.target, after)
        places[offset] = (*places.get(offset, ()), step)
    return before, after


def _measure(hours: Hours | None) -> Callable[[datetime, datetime], timedelta]:
    return _between if hours is None else hours.timeline.elapsed


def _between(since: datetime, until: datetime) -> timedelta:
    return max(until - since, NOTHING)


_BY_WORD, _BY_LENGTH = ("promises", "late", "steps"), ("open_waits", "wall_waits")
