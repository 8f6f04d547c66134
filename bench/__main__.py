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

from bench import inbound

RESULTS = Path(__file__).parent / "results.json"
Part = Callable[[bool], dict[str, float]]


def _inbound(kind: str) -> Part:
    return lambda quick: inbound.measure(kind, 1500 if quick else 4000, 2 if quick else inbound.ROUNDS)


PARTS: dict[str, Part] = {
    "inbound-postgresql": _inbound("postgresql"),
    "inbound-sqlite": _inbound("sqlite"),
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
    _show(figures)
    _keep(figures)


def _show(figures: dict[str, float]) -> None:
    widest = max(map(len, figures))
    for name, figure in sorted(figures.items()):
        if not name.endswith("_floor"):
            floor = figures.get(f"{name}_floor")
            beside = "" if floor is None else f"   floor {floor:10.2f}   ratio {figure / floor:.2f}"
            print(f"{name:<{widest}} {figure:10.2f}{beside}")


def _keep(figures: dict[str, float]) -> None:
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
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
