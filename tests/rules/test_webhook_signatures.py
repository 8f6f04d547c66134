"""A program that checks as the guide says knows ours from anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from smsdesk.adapters import clock
from smsdesk.rules.webhook_signatures import secret_of, signature

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
SECRET, BODY = secret_of("the master key", "a salt"), b'{"id": "1"}'


def check() -> Callable[[str, str, bytes], bool]:
    """The function that the guide gives to whoever writes such a program."""
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found.group(1), names)
    return names["is_from_smsdesk"]  # type: ignore[no-any-return]


def test_the_guides_check_takes_what_we_sign_and_nothing_else() -> None:
    is_ours, now = check(), clock.now()
    header = signature(SECRET, BODY, now)

    assert is_ours(SECRET, header, BODY)
    assert not is_ours(SECRET, header, BODY + b" ")
    assert not is_ours(secret_of("the master key", "another salt"), header, BODY)
    assert not is_ours(SECRET, signature(SECRET, BODY, now - timedelta(minutes=6)), BODY)
    assert not is_ours(SECRET, header.replace("t=", "t=1"), BODY)


def test_a_secret_is_the_same_each_time_and_differs_with_its_salt_and_its_master() -> None:
    assert secret_of("m", "a") == secret_of("m", "a")
    assert len({secret_of("m", "a"), secret_of("m", "b"), secret_of("n", "a")}) == 3
    assert re.fullmatch(r"whsec_[0-9a-f]{64}", SECRET)
