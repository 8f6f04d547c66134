"""The alerts queue: what was told on screen goes out by mail, push, phone and to programs, too."""

from __future__ import annotations

from collections.abc import Callable

from workers.draining import Turns, picked_up

# Each sends everything of its kind that waits, for half a minute at most, and needs no Redis
PARTS: tuple[Callable[[], None], ...] = ()


def drain() -> None:
    """The RQ job."""
    picked_up("alerts.drain")
    sweep()


def sweep() -> None:
    """Send everything that waits."""
    _turns.take()


def _send_all() -> None:
    for part in PARTS:
        part()


_turns = Turns(_send_all)
