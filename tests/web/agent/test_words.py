"""How moments, names and waits read on the screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smsdesk.web.agent import words
from smsdesk.web.agent.boxes import Cursor, read_cursor

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds_gone", "shown", "urgency", "share"),
    [
        (0, "10:00", "calm", 0),
        (299, "5:01", "calm", 50),
        (300, "5:00", "soon", 50),
        (600, "0:00", "soon", 100),
        (600.9, "0:00", "soon", 100),  # the deadline second still keeps the promise
        (601, "−0:01", "late", 100),
        (4200, "−1:00:00", "late", 100),
    ],
)
def test_a_wait_goes_from_calm_to_soon_to_late(seconds_gone: float, shown: str, urgency: str, share: int) -> None:
    left = words.left(NOON, NOON + timedelta(minutes=10), NOON + timedelta(seconds=seconds_gone))

    assert left is not None
    assert (left.words, left.urgency, left.share) == (shown, urgency, share)


def test_where_nobody_waits_nothing_is_left() -> None:
    assert words.left(None, None, NOON) is None


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("Priya Kapoor", "+14155550199", "PK"),
        ("Priya", "", "P"),
        ("maria de la cruz", "", "MC"),
        (None, "+14155550199", "+1"),
        (None, "+4930123456", "+49"),
        (None, "72345", "#"),
        (None, "PARCELCO", "#"),
        ("(—)", "PARCELCO", "#"),
        ("ليلى حداد", "", "لح"),
    ],
)
def test_a_face_has_initials(name: str | None, address: str, shown: str) -> None:
    assert words.initials(name, address) == shown


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        (NOON, "UTC", "Today"),
        (NOON - timedelta(hours=13), "UTC", "Yesterday"),
        (NOON - timedelta(hours=13), "America/New_York", "Yesterday"),
        (NOON - timedelta(hours=6), "America/New_York", "Today"),
        (NOON - timedelta(days=3), "UTC", "Tuesday 17 November"),
        (NOON - timedelta(days=400), "UTC", "Thursday 16 October 2025"),
    ],
)
def test_a_day_is_named_where_the_number_is(at: datetime, zone: str, shown: str) -> None:
    assert words.day(at, NOON, zone) == shown


def test_a_cursor_says_the_same_after_its_way_through_an_address() -> None:
    cursor = read_cursor("2026-11-20T12:00:00.000001Z_01a2003a-01fa-7271-96c9-fe742590176b")

    assert cursor is not None
    assert read_cursor(str(cursor)) == cursor
    assert read_cursor("") is read_cursor("2026_x") is None
    assert isinstance(cursor, Cursor)
