"""The reports queue: long work that nobody's text may wait for: erasures, exports, the end of old texts, trials of a policy, the auditor, roll-ups."""

from __future__ import annotations

from collections.abc import Callable

from smsdesk.adapters import clock
from smsdesk.desk.audit.go_on import go_on
from workers.adding_up import add_up
from workers.draining import LONG_ENOUGH, Turns, one_by_one, picked_up, stopping
from workers.erasing import erase_people
from workers.exporting import export_people
from workers.fading import let_old_texts_fade
from workers.removing import remove_texts
from workers.trials import try_policies
from workers.wired import wiring


def drain() -> None:
    """The RQ job."""
    picked_up("reports.drain")
    sweep()


def sweep() -> None:
    """Do everything that waits."""
    _turns.take()


def audit() -> None:
    """The log is gone through again."""
    end = clock.now() + LONG_ENOUGH
    go_on(wiring().database, lambda: clock.now() < end and not stopping.is_set())


# Each does what it finds, for half a minute at most, keeps what it has done, and needs no Redis
PARTS: tuple[Callable[[], None], ...] = (
    erase_people,
    export_people,
    audit,
    add_up,
    try_policies,
    let_old_texts_fade,
    remove_texts,
)


def _do_all() -> None:
    one_by_one(PARTS)


_turns = Turns(_do_all)
