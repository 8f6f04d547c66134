"""What a page of reports shows: small frozen facts, already in words, so that a template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from smsdesk.web.manager.pictures import NumberChoice
from smsdesk.web.manager.report_plots import HeatMap, Plot
from smsdesk.web.manager.report_words import Change


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the drop-downs; `all_words` is the choice of none in particular."""

    name: str
    label: str
    all_words: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A figure, and what is behind it; an address of nothing where there is nothing."""

    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A card with one large figure. `under` are smaller ones."""

    id: str
    title: str
    value: Linked
    unit: str
    change: Change
    under: tuple[tuple[str, Linked, Change], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of promises."""

    name: str
    address: str
    count: Linked
    late: Linked
    share: str
    p50: str
    p90: str
    p99: str
    open_p50: str
    open_p90: str
    thin: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A column; `order` as a table says it: ascending, descending or none."""

    words: str
    address: str
    order: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of volumes."""

    day: str
    cells: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One day of the week, an hour a cell."""

    day: str
    cells: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class ReportPicture:
    period: str
    zone: str
    against: str
    live_address: str
    choices: tuple[NumberChoice, ...]
    selects: tuple[Choice, ...]
    days: str
    typed: tuple[str, str]
    kept_open: bool
    problem: str
    little: str
    is_empty: bool
    figures: tuple[Figure, ...]
    waits: Plot
    bars: Plot
    by_day: tuple[Row, ...]
    volumes: Plot | None
    backlog: Plot | None
    volume_rows: tuple[DayRow, ...]
    heat: HeatMap
    heat_choices: tuple[NumberChoice, ...]
    heat_is_texts: bool
    slot_rows: tuple[SlotRow, ...]
    tables: tuple[Table, ...]
    resolution: Figure | None
    waits_csv: str
    summary_csv: str
