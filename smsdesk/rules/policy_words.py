"""A policy in plain words, as a shop owner would say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from smsdesk.rules.durations import spell
from smsdesk.rules.policies import NORMAL, Conditions, Policy
from smsdesk.rules.policy_checks import NAMES
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts, Rung, Whom

PRIORITIES = ("urgent", "high", "normal", "low")
WHOM = {
    Whom.ASSIGNEE: "whoever has it",
    Whom.TEAM: "the team",
    Whom.LEAD: "its lead",
    Whom.MANAGER: "the managers",
    Whom.PHONE: "a text to the managers' phones",
}


def for_whom(conditions: Conditions, numbers: Mapping[UUID, str], teams: Mapping[UUID, str]) -> str:
    """`Urgent or high, tagged vip, on Support line`; `Everybody` where nothing is asked for."""
    parts = []
    if conditions.priorities:
        parts.append(_or([one for one in PRIORITIES if one in conditions.priorities]))
    if conditions.segments:
        parts.append(f"customers in {_or(sorted(conditions.segments))}")
    if conditions.tags:
        parts.append(f"tagged {_or(sorted(conditions.tags))}")
    if conditions.numbers:
        parts.append(f"on {_or(sorted(numbers.get(one, 'a number that is gone') for one in conditions.numbers))}")
    if conditions.teams:
        parts.append(f"in {_or(sorted(teams.get(one, 'a team that is gone') for one in conditions.teams))}")
    return sentence(parts or ["everybody"], ", ")


def promises(policy: Policy) -> list[str]:
    """`first reply within 10 minutes (urgent 2 minutes)`, one a kind of clock that the policy speaks of."""
    found = []
    for kind in ClockKind:
        said = policy.targets.get(kind)
        if said:
            usual = said.get(NORMAL)
            others = [f"{one} {spell(said[one])}" for one in PRIORITIES if one != NORMAL and one in said]
            words = f" within {spell(usual)}" if usual else ""
            found.append(f"{NAMES[kind]}{words}{f' ({_list(others)})' if others else ''}")
    return found


def counted(policy: Policy) -> str:
    return "in open hours" if policy.counts is Counts.BUSINESS else "day and night"


def warnings(policy: Policy) -> str:
    """`at 50 % and 80 % of the time, and 5 minutes before`; empty where nobody is warned."""
    shares = _list([f"{round(share * 100)} %" for share in sorted(policy.shares)])
    leads = _list([spell(lead) for lead in sorted(policy.leads, reverse=True)])
    parts = [f"at {shares} of the time"] if shares else []
    parts += [f"{leads} before"] if leads else []
    return ", and ".join(parts)


def ladder(policy: Policy) -> list[str]:
    """Who is told when it is late, step by step."""
    return [f"{_after(rung.after)}: {whom(rung)}" for rung in policy.ladder]


def whom(rung: Rung) -> str:
    return _list([WHOM[one] for one in Whom if one in rung.whom])


def repeats(policy: Policy) -> str:
    if not policy.repeat or not policy.repeats:
        return ""
    times = "once more" if policy.repeats == 1 else f"up to {policy.repeats} times more"
    return f"{times}, every {spell(policy.repeat)}, until somebody says “seen”"


def sentence(parts: Sequence[str], between: str) -> str:
    """With a great letter in front; empty where there are none."""
    words = between.join(parts)
    return words[:1].upper() + words[1:]


def when_told(policy: Policy) -> str:
    return "only while we are open" if policy.alerts is AlertTimes.OPEN else "at any hour"


def _after(length: timedelta) -> str:
    return f"{spell(length)} later" if length else "At the deadline"


def _or(words: Sequence[str]) -> str:
    return _joined(words, "or")


def _list(words: Sequence[str]) -> str:
    return _joined(words, "and")


def _joined(words: Iterable[str], last: str) -> str:
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end
