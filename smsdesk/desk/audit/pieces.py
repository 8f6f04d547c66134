"""What a run is made of: parts that are gone through row by row, and what was found in a piece of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.rules.audit import Kind


@dataclass(frozen=True)
class Span:
    """The run that is done, the time that it is about, and how far its present part is."""

    run_id: UUID
    since: datetime
    until: datetime
    gone_through: UUID | None

    def covers(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True)
class Finding:
    """One row of `audit_finding`; `detail` holds ids, figures and words of ours, never a text or a phone number."""

    kind: Kind
    at: datetime
    team_id: UUID | None = None
    conversation_id: UUID | None = None
    episode_id: UUID | None = None
    clock_id: UUID | None = None
    seq: int | None = None  # the text that it is about
    length: timedelta | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def row(self, run_id: UUID) -> dict[str, Any]:
        seconds = None if self.length is None else round(self.length.total_seconds(), 3)
        said = {"seq": self.seq, "seconds": seconds, **self.detail}
        return {
            "id": new_id(),
            "run_id": run_id,
            "kind": self.kind.value,
            "at": self.at,
            "team_id": self.team_id,
            "conversation_id": self.conversation_id,
            "episode_id": self.episode_id,
            "clock_id": self.clock_id,
            "detail": {name: value for name, value in said.items() if value is not None},
        }


@dataclass(frozen=True)
class Piece:
    """So many rows were looked at, up to `last`; None: there are no more."""

    looked_at: int
    last: UUID | None
    found: Sequence[Finding] = ()


@dataclass(frozen=True)
class Part:
    """Which rows there are, and how the next few are looked at; both only read."""

    count: Callable[[Session, Span], int]
    look: Callable[[Session, Span], Piece]
