"""`python -m bench [--quick] [PART …]`: runs the benchmarks, prints a table, writes bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench import alerts, drains, inbound, pages, reports, screen, start, trial

RESULTS = Path(__file__).parent / "results.json"
Part = Callable[[bool], dict[str, float]]


KINDS = ("sqlite", "postgresql")


def _both(measure: Callable[[str, bool], dict[str, float]]) -> Part:
    """A part that is measured on both databases."""
    return lambda quick: {name: figure for kind in KINDS for name, figure in measure(kind, quick).items()}


def _alerts(kind: str, quick: bool) -> dict[str, float]:
    if quick:
        return alerts.measure(kind, 10_000, 15)
    return {name: figure for armed in (100_000, 1_000_000) for name, figure in alerts.measure(kind, armed).items()}


def _pages(kind: str, quick: bool) -> dict[str, float]:
    sizes = {"1k": 1_000, "100k": 100_000, "1m": 1_000_000}
    return pages.measure(kind, {"1k": 1_000} if quick else sizes)


def _sending(kind: str, quick: bool) -> dict[str, float]:
    return {
        name: figure
        for rate in ((100,) if quick else (1, 3, 100))
        for name, figure in drains.sending(kind, rate).items()
    }


PARTS: dict[str, Part] = {
    "inbound": _both(
        lambda kind, quick: inbound.measure(kind, 1500 if quick else 4000, 2 if quick else inbound.ROUNDS)
    ),
    "screen": _both(lambda kind, quick: screen.measure(kind, 5 if quick else screen.SECONDS)),
    "alerts": _both(_alerts),
    "pages": _both(_pages),
    "reports": _both(lambda kind, quick: reports.measure(kind, 30_000 if quick else 1_000_000)),
    "routing": _both(lambda kind, quick: drains.routing(kind, 1000 if quick else 5000)),
    "sending": _both(_sending),
    "trial": _both(lambda kind, quick: trial.measure(kind, 20_000 if quick else 200_000)),
    "start": lambda _: start.measure(),
}
# What outsiders look for, from the figures that say which database they are of
SHORT = {
    "text_to_screen_p50_ms": "text_to_screen_p50_ms_sqlite",
    "text_to_screen_p99_ms": "text_to_screen_p99_ms_sqlite",
    "alert_lateness_p50_ms": "alert_lateness_p50_ms_100k_sqlite",
    "alert_lateness_p99_ms": "alert_lateness_p99_ms_100k_sqlite",
    "alert_lateness_p50_ms_1m": "alert_lateness_p50_ms_1m_sqlite",
    "alert_lateness_p99_ms_1m": "alert_lateness_p99_ms_1m_sqlite",
    "queue_page_ms_1k": "queue_page_ms_1k_sqlite",
    "queue_page_ms_100k": "queue_page_ms_100k_sqlite",
    "queue_page_ms_1m": "queue_page_ms_1m_sqlite",
    "report_page_ms_7d": "report_page_ms_7d_sqlite",
    "report_page_ms_28d": "report_page_ms_28d_sqlite",
    "routing_drain_per_s": "routing_drain_per_s_sqlite",
    "send_drain_per_s": "send_drain_per_s_at_100_sqlite",
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds; figures for the eye, not for a claim")
    asked = parser.parse_args(arguments)
    figures: dict[str, float] = {}
    for name in asked.parts or PARTS:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures |= PARTS[name](asked.quick)
        _keep(figures)
    _show(figures)


def _show(figures: dict[str, float]) -> None:
    widest = max(map(len, figures))
    for name, figure in sorted(figures.items()):
        if not name.endswith("_floor"):
            floor = figures.get(f"{name}_floor")
            beside = "" if floor is None else f"   floor {floor:10.2f}   ratio {figure / floor:.2f}"
            print(f"{name:<{widest}} {figure:10.2f}{beside}")


def _keep(figures: dict[str, float]) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    figures = figures | {short: figures[full] for short, full in SHORT.items() if full in figures}
    versions = {name: version(name) for name in ("flask", "sqlalchemy", "rq", "redis", "psycopg", "gunicorn", "twilio")}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=RESULTS.parent
    ).stdout.strip()
    about = {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "commit": commit,
    }
    RESULTS.write_text(
        json.dumps(
            before | {name: round(figure, 3) for name, figure in figures.items()} | about | {"versions": versions},
            indent=2,
        )
        + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
