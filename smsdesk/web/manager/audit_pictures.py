"""What the auditor's page shows: small frozen facts, already in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding; `address` leads to the conversation, at the text that it is about."""

    id: UUID
    customer: str | None
    number: str | None
    address: str | None
    words: str
    at: datetime
    at_words: str


@dataclass(frozen=True, slots=True)
class Group:
    """One kind: what it is, what it means, and the first of it; `more` counts those that are not shown."""

    kind: str
    title: str
    sentence: str
    count: str
    rows: tuple[FindingRow, ...]
    more: str  # "" where all are shown
    more_address: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of what is shown."""

    words: str
    count: str
    address: str
    here: bool


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round through the log, among the last ones."""

    address: str
    title: str
    when: str
    found: str
    state: str  # done | running | failed
    here: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the round is that goes on now; `total` 0: it has not been counted yet."""

    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class RoundPicture:
    """The round that is looked at."""

    title: str
    span: str
    state: str
    looked_at: str
    found: int
    filters: tuple[Filter, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class AuditPicture:
    """The page; `here` is None before the first round. `query` is what the fragment is asked with."""

    here: RoundPicture | None
    rounds: tuple[RoundRow, ...]
    progress: Progress | None
    query: str
