"""What the auditor found, in a manager's words: one table from the kind to its title, its meaning and the sentence of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from smsdesk.rules.audit import Kind
from smsdesk.rules.durations import spell

Detail = Mapping[str, Any]

_COLUMNS = {
    "state": "whether it runs",
    "started_at": "its start",
    "target": "the promised time",
    "due_at": "its deadline",
    "fulfilled_at": "when it was kept",
    "breached_at": "when it was missed",
    "next_step": "the next alert",
    "next_alert_at": "the moment of the next alert",
    "events": "all of its history",
}


@dataclass(frozen=True)
class Words:
    """`short` is for the filter, `row` for one finding."""

    title: str
    short: str
    meaning: str
    row: Callable[[Detail], str]


def _closed(detail: Detail) -> str:
    more = detail.get("count", 1) - 1
    also = f", and {more} more with it" if more else ""
    return f"Resolved while a text had waited for {_length(detail)}{also}."


def _held(detail: Detail) -> str:
    if detail.get("why") == "asked_again":
        return f"The customer had to ask again, {_length(detail)} after this reply."
    return f"The reply promised another one; {_length(detail)} later this was resolved, and none had come."


def _late(detail: Detail) -> str:
    if detail.get("why") == "never_told":
        return f"{_step(detail)} has been due for {_length(detail)}, and nobody was told."
    return f"{_step(detail)} came {_exact(detail)} late."


def _different(detail: Detail) -> str:
    columns = [_COLUMNS.get(column, column.replace("_", " ")) for column in detail.get("columns", ())]
    return f"Stored otherwise than its history says: {', '.join(columns)}."


WORDS: Mapping[Kind, Words] = {
    Kind.CLOSED_UNANSWERED: Words(
        "Closed on an unanswered question",
        "Closed unanswered",
        "Somebody resolved these while a customer's text had no answer. Open them, and answer where it still matters.",
        _closed,
    ),
    Kind.PAUSED_UNANSWERED: Words(
        "Put aside while a customer waited",
        "Put aside",
        "The time to a solution stood still although a text was unanswered, so the figures look better than the wait was.",
        lambda detail: f"The clock stood still for {_length(detail)} although a text waited.",
    ),
    Kind.HOLDING_REPLY: Words(
        "Replies that only stopped the clock",
        "Holding replies",
        "These count as promises kept, yet the customer had to ask again or never got the answer.",
        _held,
    ),
    Kind.LATE_ALERT: Words(
        "Alerts that were late",
        "Late alerts",
        "Told more than a second after they could have been. Mostly the machine was off or too busy.",
        _late,
    ),
    Kind.MISSED_WITHOUT_ALERT: Words(
        "Missed deadlines of which nobody was told",
        "Nobody told",
        "The promised time ran out and no alert was raised. Ask your operator whether the clock process runs.",
        lambda _: "The promised time ran out, and no alert was raised.",
    ),
    Kind.CLOCK_DIFFERS: Words(
        "Clocks that are not what their history says",
        "Clocks",
        "A fault of SMSDesk, or somebody changed the database by hand. Your operator sees every difference with “replay-clocks”.",
        _different,
    ),
    Kind.NO_REPLY_NEEDED: Words(
        "Closed because no reply was needed",
        "No reply needed",
        "A person decided so. Would you have, too?",
        lambda detail: (
            "Somebody said that no reply was needed"
            + (f" to these {detail['count']} texts." if detail.get("count", 1) > 1 else ".")
        ),
    ),
}


def _step(detail: Detail) -> str:
    name, _, figure = str(detail.get("step", "")).partition("_")
    if name == "warn":
        return f"The warning at {figure} %"
    if name == "lead":
        return f"The warning {spell(timedelta(seconds=int(figure)))} before the deadline"
    return {"breach": "The alert at the deadline", "rung": "An escalation", "repeat": "A repeated alert"}.get(
        name, "An alert"
    )


def _length(detail: Detail) -> str:
    seconds = float(detail.get("seconds", 0))
    return spell(timedelta(seconds=seconds)) if seconds >= 1 else "less than a second"


def _exact(detail: Detail) -> str:
    seconds = float(detail.get("seconds", 0))
    return f"{seconds:.1f} seconds" if seconds < 60 else spell(timedelta(seconds=seconds))
