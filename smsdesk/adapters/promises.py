"""What a transaction asks for and gets only after its commit: work to be done later, and news for open pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class News:
    """Something changed: its kind, its id, and who may hear of it. Never what it says."""

    kind: str
    id: UUID | None
    team_id: UUID | None = None
    agent_id: UUID | None = None


@dataclass
class Promises:
    """Job names, each once, and news in order."""

    jobs: dict[str, None] = field(default_factory=dict)
    news: dict[News, None] = field(default_factory=dict)


def later(session: Session, job: str) -> None:
    """Ask for a job such as `routing.drain`. A hint only: the rows it looks at are what counts."""
    _promises(session).jobs[job] = None


def announce(
    session: Session, kind: str, id: UUID | None, *, team_id: UUID | None = None, agent_id: UUID | None = None
) -> None:
    """Tell open pages of a team or an agent that something changed; with neither, those who see all teams."""
    _promises(session).news[News(kind, id, team_id, agent_id)] = None


def promised(session: Session) -> Promises:
    """Take what was asked for; a second call finds nothing."""
    return cast(Promises, session.info.pop("promises", None) or Promises())


def _promises(session: Session) -> Promises:
    return cast(Promises, session.info.setdefault("promises", Promises()))
