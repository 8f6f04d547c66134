"""The list of safeguards and how to take each away."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True)
class Mutant:
    """`was` is replaced by `becomes` in one file; at least one test of `seen_by` must fail then."""

    name: str
    file: str
    was: str
    becomes: str
    seen_by: list[str]
    times: int = 1


def mutants() -> list[Mutant]:
    return [Mutant(**row) for row in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def changed(source: str, mutant: Mutant) -> str:
    """Raises ValueError where the place is not there any more, or more than one is."""
    if source.count(mutant.was) != mutant.times:
        raise ValueError(f"{mutant.file}: {mutant.was!r} stands there {source.count(mutant.was)} times")
    return source.replace(mutant.was, mutant.becomes)
