"""Figures of a report in words: shares, waits, changes, and how much can be made of little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from smsdesk.rules.durations import clock_face
from smsdesk.rules.packed_waits import Account
from smsdesk.rules.periods import Days, Period
from smsdesk.web.manager.overviews import NONE_YET
from smsdesk.web.manager.short_words import short

FEW = 20  # below, one customer more or less changes everything
FEW_FOR_P99 = 100  # below, "99 of a hundred" is the longest wait
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHOICES = {
    Days.TODAY: "Today",
    Days.YESTERDAY: "Yesterday",
    Days.SEVEN: "7 days",
    Days.TWENTY_EIGHT: "28 days",
    Days.MONTH: "This month",
}
AGAINST = {
    Days.TODAY: "the same weekday a week before, up to now",
    Days.YESTERDAY: "the same weekday a week before",
    Days.SEVEN: "the week before",
    Days.TWENTY_EIGHT: "the 28 days before",
    Days.MONTH: "the month before, as far in",
    Days.OWN: "the same weekdays before",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before; `tone` is good, bad or nothing."""

    words: str
    tone: str = ""


def share(account: Account) -> str:
    """One decimal, and never 100% while one was broken."""
    if account.share_kept is None:
        return NONE_YET
    return "100%" if account.share_kept == 1 else f"{min(99.9, round(100 * account.share_kept, 1)):.1f}%"


def face(length: timedelta | None) -> str:
    return NONE_YET if length is None else clock_face(length)


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def share_change(now: Account, before: Account) -> Change:
    if now.share_kept is None or before.share_kept is None:
        return Change("nothing before to compare with" if now.count else "")
    points = round(100 * (now.share_kept - before.share_kept), 1)
    if points == 0:
        return Change("as before")
    return Change(f"{abs(points):.1f} points {'up' if points > 0 else 'down'}", "good" if points > 0 else "bad")


def wait_change(now: timedelta | None, before: timedelta | None) -> Change:
    if now is None or before is None:
        return Change("")
    if abs(now - before) < timedelta(seconds=1):
        return Change("as before")
    return Change(f"{short(now - before)} {'slower' if now > before else 'quicker'}", "bad" if now > before else "good")


def count_change(now: int, before: int) -> Change:
    """More texts are neither good nor bad."""
    if now == before:
        return Change("as before" if now else "")
    if not before:
        return Change("none before")
    percent = round(100 * (now - before) / before)
    return Change(f"{abs(percent)}% {'more' if now > before else 'fewer'}" if percent else "about as before")


def period_words(period: Period) -> str:
    if period.first == period.last:
        return day_words(period.first, year=True)
    return (
        f"{day_words(period.first, year=period.first.year != period.last.year)} to {day_words(period.last, year=True)}"
    )


def day_words(day: date, year: bool = False) -> str:
    return f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if year else "")


def short_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def slot_words(weekday: int, hour: int) -> str:
    return f"{WEEKDAYS[weekday]} {hour:02}:00 to {(hour + 1) % 24:02}:00"


def little(count: int) -> str:
    """What must be said beside figures of few waits; nothing where there are enough."""
    if 0 < count < FEW:
        return f"Only {counted(count, 'wait was', 'waits were')} decided in these days: one more or less changes every figure."
    return ""
