"""What an alert says outside: the worst first, nobody's words, no whole number, and how late we were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from smsdesk.rules.alert_letters import Note, named, say, slack, text_message

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL, SETTINGS = "https://desk.test/manager/alerts", "https://desk.test/settings/alerts"


def note(kind: str = "breach", about: str = "Maria", minutes: int = 0, late: float = 0, sentence: str = "") -> Note:
    return Note(
        alert_id=UUID(int=minutes),
        kind=kind,
        about=about,
        sentence=sentence or f"{about} has waited 11 minutes for an answer. We promised 10 minutes.",
        due_at=NOON + timedelta(minutes=minutes),
        late=timedelta(minutes=late),
        url="https://desk.test/conversations/1",
    )


def test_one_alert_is_named_in_the_subject() -> None:
    said = say([note()], ALL, SETTINGS)

    assert said.subject == "Late: Maria"
    assert said.url == "https://desk.test/conversations/1"
    assert SETTINGS in said.text
    assert SETTINGS in said.html


def test_several_come_worst_first_and_of_that_the_oldest() -> None:
    mixed = [
        note("warning", "Tom", 1),
        note("breach", "Maria", 3),
        note("escalation", "Uma", 9),
        note("breach", "Priya", 2),
    ]
    said = say(mixed, ALL, SETTINGS)

    assert said.subject == "4 alerts: 1 still late, 2 late, 1 due soon"
    assert said.short.splitlines() == ["Still late: Uma", "Late: Priya", "Late: Maria", "Due soon: Tom"]
    assert [said.text.index(name) for name in ("Uma", "Priya", "Maria", "Tom")] == sorted(
        said.text.index(name) for name in ("Uma", "Priya", "Maria", "Tom")
    )
    assert said.url == ALL


@pytest.mark.parametrize(
    ("late", "says"), [(0.5, ""), (37.4, "Told 37 minutes late."), (95, "Told 1 hour 35 minutes late.")]
)
def test_how_late_we_were_is_said_when_it_matters(late: float, says: str) -> None:
    assert note(late=late).told_late == says


def test_a_customer_without_a_name_is_known_by_the_end_of_their_number() -> None:
    assert named(None, "+14155550142") == "a customer (…0142)"
    assert named(" Maria\r\nBcc: x@example.com ", "+14155550142") == "Maria Bcc: x@example.com"
    assert len(named("x" * 500, None)) == 60


def test_what_a_customer_calls_themselves_is_no_markup_anywhere() -> None:
    hostile = note(about='<img src=x onerror="a">&<!channel>')

    assert "<img" not in say([hostile], ALL, SETTINGS).html
    told = json.dumps(slack(hostile))
    assert "<!channel>" not in told
    assert "&lt;!channel&gt;" in told


def test_a_text_names_the_first_ones_and_leads_to_the_rest() -> None:
    assert text_message([note()], ALL).endswith("We promised 10 minutes. https://desk.test/conversations/1")
    many = [note(about=f"Customer {place}", minutes=place) for place in range(40)]
    assert text_message(many, ALL) == (
        f"SMSDesk: 40 alerts. Late: Customer 0; Late: Customer 1; Late: Customer 2; and 37 more. {ALL}"
    )
