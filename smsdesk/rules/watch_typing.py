"""What a manager types for a watch, read with care: everything that is wrong is told at once, each beside its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from smsdesk.rules.durations import NotADuration, parse, spell
from smsdesk.rules.watch_words import shown
from smsdesk.rules.watches import NO_WINDOW, PERCENTILES, REPLY_TIMES, UNITS, WINDOWED, Figure, Unit, WatchRule

SHORTEST_WINDOW, LONGEST_WINDOW = timedelta(minutes=5), timedelta(days=1)
SMALLEST = {Unit.SECONDS: 10.0, Unit.SHARE: 0.001, Unit.COUNT: 1.0}
LARGEST = {Unit.SECONDS: 7 * 86_400.0, Unit.SHARE: 1.0, Unit.COUNT: 100_000.0}
MOST_CASES = 10_000
CLEARS_AT_SHARE = 0.8  # of the limit, where nothing else was typed
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%?", re.ASCII)
_COUNT = re.compile(r"\d{1,6}", re.ASCII)


class NotAWatch(ValueError):
    """What was typed cannot be watched; `problems` has a sentence for each field that is to be mended."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass
class _Reader:
    """One field after another; what is wrong is kept, and something harmless stands in for it."""

    typed: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def wrong(self, name: str, words: str) -> None:
        self.problems.setdefault(name, words)


def read(typed: Mapping[str, str]) -> WatchRule:
    """`figure`, `percentile`, `limit`, `clears_at`, `window`, `at_least`, `only_open` as a form sends them. Raises NotAWatch."""
    reader = _Reader(typed)
    figure = _figure(reader)
    unit = UNITS[figure]
    limit = _amount(reader, "limit", unit)
    rule = WatchRule(
        figure=figure,
        limit=limit,
        clears_at=_clears_at(reader, unit, limit),
        percentile=_percentile(reader) if figure in REPLY_TIMES else None,
        window=_window(reader) if figure in WINDOWED else NO_WINDOW,
        at_least=_at_least(reader) if figure in WINDOWED else 1,
        only_open=bool(reader.text("only_open")),
    )
    ensure_sound(rule, reader.problems)
    return rule


def ensure_sound(rule: WatchRule, known: Mapping[str, str] = {}) -> None:
    """Raises NotAWatch for a rule that can never fire, never ends, or never rests; `known` is wrong already."""
    reader = _Reader({}, dict(known))
    for name, value in (("limit", rule.limit), ("clears_at", rule.clears_at)):
        if not SMALLEST[rule.unit] <= value <= LARGEST[rule.unit]:
            reader.wrong(name, _range_words(rule.unit))
    if rule.clears_at > rule.limit:
        reader.wrong("clears_at", f"It is over below this, so it is {shown(rule.unit, rule.limit)} or less.")
    if (rule.figure in REPLY_TIMES) != (rule.percentile in PERCENTILES):
        reader.wrong("percentile", "Of reply times take 50, 90 or 99; other figures have none.")
    if rule.figure in WINDOWED and not SHORTEST_WINDOW <= rule.window <= LONGEST_WINDOW:
        reader.wrong(
            "window", f"Look back from {spell(SHORTEST_WINDOW)} to {spell(LONGEST_WINDOW)}, such as 30m or 2h."
        )
    if rule.figure not in WINDOWED and rule.window:
        reader.wrong("window", "This figure is of the present moment, so it looks back over nothing.")
    if not 1 <= rule.at_least <= MOST_CASES:
        reader.wrong("at_least", f"Write a whole number from 1 to {MOST_CASES}.")
    if reader.problems:
        raise NotAWatch(reader.problems)


def clears_by_itself(unit: Unit, limit: float) -> float:
    """Where it is over, if nobody says: somewhat below the limit, in steps that can be read."""
    if unit is Unit.SHARE:
        return max(SMALLEST[unit], round(limit * CLEARS_AT_SHARE, 3))
    return max(SMALLEST[unit], float(round(limit * CLEARS_AT_SHARE)))


def _figure(reader: _Reader) -> Figure:
    try:
        return Figure(reader.text("figure"))
    except ValueError:
        raise NotAWatch({"figure": "Choose what is to be watched."}) from None


def _amount(reader: _Reader, name: str, unit: Unit) -> float:
    text = reader.text(name)
    if unit is Unit.SECONDS:
        try:
            return parse(text).total_seconds()
        except NotADuration:
            reader.wrong(name, "Write a length of time, such as 90s, 8m or 2h.")
    elif unit is Unit.SHARE:
        if found := _SHARE.fullmatch(text):
            return float(found[1].replace(",", ".")) / 100
        reader.wrong(name, "Write a share, such as 5% or 2.5%.")
    else:
        if found := _COUNT.fullmatch(text):
            return float(found[0])
        reader.wrong(name, "Write how many customers, such as 15.")
    return SMALLEST[unit]


def _clears_at(reader: _Reader, unit: Unit, limit: float) -> float:
    return _amount(reader, "clears_at", unit) if reader.text("clears_at") else clears_by_itself(unit, limit)


def _percentile(reader: _Reader) -> int:
    text = reader.text("percentile")
    if text not in {str(one) for one in PERCENTILES}:
        reader.wrong("percentile", "Choose p50, p90 or p99.")
        return PERCENTILES[0]
    return int(text)


def _window(reader: _Reader) -> timedelta:
    try:
        return parse(reader.text("window"))
    except NotADuration:
        reader.wrong("window", "Write how far to look back, such as 30m or 2h.")
        return SHORTEST_WINDOW


def _at_least(reader: _Reader) -> int:
    text = reader.text("at_least") or "1"
    if not _COUNT.fullmatch(text):
        reader.wrong("at_least", f"Write a whole number from 1 to {MOST_CASES}.")
        return 1
    return int(text)


def _range_words(unit: Unit) -> str:
    return {
        Unit.SECONDS: "A limit is from 10 seconds to 7 days.",
        Unit.SHARE: "A limit is from 0.1% to 100%.",
        Unit.COUNT: "A limit is from 1 to 100,000 customers.",
    }[unit]
