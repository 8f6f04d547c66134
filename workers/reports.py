"""The reports queue: long work that nobody's text may wait for: trials of a policy, the auditor, roll-ups."""

from __future__ import annotations

from collections.abc import Callable

from workers.draining import Turns, picked_up

# Each does what it finds, for half a minute at most, keeps what it has done, and needs no Redis
PARTS: tuple[Callable[[], None], ...] = ()


def drain() -> None:
    """The RQ job."""
    picked_up("reports.drain")
    sweep()


def sweep() -> None:
    """Do everything that waits."""
    _turns.take()


def _do_all() -> None:
    for part in PARTS:
        part()


_turns = Turns(_do_all)
