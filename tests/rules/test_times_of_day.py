"""Times are read as people write them, and told back in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.opening_hours import Span
from smsdesk.rules.times_of_day import NotATime, parse, shown, span_of, spans_of


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("9", 540),
        ("09", 540),
        ("9:05", 545),
        (" 09:05 ", 545),
        ("9.05", 545),
        ("9,05", 545),
        ("9h", 540),
        ("9h05", 545),
        ("905", 545),
        ("0905", 545),
        ("1730", 1050),
        ("5 pm", 1020),
        ("5PM", 1020),
        ("5:30 p.m.", 1050),
        ("12 am", 0),
        ("12pm", 720),
        ("12:30 AM", 30),
        ("noon", 720),
        ("Midnight", 1440),
        ("0:00", 0),
        ("24:00", 1440),
        ("24", 1440),
        ("٩", 540),
    ],
)
def test_a_time_is_read_as_people_write_it(written: str, minutes: int) -> None:
    assert parse(written) == minutes


@pytest.mark.parametrize(
    "written",
    ["", "nine", "25", "24:01", "9:60", "9:5", "13 pm", "0 am", "-1", "9:05:00", "9–18", "99999", "９:00x", "9 9"],
)
def test_what_is_no_time_is_refused_with_how_to_write_one(written: str) -> None:
    with pytest.raises(NotATime, match=r"9:00.*17:30"):
        parse(written)


@given(st.integers(0, 1440))
def test_what_is_told_is_read_back_as_the_same(minutes: int) -> None:
    assert parse(shown(minutes)) == minutes


@pytest.mark.parametrize(
    ("opens", "closes", "span"),
    [
        ("9", "18", Span(540, 1080)),
        ("18", "2", Span(1080, 1560)),
        ("18", "0:00", Span(1080, 1440)),
        ("18", "24:00", Span(1080, 1440)),
        ("0:00", "24:00", Span(0, 1440)),
        ("24:00", "0:00", Span(0, 1440)),
        ("9", "9", Span(540, 1980)),
    ],
)
def test_closing_no_later_than_opening_is_meant_on_the_next_day(opens: str, closes: str, span: Span) -> None:
    assert span_of(opens, closes) == span


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("", ()),
        (" closed ", ()),
        ("9–13", (Span(540, 780),)),
        ("9:00 - 13:00", (Span(540, 780),)),
        ("9 to 1pm", (Span(540, 780),)),
        ("9–12, 13–17", (Span(540, 720), Span(780, 1020))),
        ("9,30–12; 13–17", (Span(570, 720), Span(780, 1020))),
        ("9–12 and 22–2", (Span(540, 720), Span(1320, 1560))),
    ],
)
def test_spans_are_read_in_a_row(written: str, spans: tuple[Span, ...]) -> None:
    assert spans_of(written) == spans


@pytest.mark.parametrize("written", ["9", "9–12–13", "9–12,", "open", "–9", "9–25"])
def test_what_are_no_spans_is_refused_with_how_to_write_them(written: str) -> None:
    with pytest.raises(NotATime, match="9:00"):
        spans_of(written)
