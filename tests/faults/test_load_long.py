"""A shop at twice and ten times the rate that is claimed, above what it can do, and beside a flood of one phone (trust.md 6.3 J).

Long form only. `SMSDESK_LOAD_SECONDS` says how long the first two last: the one that looks for what grows, and ten times the claim (600).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from bench.open_loop import PATIENCE
from tests.faults.ground import LONG, ROOT

CLAIMED = 25  # texts a second (docs/costs.md)
TOO_MANY = 1000
QUIETLY = 5
SECONDS = float(os.environ.get("SMSDESK_LOAD_SECONDS", "600"))
NOT_FELT = 100  # ms; below it a page or a text is at once, and twice of little is little
pytestmark = [
    pytest.mark.skipif(not LONG, reason="takes long; make faults"),
    pytest.mark.timeout(SECONDS + 600),
    pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]),
]
Noted = Callable[[str, object], None]


def load(kind: str, rate: float, seconds: float, noted: Noted, *more: str) -> dict[str, Any]:
    """What `bench.load` found; kept for the report."""
    command = [sys.executable, "-m", "bench.load", kind, f"{rate:g}", f"{seconds:g}", *more]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout[ran.stdout.index("{") :])
    reports = float(more[more.index("--reports") + 1]) if "--reports" in more else 0
    cores = int(more[more.index("--cores") + 1]) if "--cores" in more else os.cpu_count()
    noted("load", {"a second": rate, "reports a second": reports, "seconds": seconds, "cores": cores, **found})
    return found


def test_f68_at_twice_the_claimed_rate_nothing_grows(kind: str, record_property: Noted) -> None:
    found = load(kind, 2 * CLAIMED, SECONDS, record_property)

    assert found["text"]["answers"] == {"200": int(2 * CLAIMED * SECONDS)}
    assert found["lost"] == 0
    assert found["a_minute"]["files"] < 5
    assert found["a_minute"]["threads"] < 5
    assert found["a_minute"]["memory"] < 10  # MiB, of a dozen processes whose caches still fill


def test_f47_ten_times_the_claimed_rate_is_answered_within_a_second(kind: str, record_property: Noted) -> None:
    found = load(kind, 10 * CLAIMED, SECONDS, record_property)

    assert found["text"]["answers"] == {"200": int(10 * CLAIMED * SECONDS)}
    assert found["text"]["p99"] < 1000
    assert found["lost"] == 0


def test_f47_reports_at_three_times_the_claimed_rate_beside_ten_times_the_texts_are_all_kept(
    kind: str, record_property: Noted
) -> None:
    found = load(kind, 10 * CLAIMED, 60, record_property, "--reports", f"{3 * CLAIMED}")

    assert found["text"]["answers"] == {"200": 10 * CLAIMED * 60}
    assert found["report"]["answers"] == {"200": 3 * CLAIMED * 60}
    assert max(found["text"]["p99"], found["report"]["p99"]) < 1000
    assert (found["lost"], found["reports_lost"]) == (0, 0)


def test_f47_three_reports_for_each_of_ten_times_the_texts_are_kept_or_refused_in_time(
    kind: str, record_property: Noted
) -> None:
    """More than can be stored here. A report that was refused is no loss: the carrier is asked what became of a text (desk/reconcile.py)."""
    found = load(kind, 10 * CLAIMED, 30, record_property, "--reports", f"{3 * 10 * CLAIMED}")

    assert set(found["text"]["answers"]) | set(found["report"]["answers"]) <= {"200", "503"}
    assert max(found["text"]["slowest"], found["report"]["slowest"]) < PATIENCE * 1000
    assert (found["lost"], found["reports_lost"]) == (0, 0)
    assert found["caught_up_s"] < 30


def test_f47_what_is_more_than_can_be_stored_is_refused_in_time_and_nothing_is_lost(
    kind: str, record_property: Noted
) -> None:
    found = load(kind, TOO_MANY, 15, record_property)

    assert set(found["text"]["answers"]) == {"200", "503"}
    assert found["text"]["slowest"] < PATIENCE * 1000
    assert found["lost"] == 0
    assert found["caught_up_s"] < 30


def test_f47_on_half_the_machine_far_too_much_is_still_answered_in_time_and_nothing_is_lost(
    kind: str, record_property: Noted
) -> None:
    """Whoever looks who waits must come to run himself (docs/decisions/0029)."""
    found = load(kind, 10 * CLAIMED, 20, record_property, "--reports", f"{3 * 10 * CLAIMED}", "--cores", "1")

    assert set(found["text"]["answers"]) | set(found["report"]["answers"]) == {"200", "503"}
    assert max(found["text"]["slowest"], found["report"]["slowest"]) < PATIENCE * 1000
    assert (found["lost"], found["reports_lost"]) == (0, 0)


def test_f49_f51_a_phone_that_texts_without_end_slows_nobody(kind: str, record_property: Noted) -> None:
    found = load(kind, QUIETLY, 120, record_property, "--pages", "2", "--flood", f"{5000 / 60:.1f}")

    assert set(found["text"]["answers"]) == set(found["flood"]["answers"]) == {"200"}
    assert found["lost"] == 0
    for what in ("text", "page"):
        before, during = found[what]["p95_before"], found[what]["p95_during"]
        assert during < max(2 * before, NOT_FELT), what
