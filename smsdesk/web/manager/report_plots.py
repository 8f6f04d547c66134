"""Draws days and weeks. Widths are percent and heights pixels, so that words keep their size on every screen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from smsdesk.desk.report import Slot, Slots
from smsdesk.rules.packed_waits import Account
from smsdesk.web.manager.report_words import WEEKDAYS, counted, face, short_day, slot_words
from smsdesk.web.manager.short_words import short

HEIGHT, TOP, BASE, TICK_BASE = 212, 16, 186, 206  # pixels
MOST_TICKS, MOST_LINES = 7, 5
SHARE_OF_SLOT, WIDEST = 0.72, 0.09
MARKS = [timedelta(seconds=s) for s in (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 345600, 604800, 2419200)]  # fmt: skip
SHADES = 5


@dataclass(frozen=True, slots=True)
class Words:
    """Words at a place: under the axis, or beside a line across."""

    x: str
    y: int
    words: str
    anchor: str = "middle"
    is_spare: bool = False  # there is no room for it on a phone


@dataclass(frozen=True, slots=True)
class Rect:
    kind: str
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    x1: str
    y1: int
    x2: str
    y2: int


@dataclass(frozen=True, slots=True)
class Dot:
    kind: str
    x: str
    y: int


@dataclass(frozen=True, slots=True)
class Column:
    """A day, from top to bottom, with what is there in words and the address of what is behind it."""

    x: str
    width: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Plot:
    words: str
    columns: tuple[Column, ...]
    ticks: tuple[Words, ...]
    across: tuple[Words, ...] = ()
    rects: tuple[Rect, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    height: int = HEIGHT
    top: int = TOP
    base: int = BASE


@dataclass(frozen=True, slots=True)
class Cell:
    x: str
    width: str
    y: int
    shade: int  # 0 nothing, 1 to SHADES
    words: str
    figure: str
    address: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    words: str
    cells: tuple[Cell, ...]
    ticks: tuple[Words, ...]
    days: tuple[Words, ...]
    height: int
    row: int


def waits_by_day(days: Sequence[date], accounts: Mapping[date, Account], columns: Sequence[Column], words: str) -> Plot:
    """Three lines. Each line across is a longer wait than the one below by about the same factor, so that all can be read."""
    drawn: list[tuple[str, list[tuple[int, timedelta]]]] = []
    for kind in ("p50", "p90", "p99"):
        points = [(place, getattr(accounts[day].wall, kind)) for place, day in enumerate(days) if day in accounts]
        drawn.append((kind, [(place, length) for place, length in points if length is not None]))
    lengths = [length for _, points in drawn for _, length in points]
    scale = _Scale(min(lengths, default=MARKS[4]), max(lengths, default=MARKS[7]))
    lines, dots = list[Line](), list[Dot]()
    for kind, points in drawn:
        at = [(_middle(place, len(days)), scale.y(length), place) for place, length in points]
        # Over a day without an answer there is no line
        lines += [Line(kind, a[0], a[1], b[0], b[1]) for a, b in pairwise(at) if b[2] == a[2] + 1]
        dots += [Dot(kind, x, y) for x, y, _ in at]
    across = tuple(Words("0", scale.y(mark), short(mark), "start") for mark in scale.marks)
    return Plot(words, tuple(columns), _ticks(days), across, lines=tuple(lines), dots=tuple(dots))


def bars_by_day(
    days: Sequence[date], stacks: Sequence[Sequence[tuple[str, int]]], columns: Sequence[Column], words: str
) -> Plot:
    """For each day its parts, from below."""
    most = max([sum(count for _, count in stack) for stack in stacks] or [0]) or 1
    rects = list[Rect]()
    width = min(SHARE_OF_SLOT / len(days), WIDEST)
    for place, stack in enumerate(stacks):
        y = BASE
        for kind, count in stack:
            height = max(2, round((BASE - TOP - 8) * count / most)) if count else 0
            y -= height
            if height:
                rects.append(Rect(kind, _percent((place + 0.5) / len(days) - width / 2), _percent(width), y, height))
    return Plot(words, tuple(columns), _ticks(days), (Words("0", TOP, f"{most:,}", "start"),), rects=tuple(rects))


def line_by_day(days: Sequence[date], counts: Sequence[int], columns: Sequence[Column], words: str) -> Plot:
    most = max(counts, default=0) or 1
    at = [
        (_middle(place, len(days)), BASE - round((BASE - TOP - 8) * count / most)) for place, count in enumerate(counts)
    ]
    lines = tuple(Line("p50", *a, *b) for a, b in pairwise(at))
    dots = tuple(Dot("p50", x, y) for x, y in at)
    return Plot(words, tuple(columns), _ticks(days), (Words("0", TOP, f"{most:,}", "start"),), lines=lines, dots=dots)


def columns_of(days: Sequence[date], words: Sequence[str], addresses: Sequence[str]) -> list[Column]:
    width = _percent(1 / len(days))
    return [Column(_percent(place / len(days)), width, words[place], addresses[place]) for place in range(len(days))]


LABELS, ROW, HEAD = 0.08, 26, 18


def heat_map(slots: Mapping[Slot, Slots], texts: bool, addresses: Mapping[Slot, str]) -> HeatMap:
    """Hours across, days down. Shaded by how much was late, or by how many texts came."""
    most = max((one.texts for one in slots.values()), default=0) or 1
    width, cells = (1 - LABELS) / 24, list[Cell]()
    for (weekday, hour), address in addresses.items():
        one = slots.get((weekday, hour), Slots())
        shade, figure = _by_texts(one, most) if texts else _by_lateness(one)
        words = f"{slot_words(weekday, hour)}: {slot_figures(one, texts)}"
        place = _percent(LABELS + hour * width)
        cells.append(Cell(place, _percent(width * 0.95), HEAD + weekday * ROW, shade, words, figure, address))
    ticks = tuple(Words(_percent(LABELS + hour * width), HEAD - 6, f"{hour:02}", "start") for hour in range(0, 24, 3))
    days = tuple(Words("0", HEAD + place * ROW + 17, day[:3], "start") for place, day in enumerate(WEEKDAYS))
    return HeatMap(_heat_words(slots, texts), tuple(cells), ticks, days, HEAD + 7 * ROW, ROW - 2)


def slot_figures(one: Slots, texts: bool) -> str:
    if texts:
        return counted(one.texts, "text in", "texts in")
    return f"{one.kept} of {one.count} kept" if one.count else "nothing was decided"


def _by_texts(one: Slots, most: int) -> tuple[int, str]:
    return (math.ceil(SHADES * one.texts / most) if one.texts else 0), f"{one.texts}" if one.texts else ""


def _by_lateness(one: Slots) -> tuple[int, str]:
    if not one.count:
        return 0, ""
    kept = one.kept / one.count
    bounds = (1, 0.9, 0.75, 0.5)  # all kept; nine in ten; three in four; half; fewer
    shade = next((place for place, bound in enumerate(bounds, 1) if kept >= bound), SHADES)
    return shade, f"{math.floor(100 * kept)}"


def _heat_words(slots: Mapping[Slot, Slots], texts: bool) -> str:
    if texts:
        busiest = max(slots.items(), key=lambda one: one[1].texts, default=None)
        if busiest is None or not busiest[1].texts:
            return "No texts in these days."
        return f"Most texts came {slot_words(*busiest[0])}: {busiest[1].texts}."
    worst = max(slots.items(), key=lambda one: one[1].count - one[1].kept, default=None)
    if worst is None or worst[1].count == worst[1].kept:
        return "No promise was broken in these days."
    return f"Most promises were broken {slot_words(*worst[0])}: {worst[1].count - worst[1].kept} of {worst[1].count}."


class _Scale:
    """Waits upwards, each factor the same height."""

    def __init__(self, least: timedelta, most: timedelta) -> None:
        low = max((mark for mark in MARKS if mark <= least), default=MARKS[0])
        high = min((mark for mark in MARKS if mark >= most and mark > low), default=max(most, low * 2))
        self._low, self._span = math.log(low.total_seconds()), math.log(high / low)
        inside = [mark for mark in MARKS if low <= mark <= high]
        self.marks = inside[:: -(-len(inside) // MOST_LINES) or 1]

    def y(self, length: timedelta) -> int:
        seconds = max(math.exp(self._low), length.total_seconds())
        return round(BASE - (BASE - TOP - 8) * (math.log(seconds) - self._low) / self._span)


def _ticks(days: Sequence[date]) -> tuple[Words, ...]:
    step = -(-len(days) // MOST_TICKS)
    shown = range(len(days) - 1, -1, -step)
    return tuple(_tick(place, days, number % 2 == 1) for number, place in reversed(list(enumerate(shown))))


def _tick(place: int, days: Sequence[date], is_spare: bool) -> Words:
    edge = len(days) > MOST_TICKS
    if edge and place == len(days) - 1:
        return Words("100%", TICK_BASE, short_day(days[place]), "end")
    return Words(_middle(place, len(days)), TICK_BASE, short_day(days[place]), is_spare=is_spare)


def day_figures(account: Account | None) -> str:
    if account is None or not account.count:
        return "nothing was decided"
    wall = account.wall
    return f"p50 {face(wall.p50)}, p90 {face(wall.p90)}, p99 {face(wall.p99)}, of {counted(account.count, 'wait', 'waits')}"


def _middle(place: int, count: int) -> str:
    return _percent((place + 0.5) / count)


def _percent(share: float) -> str:
    return f"{100 * share:.3f}%"
