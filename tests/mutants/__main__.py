"""`make mutants`: takes each safeguard away in a copy of the tree and sees whether its tests turn red. Prints a table."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.read import Mutant, changed, mutants

ROOT = Path(__file__).resolve().parents[2]
RED, GREEN = "red", "green"
FAILED = re.compile(r"^\d+ failed|[ ,]\d+ failed|\d+ errors? in", re.MULTILINE)


def main(asked: list[str]) -> int:
    """The names of mutants, or all. Returns how many were not seen."""
    chosen = [one for one in mutants() if not asked or any(word in one.name for word in asked)]
    with _copy() as tree:
        print("… as it is", file=sys.stderr, flush=True)
        if _run(tree, sorted({test for one in chosen for test in one.seen_by})) != GREEN:
            sys.exit("The tests do not pass as the tree is: mend that first.")
        unseen = 0
        for one in chosen:
            verdict = _try(tree, one)
            unseen += verdict != RED
            print(f"{verdict:<12} {one.name}  ({one.file})", flush=True)
    print(f"{len(chosen) - unseen} of {len(chosen)} were seen")
    return unseen


def _try(tree: Path, one: Mutant) -> str:
    file = tree / one.file
    before = file.read_text(encoding="utf-8")
    file.write_text(changed(before, one), encoding="utf-8")
    try:
        verdict = _run(tree, one.seen_by)
    finally:
        file.write_text(before, encoding="utf-8")
    return "NOT SEEN" if verdict == GREEN else verdict


def _run(tree: Path, tests: list[str]) -> str:
    """`green`, `red` where a test failed, else what pytest ended with: then nothing was tried."""
    python, at_once = str(ROOT / ".venv/bin/python"), os.environ.get("AT_ONCE", "2")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-x", "--no-header", "-n", at_once, *tests],
        cwd=tree,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return GREEN
    return RED if FAILED.search(done.stdout) else f"BROKE ({done.returncode})"


@contextmanager
def _copy() -> Iterator[Path]:
    """What git knows, as it stands here."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        yield tree


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
