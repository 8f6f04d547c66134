"""What the staffing page shows: small frozen facts, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from smsdesk.web.manager.pictures import Tick


@dataclass(frozen=True, slots=True)
class Link:
    """One of several that can be looked at: a team, a number, a day."""

    words: str
    address: str
    here: bool
    spoken: str = ""  # where the words are cut short


@dataclass(frozen=True, slots=True)
class HourBar:
    """One hour; positions are percent of the width and pixels of the height."""

    left: str
    width: str
    bar_left: str
    bar_width: str
    top: int
    height: int
    need_top: int
    need_height: int
    middle: str
    words: str
    hour: str  # 9:00
    expected: str  # 7.5
    last: int
    people: int
    need_words: str  # the share kept with them, where that is below the aim
    kept: str


@dataclass(frozen=True, slots=True)
class DayChart:
    """Bars of the last such day, the expected line over them, and the people needed in a band below."""

    bars: tuple[HourBar, ...]
    ticks: tuple[Tick, ...]
    line: str  # the points of the expected line, in a box of 1000 by `box`
    box: int
    words: str
    height: int
    top: int
    base: int
    tick_base: int
    need_base: int
    last_words: str  # last Friday


@dataclass(frozen=True, slots=True)
class TrialRow:
    """With so many people."""

    people: int
    day: str  # 97.2%
    peak: str
    is_enough: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class StaffingPicture:
    """The whole page; without a chart where the past is too short, and `too_short` says why."""

    here: str
    day_words: str  # Friday 27 November
    weekday: str
    choices: tuple[Link, ...]
    days: tuple[Link, ...]
    hidden: tuple[tuple[str, str], ...]  # what the form brings along
    within: str  # within 10 min
    aim: str  # 95%
    too_short: str
    needed: int
    peak_hour: str
    not_reached: str  # "" where people can keep the promise
    expected: str
    stands_on: str  # 8 Fridays
    left_out: tuple[str, ...]
    typed: str
    problem: str
    people_words: str
    kept: str
    kept_is_enough: bool
    kept_words: str
    handling: str
    at_once: int
    answers: str
    chart: DayChart | None
    trial: tuple[TrialRow, ...]
