"""The page that explains the code names what is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "architecture.md"
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+/)`")
ELSEWHERE = {"templates/", "static/", "hooks/", "agent/", "manager/", "api/", "public/"}  # below smsdesk/web
KINDS = {"rules/", "desk/", "models/", "web/", "workers/", "stories/", "house/", "faults/", "browser/", "contract/"}


def test_every_path_on_the_page_exists() -> None:
    named = set(NAMED.findall(PAGE.read_text()))

    assert len(named) > 20, "nothing was found: is the page written otherwise?"
    assert [path for path in sorted(named) if not any((base / path).exists() for base in _bases(path))] == []


def _bases(path: str) -> list[Path]:
    if path in ELSEWHERE:
        return [ROOT / "smsdesk" / "web"]
    return [ROOT, ROOT / "smsdesk", ROOT / "tests"] if path in KINDS else [ROOT]
