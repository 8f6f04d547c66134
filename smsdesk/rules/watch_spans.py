"""Stretches of time that a watch looks at: while nobody had a conversation that waits, and while nobody was available."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from smsdesk.rules.watch_figures import Span

Moves = Sequence[tuple[datetime, bool]]  # in order: from this moment on, somebody has it (or is there), or not


def one_after_another(waits: Sequence[Span]) -> list[Span]:
    """The waits of one conversation, in which one clock runs at a time: a later text stands behind an earlier one."""
    apart: list[Span] = []
    for wait in sorted(waits, key=lambda wait: wait.starts_at):
        before = apart[-1] if apart else None
        if before is None or (before.ends_at is not None and before.ends_at <= wait.starts_at):
            apart.append(wait)
        elif before.ends_at is not None and (wait.ends_at is None or wait.ends_at > before.ends_at):
            apart[-1] = replace(before, ends_at=wait.ends_at)
    return apart


def without(wait: Span, moves: Moves) -> list[Span]:
    """The parts of a wait in which nobody had the conversation; before its first move nobody did."""
    parts: list[Span] = []
    free_since: datetime | None = wait.starts_at
    for at, has_somebody in moves:
        if wait.ends_at is not None and at >= wait.ends_at:
            break
        if has_somebody and free_since is not None:
            if free_since < at:
                parts.append(Span(free_since, at, wait.place))
            free_since = None
        elif not has_somebody and free_since is None:
            free_since = max(at, wait.starts_at)
    if free_since is not None:
        parts.append(Span(free_since, wait.ends_at, wait.place))
    return parts


def nobody(people: Iterable[Moves], since: datetime) -> list[Span]:
    """When none of these people was there, from `since` on. Before their first move, people were the other way round."""
    turns: list[tuple[datetime, int]] = []
    there = 0
    for moves in people:
        is_there = bool(moves) and not moves[0][1]
        there += is_there
        for at, becomes in moves:
            if becomes != is_there:
                turns.append((at, 1 if becomes else -1))
                is_there = becomes
    return _gaps(sorted(turns), there, since)


def _gaps(turns: Sequence[tuple[datetime, int]], there: int, since: datetime) -> list[Span]:
    gaps: list[Span] = []
    empty_since = since if there == 0 else None
    for at, change in turns:
        there += change
        if there == 0 and empty_since is None:
            empty_since = at
        elif there > 0 and empty_since is not None:
            if empty_since < at:
                gaps.append(Span(empty_since, at))
            empty_since = None
    return gaps if empty_since is None else [*gaps, Span(empty_since, None)]
