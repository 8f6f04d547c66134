"""Markup and formulas in every field (trust.md 6.3, F36 and F40): pages, letters, posts to programs and files show them as what they are, words."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import remind, tell
from smsdesk.desk.describe_alerts import notes as notes_of
from smsdesk.models import (
    Agent,
    Alert,
    Conversation,
    Customer,
    Draft,
    Note,
    Number,
    SignInSession,
    Team,
)
from smsdesk.rules.alert_letters import say, slack, text_message
from smsdesk.rules.csv_rows import BEGINS_A_FORMULA, lines
from tests.faults.door import Door
from tests.faults.test_content import addresses
from tests.faults.test_refusals import sends, taken
from tests.workers.shop import Shop

MARKUP = "\"'><img src=x onerror=owned()><svg onload=owned()></title></textarea><script>owned()</script>{{7*7}}javascript:owned()"
FORMULA = "=cmd|'/C calc'!A0"
RUNS = re.compile(
    r"<img src=x|<svg onload|<script>owned|</textarea><script|=[\"']?javascript:owned|\b49javascript", re.IGNORECASE
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a page draws is the same on both kinds."""
    return sqlite_url


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    door = Door(app, settings, Shop(wiring, settings).opens(target=timedelta(minutes=1)))
    assert door.post(door.form(1, MARKUP)) == 200
    assert door.post(door.form(2, MARKUP, To="+14155550111", From=MARKUP[:60])) == 200
    with door.shop.session() as session:
        remind.claim_due(session, clock.now() + timedelta(hours=1))
        tell.tell_waiting(session, clock.now() + timedelta(hours=1))
        name_everything(session, door.shop.people["Sam"])
    return door


def name_everything(session: Session, sam: UUID) -> None:
    """Every field that somebody may fill is hostile, whoever may fill it."""
    [conversation] = session.scalars(select(Conversation)).all()
    conversation.tags, now = [MARKUP], clock.now()
    for model, field in ((Customer, "name"), (Customer, "segment"), (Agent, "name"), (Team, "name"), (Number, "label")):
        for number, row in enumerate(session.scalars(select(model))):
            setattr(row, field, MARKUP + str(number))
    session.add(Note(conversation_id=conversation.id, author_id=sam, body=MARKUP, created_at=now))
    session.add(Draft(agent_id=sam, conversation_id=conversation.id, body=MARKUP, updated_at=now))


def asks(door: Door, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = door.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=door.token("Sam"))
    assert answer.status_code in {200, 201}, (path, answer.text)
    return answer.get_json()  # type: ignore[no-any-return]


def with_ids(door: Door) -> list[str]:
    """The pages of everything that has one."""
    [conversation], [number] = door.shop.all(select(Conversation)), door.shop.all(select(Number))
    team = str(number.team_id)
    watch = asks(door, "POST", "/watches", {"figure": "waiting", "limit": 1, "name": MARKUP[:60], "team_id": team})
    policy = asks(door, "POST", "/policies", {"name": MARKUP[:60], "targets": {"first_reply": {"normal": 60}}})
    program = asks(door, "POST", "/webhooks", {"label": MARKUP[:60], "url": "https://hooks.slack.com/x?a=%22%3E%3Cimg"})
    found = []
    for rule in door.app.url_map.iter_rules():
        path = str(rule)
        for name, id in (("conversation_id", conversation.id), ("number_id", number.id), ("watch_id", watch["id"]), ("policy_id", policy["id"]),
                         ("webhook_id", program["id"]), ("customer_id", conversation.customer_id), ("team_id", team)):  # fmt: skip
            path = path.replace(f"<uuid:{name}>", str(id))
        if "GET" in (rule.methods or set()) and "<" in str(rule) and "<" not in path:
            found.append(path)
    return found


def test_f36_markup_in_every_field_is_words_on_every_page_and_in_every_answer(door: Door) -> None:
    browser, program, token = door.browser("Sam"), door.app.test_client(), door.token("Sam")
    with door.shop.session() as session:
        session.execute(update(SignInSession).values(device=MARKUP))
    shown: dict[str, str] = {}
    for path in [*with_ids(door), *addresses(door)]:
        asked = program.get(path, headers=token) if path.startswith("/api/") else browser.get(path, base_url=door.settings.public_url)  # fmt: skip
        assert asked.status_code < 500, path
        if asked.status_code == 200 and asked.mimetype == "text/html":
            shown[path] = asked.text
            assert "script-src 'self'" in asked.headers["Content-Security-Policy"] or "script-src" in asked.headers["Content-Security-Policy"]  # fmt: skip
        if path.startswith("/api/"):
            assert asked.mimetype != "text/html" or path == "/api/docs", path

    assert {path: RUNS.findall(page) for path, page in shown.items() if RUNS.search(page)} == {}
    hostile = [path for path, page in shown.items() if "<img src=x onerror=owned()>" in unescape(page)]
    assert len(hostile) >= 12, f"the words were shown on these pages only: {hostile}"


def test_f36_markup_is_words_in_letters_and_for_programs(door: Door) -> None:
    with door.shop.session() as session:
        ids = list(session.scalars(select(Alert.id).where(Alert.overtaken_by_id.is_(None))))
        notes = list(notes_of(session, ids, "https://desk.smsdesk.test", clock.now()).values())
    assert notes

    letter = say(notes, "https://desk.smsdesk.test/a", "https://desk.smsdesk.test/s")

    assert "<img src=x" in unescape(letter.html)
    assert not RUNS.search(letter.html)
    assert not any("\n" in words or "\r" in words for words in (letter.subject, letter.short, text_message(notes, "https://x.test")) if len(notes) == 1)  # fmt: skip
    assert all("<img" not in json.dumps(slack(note), ensure_ascii=False) for note in notes)


@pytest.mark.parametrize("cell", [FORMULA, "+14155550199", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", 'a"b,c', "a\x00b", "a\r\nb", " =1", "'=1", ""])  # fmt: skip
def test_f40_no_cell_of_a_file_is_a_formula_and_every_cell_can_be_read_back(cell: str) -> None:
    """The rule that is documented: one apostrophe before what would be reckoned with."""
    [[written, other]] = csv.reader(io.StringIO(lines([[cell, 5]]), newline=""), strict=True)

    assert not written.startswith(BEGINS_A_FORMULA)
    assert (written.removeprefix("'") if cell.startswith(BEGINS_A_FORMULA) else written, other) == (cell, "5")


def test_f40_the_files_of_reports_hold_no_formula_whatever_people_are_called(door: Door) -> None:
    [conversation] = door.shop.all(select(Conversation))
    door.shop.answers("Ready at five", conversation.id)
    sends(door.shop, clock.now(), clock.now() + timedelta(minutes=1), taken)
    with door.shop.session() as session:
        for model, field in ((Customer, "name"), (Agent, "name"), (Team, "name"), (Number, "label")):
            for number, row in enumerate(session.scalars(select(model))):
                setattr(row, field, FORMULA + str(number))
    sam, address = door.browser("Sam"), door.settings.public_url

    for path in ("/manager/reports/waits.csv?days=28d", "/manager/reports/summary.csv?days=28d"):
        rows = list(csv.reader(io.StringIO(sam.get(path, base_url=address).text.removeprefix("\ufeff")), strict=True))
        assert len(rows) > 1, path
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))] == [], path
        assert any(f"'{FORMULA}" in cell for row in rows for cell in row), path
