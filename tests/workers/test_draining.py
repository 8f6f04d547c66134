"""What a queue does is done part by part, and no part holds up the next."""

from __future__ import annotations

import pytest

from workers.draining import one_by_one


def test_a_part_that_fails_holds_up_none_behind_it_and_is_told_of() -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError("the first")

    with pytest.raises(ValueError, match="the first"):
        one_by_one([fails, lambda: done.append("letters"), fails, lambda: done.append("programs")])

    assert done == ["letters", "programs"]
