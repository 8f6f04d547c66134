"""The list of mutants says what is there: a safeguard that moved takes its line along."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.read import Mutant, changed, mutants

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", mutants(), ids=lambda one: one.name)
def test_a_mutant_still_finds_its_place_and_its_tests(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")

    ast.parse(changed(source, mutant))
    for test in mutant.seen_by:
        file, _, name = test.partition("::")
        assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
        assert (ROOT / file).exists()
