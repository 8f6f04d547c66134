"""What the pages of watches show: small frozen facts, already in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One watch in a list. `state`: firing, quiet, muted or off; what is muted and fires is `muted`, and says so."""

    id: UUID
    name: str
    sentence: str  # "" where the name says it already
    place: str
    state: str
    state_words: str  # since 11:22 · told Sam, Ana
    value: str
    owners: str
    muted: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a day; percent of its width."""

    left: str
    width: str
    words: str


@dataclass(frozen=True, slots=True)
class DayStrip:
    """One day of a trial, with its firings and with what lies before the trial."""

    day: str
    blocks: tuple[Block, ...]
    unknown: Block | None
    times: str  # "", once, 3 times


@dataclass(frozen=True, slots=True)
class FiringRow:
    """One firing of a trial in words."""

    day: str
    since: str
    until: str
    lasted: str
    peak: str


@dataclass(frozen=True, slots=True)
class TrialPicture:
    """How a watch would have fared: a sentence, a strip a day, and the same as a table."""

    headline: str
    words: str
    days: tuple[DayStrip, ...]
    rows: tuple[FiringRow, ...]
    more: int  # firings that the table has no room for
    stands_on: str


@dataclass(frozen=True, slots=True)
class LinePicture:
    """A figure over a day, in a box of 600 by 120; `lines` are the points of its unbroken parts."""

    lines: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]  # a moment alone between two gaps
    limit_y: str
    clears_y: str
    top: str
    limit_words: str
    ticks: tuple[str, ...]
    words: str
    rows: tuple[tuple[str, str], ...]  # each hour, for the table


@dataclass(frozen=True, slots=True)
class HappenedRow:
    """Something that happened to a watch."""

    kind: str
    kind_words: str
    words: str
    at: str
    at_words: str
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be picked."""

    value: str
    words: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Preset:
    """A watch to begin with."""

    figure: str
    words: str
    about: str


@dataclass(frozen=True, slots=True)
class WatchForm:
    """A form as it was typed, with what is wrong beside each field."""

    action: str
    figure: str
    figure_words: str
    about: str
    unit: str
    has_percentile: bool
    has_window: bool
    typed: dict[str, str]
    problems: dict[str, str]
    percentiles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    owners: tuple[Choice, ...]
    only_open: bool
    is_on: bool
    is_new: bool
    back: str


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """What a rule would say at this moment; or what is to be mended first."""

    sentence: str = ""
    turning: str = ""
    value: str = ""
    cases: str = ""
    state: str = "quiet"
    state_words: str = ""
    problems: tuple[str, ...] = field(default=())
