"""What is said about a watch: its sentence, its figures, and what it tells when it fires and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from smsdesk.rules.durations import spell
from smsdesk.rules.watches import Figure, Found, Unit, WatchRule

NONE_THERE = "–"
_SHORT = (("minute", "min"), ("second", "s"), ("hour", "h"))

FIGURES = {
    Figure.FIRST_REPLY: "First reply",
    Figure.NEXT_REPLY: "Next reply",
    Figure.UNASSIGNED: "Unassigned",
    Figure.OLDEST_WAITING: "Oldest waiting",
    Figure.WAITING: "Waiting",
    Figure.DELIVERY_FAILURES: "Delivery failures",
    Figure.NOBODY_AVAILABLE: "Nobody available",
}


def subject(rule: WatchRule) -> str:
    """`First reply p90`."""
    return FIGURES[rule.figure] + (f" p{rule.percentile}" if rule.percentile else "")


def title(rule: WatchRule) -> str:
    """As a list has room for: `First reply p90 over 8 min`."""
    return short(_phrase(rule, shown(rule.unit, rule.limit)))


def sentence(rule: WatchRule) -> str:
    """`First reply p90 over 8 minutes in the last 30 minutes, while open`."""
    window = f" in the last {span(rule.window)}" if rule.window else ""
    return _phrase(rule, shown(rule.unit, rule.limit)) + window + (", while open" if rule.only_open else "")


def fired_words(rule: WatchRule, found: Found) -> str:
    """What is told when it fires."""
    return _FIRED[rule.figure](rule, found)


def cleared_words(rule: WatchRule, found: Found, lasted: timedelta) -> str:
    """What is written down when it is over."""
    if found.value is None:
        return f"Over after {spell(lasted)}: there is nothing left to measure."
    return f"Over after {spell(lasted)}: {_lower(subject(rule))} is back at {shown(rule.unit, found.value)}."


def turning_words(rule: WatchRule) -> str:
    """When it fires and when it is over."""
    fires, ends = shown(rule.unit, rule.limit), shown(rule.unit, rule.clears_at)
    proof = f", with {rule.at_least} {_cases(rule, rule.at_least)} at least" if rule.at_least > 1 else ""
    return f"Fires at {fires}{proof}; is over below {ends}."


def shown(unit: Unit, value: float | None) -> str:
    """A figure for people: `9 minutes 12 seconds`, `6.2%`, `15`."""
    if value is None:
        return NONE_THERE
    if unit is Unit.SECONDS:
        return spell(timedelta(seconds=value))
    if unit is Unit.SHARE:
        return f"{100 * value:.1f}".removesuffix(".0") + "%"
    return f"{value:g}"


def typed(unit: Unit, value: float) -> str:
    """A limit as a person would type it: `8m`, `5%`, `15`."""
    if unit is not Unit.SECONDS:
        return shown(unit, value)
    return typed_length(timedelta(seconds=value))


def typed_length(length: timedelta) -> str:
    """`90s`, `8m`, `2h`."""
    seconds = round(length.total_seconds())
    size, letter = next(
        (size, letter) for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")) if seconds % size == 0
    )
    return f"{seconds // size}{letter}"


def span(length: timedelta) -> str:
    """A window: `30 minutes`, and `hour` where "the last 1 hour" would be odd."""
    words = spell(length)
    return words.removeprefix("1 ") if words.count(" ") == 1 else words


def short(words: str) -> str:
    """`8 min` for `8 minutes`."""
    for unit, shorter in _SHORT:
        words = words.replace(f"{unit}s", shorter).replace(unit, shorter)
    return words


def _phrase(rule: WatchRule, limit: str) -> str:
    if rule.figure is Figure.WAITING:
        return f"{limit} or more waiting"
    joined = "for" if rule.figure in {Figure.UNASSIGNED, Figure.NOBODY_AVAILABLE} else "over"
    return f"{subject(rule)} {joined} {limit}"


def _of_replies(rule: WatchRule, found: Found) -> str:
    return (
        f"{subject(rule)} is {shown(rule.unit, found.value)}: the limit is {shown(rule.unit, rule.limit)}. "
        f"{found.cases} {_cases(rule, found.cases)} in the last {span(rule.window)}."
    )


def _of_unassigned(rule: WatchRule, found: Found) -> str:
    if found.cases == 1:
        return f"A customer has waited {shown(rule.unit, found.value)} with nobody assigned."
    return f"{found.cases} customers wait with nobody assigned, the longest for {shown(rule.unit, found.value)}."


def _of_oldest(rule: WatchRule, found: Found) -> str:
    wait = shown(rule.unit, found.value)
    return f"A customer has waited {wait}." if found.cases == 1 else f"The oldest of {found.cases} has waited {wait}."


def _of_waiting(rule: WatchRule, found: Found) -> str:
    return (
        f"{shown(rule.unit, found.value)} {'customer waits' if found.cases == 1 else 'customers wait'} for an answer."
    )


def _of_failures(rule: WatchRule, found: Found) -> str:
    return (
        f"{shown(rule.unit, found.value)} of our texts did not arrive: the limit is {shown(rule.unit, rule.limit)}. "
        f"{found.cases} {_cases(rule, found.cases)} in the last {span(rule.window)}."
    )


def _of_nobody(rule: WatchRule, found: Found) -> str:
    return f"Nobody has been available for {shown(rule.unit, found.value)}."


_FIRED: dict[Figure, Callable[[WatchRule, Found], str]] = {
    Figure.FIRST_REPLY: _of_replies,
    Figure.NEXT_REPLY: _of_replies,
    Figure.UNASSIGNED: _of_unassigned,
    Figure.OLDEST_WAITING: _of_oldest,
    Figure.WAITING: _of_waiting,
    Figure.DELIVERY_FAILURES: _of_failures,
    Figure.NOBODY_AVAILABLE: _of_nobody,
}


def _cases(rule: WatchRule, count: int) -> str:
    if rule.figure is Figure.DELIVERY_FAILURES:
        return "text" if count == 1 else "texts"
    return "customer" if count == 1 else "customers"


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
