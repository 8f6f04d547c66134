"""What a policy must not say, with a sentence for each place that names the mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from smsdesk.rules.durations import spell
from smsdesk.rules.policies import Policy
from smsdesk.rules.terms import ClockKind

LONGEST_NAME = 60
MOST_WARNINGS, MOST_RUNGS, MOST_REPEATS = 5, 6, 20
SHORTEST = timedelta(seconds=30)
LONGEST = {
    ClockKind.FIRST_REPLY: timedelta(days=7),
    ClockKind.NEXT_REPLY: timedelta(days=7),
    ClockKind.RESOLUTION: timedelta(days=90),
}
LONGEST_AFTER, LONGEST_REPEAT = timedelta(days=7), timedelta(days=1)
NAMES = {
    ClockKind.FIRST_REPLY: "first reply",
    ClockKind.NEXT_REPLY: "next reply",
    ClockKind.RESOLUTION: "resolution",
}


def problems(policy: Policy) -> dict[str, str]:
    """Place → sentence; empty where all is well. Places are named as the editor names its fields."""
    found: dict[str, str] = {}
    for place, sentence in (*_name(policy), *_targets(policy), *_warnings(policy), *_ladder(policy), *_repeats(policy)):
        found.setdefault(place, sentence)
    return found


def _name(policy: Policy) -> Iterator[tuple[str, str]]:
    if not policy.name.strip():
        yield "name", "Give it a name, such as “VIP customers”."
    elif len(policy.name) > LONGEST_NAME:
        yield "name", f"Make the name shorter: {LONGEST_NAME} letters at most."
    elif not policy.name.isprintable():
        yield "name", "Write the name in one line, without invisible letters."


def _targets(policy: Policy) -> Iterator[tuple[str, str]]:
    for kind, said in policy.targets.items():
        for priority, target in said.items():
            if not SHORTEST <= target <= LONGEST[kind]:
                yield (
                    f"target-{kind.value}-{priority}",
                    f"Promise a {NAMES[kind]} within {spell(SHORTEST)} to {spell(LONGEST[kind])}, such as 10m.",
                )


def _warnings(policy: Policy) -> Iterator[tuple[str, str]]:
    if any(not 0.01 <= share <= 0.99 for share in policy.shares):
        yield "shares", "A share is from 1 to 99 %: the deadline itself is told anyway."
    if len(policy.shares) > MOST_WARNINGS:
        yield "shares", f"{MOST_WARNINGS} shares are enough; more warnings are not read."
    targets = [target for said in policy.targets.values() for target in said.values()]
    for lead in policy.leads:
        if lead < timedelta(seconds=10):
            yield "leads", "A warning comes 10 seconds before the deadline or earlier."
        elif targets and lead >= max(targets):
            yield (
                "leads",
                f"{spell(lead)} before is earlier than the promise begins: the longest one here is {spell(max(targets))}.",
            )
    if len(policy.leads) > MOST_WARNINGS:
        yield "leads", f"{MOST_WARNINGS} lead times are enough; more warnings are not read."


def _ladder(policy: Policy) -> Iterator[tuple[str, str]]:
    before: timedelta | None = None
    for place, rung in enumerate(policy.ladder):
        if not rung.whom:
            yield f"rung-{place}", "Choose who is told, or leave this step out."
        if place and before is not None and rung.after <= before:
            yield f"rung-{place}", f"Each step comes later than the one before: write more than {spell(before)}."
        if place and not timedelta(0) < rung.after <= LONGEST_AFTER:
            yield f"rung-{place}", f"A step comes up to {spell(LONGEST_AFTER)} after the deadline, such as 10m."
        before = rung.after
    if policy.ladder and policy.ladder[0].after:
        yield "rung-0", "The first step stands at the deadline itself."
    if len(policy.ladder) > MOST_RUNGS:
        yield f"rung-{MOST_RUNGS}", f"{MOST_RUNGS} steps are enough: whoever is told by then will not be told better."


def _repeats(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.repeat is not None and not SHORTEST <= policy.repeat <= LONGEST_REPEAT:
        yield "repeat", f"Repeat every {spell(SHORTEST)} to {spell(LONGEST_REPEAT)}, such as 10m."
    if policy.repeat is None and policy.repeats:
        yield "repeat", "Say how long after the last step it is told again, such as 10m, or repeat it 0 times."
    elif policy.repeat is not None and not 1 <= policy.repeats <= MOST_REPEATS:
        yield "repeats", f"Repeat it 1 to {MOST_REPEATS} times, or leave the time empty."
