"""What the pages of policies show: small frozen facts in words, so that a template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from smsdesk.web.manager.policy_forms import Typed


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy of the list; `place` counts from 1."""

    id: UUID
    place: int
    name: str
    is_on: bool
    for_whom: str
    promises: str
    counted: str
    warnings: str
    ladder: str
    repeats: str
    when_told: str
    is_first: bool
    is_last: bool
    never_asked: str  # why no conversation ever reaches it


@dataclass(frozen=True, slots=True)
class NumberPromise:
    """What a number promises by itself, where no policy fits."""

    id: UUID
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Following:
    """How far running clocks have followed the last change: `left` of them are still to be looked at."""

    anew: int
    left: int


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class EditorPicture:
    """`id` None: it is not kept yet. `address` is where saving goes, `seen` as of when it was looked at."""

    id: UUID | None
    title: str
    typed: Typed
    problems: dict[str, str]
    address: str
    seen: str
    may_change: bool
    numbers: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    tags: tuple[str, ...]
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleRow:
    conversation_id: UUID
    customer: str
    words: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Prospect:
    """What saving would do at this moment."""

    sentences: tuple[str, ...]
    is_bad: bool
    examples: tuple[ExampleRow, ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: datetime
    at_words: str
    who: str
    words: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the side by side: a figure of today and of the draft, and how long their bars are, in percent."""

    words: str
    today: str
    candidate: str
    today_length: str
    candidate_length: str
    verdict: str  # better, worse or same


@dataclass(frozen=True, slots=True)
class Chart:
    """Pairs that share a scale. `words` says it all to whoever does not see the picture."""

    key: str
    title: str
    pairs: tuple[Pair, ...]
    words: str


@dataclass(frozen=True, slots=True)
class TrialPicture:
    """`state` is waiting, running, done or failed; figures are there once it is done."""

    id: UUID
    state: str
    days: int
    done: int
    total: int
    waits: int
    sentence: str
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]
