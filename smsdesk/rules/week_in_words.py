"""A week of opening hours as one would say it."""

from collections.abc import Sequence

from smsdesk.rules.opening_hours import A_DAY, Span
from smsdesk.rules.times_of_day import shown

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = tuple(day[:3] for day in DAYS)
AROUND_THE_CLOCK = (Span(0, A_DAY),)


def week_in_words(week: Sequence[Sequence[Span]]) -> str:
    """`Mon–Thu 09:00–18:00, Fri 09:00–12:00 and 13:00–17:00; closed on Sat and Sun`."""
    runs = _runs([tuple(spans) for spans in week])
    if len(runs) == 1 and runs[0][2] == AROUND_THE_CLOCK:
        return "Always open"
    open_days = [f"{_days(first, last)} {spans_in_words(spans)}" for first, last, spans in runs if spans]
    closed = [_days(first, last) for first, last, spans in runs if not spans]
    if not open_days:
        return "Never open"
    return ", ".join(open_days) + (f"; closed on {_listed(closed)}" if closed else "")


def spans_in_words(spans: Sequence[Span]) -> str:
    """`09:00–12:00 and 13:00–18:00`, `18:00–02:00`, `around the clock`, `closed`."""
    if not spans:
        return "closed"
    if tuple(spans) == AROUND_THE_CLOCK:
        return "around the clock"
    return _listed([f"{shown(span.opens)}–{shown(span.closes)}" for span in spans])


def over_midnight(day: int, spans: Sequence[Span]) -> str:
    """What a day's last closing means when it is on the next day; empty when it is not."""
    late = max((span.closes for span in spans), default=0)
    if late <= A_DAY:
        return ""
    return f"open until {shown(late)} on {DAYS[(day + 1) % 7]}"


def _runs(week: list[tuple[Span, ...]]) -> list[tuple[int, int, tuple[Span, ...]]]:
    runs: list[tuple[int, int, tuple[Span, ...]]] = []
    for day, spans in enumerate(week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


def _days(first: int, last: int) -> str:
    if first == last:
        return SHORT[first]
    return f"{SHORT[first]}{' and ' if last == first + 1 else '–'}{SHORT[last]}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
