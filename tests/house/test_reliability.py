"""The page about reliability says what was found, and nothing else."""

from __future__ import annotations

import json

from tests.faults.ledger_of_runs import RESULTS
from tests.faults.oracles import WHERE
from tests.faults.reliability import PAGE, page
from tests.house.sources import ROOT


def test_the_page_is_what_the_last_run_says() -> None:
    assert PAGE.read_text() == page(json.loads(RESULTS.read_text())), "make it anew: python -m tests.faults.reliability"


def test_every_invariant_is_asked_somewhere() -> None:
    missing = [place for _, places in WHERE.values() for place in places if not (ROOT / place).exists()]

    assert missing == []
    assert list(WHERE) == [f"I{number}" for number in range(1, 17)]


def test_no_case_of_the_last_run_failed_and_none_lost_or_doubled_a_text() -> None:
    cases = json.loads(RESULTS.read_text())["cases"]

    assert {name for name, case in cases.items() if case["outcome"] != "passed"} == set()
    assert sum(case["counted"].get("lost", 0) + case["counted"].get("twice", 0) for case in cases.values()) == 0
