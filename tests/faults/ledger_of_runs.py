"""What the last `make faults` found, case by case, kept in `tests/faults/results.json` for `docs/reliability.md`."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).parent / "results.json"


class LedgerOfRuns:
    """A plugin: of each case how it ended, how long it took, and what it counted. A case that was not run keeps its last entry."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if "tests/faults/" not in report.nodeid or (report.when == "call" and report.skipped):
            return
        if report.when == "setup" and not report.failed:
            return
        fresh = {"outcome": "passed", "seconds": 0.0, "counted": {}, "database": database_of(report)}
        case = self._found.setdefault(report.nodeid, fresh)
        case["counted"] |= dict(report.user_properties)
        case["seconds"] = round(case["seconds"] + report.duration * (report.when == "call"), 1)
        if report.failed:
            case["outcome"] = "failed"
        if report.when == "teardown":  # kept at once: a long run may be broken off
            self._keep()

    def _keep(self) -> None:
        kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"cases": {}}
        today = datetime.now(UTC).date().isoformat()
        for name, case in self._found.items():
            kept["cases"][name] = {"on": today, **case}
        kept["machine"] = machine()
        RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def database_of(report: pytest.TestReport) -> str:
    """Its kind; empty where the case needs none, or brings its own."""
    given = set(report.nodeid.rpartition("[")[2].rstrip("]").split("-"))
    if given & {"sqlite", "postgresql"}:
        return next(iter(given & {"sqlite", "postgresql"}))
    return "postgresql" if "postgresql" in report.keywords else ""


def machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processors": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "system": platform.system(),
        "python": platform.python_version(),
    }
