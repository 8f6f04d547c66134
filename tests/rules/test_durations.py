"""Lengths of time: typed by operators, told to people."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.durations import NotADuration, clock_face, parse, spell

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        (" 5M ", timedelta(minutes=5)),
        ("99999d", timedelta(days=99_999)),
    ],
)
def test_an_operator_types_a_length(typed: str, length: timedelta) -> None:
    assert parse(typed) == length


@pytest.mark.parametrize(
    "typed", ["", "10", "m", "10 m", "1.5h", "-5m", "0m", "000s", "10m5s", "10min", "٣m", "10m\n5", "100000d", "ten"]
)
def test_anything_else_is_refused_with_a_sentence_that_names_the_form(typed: str) -> None:
    with pytest.raises(NotADuration, match=r"such as 90s, 10m, 2h or 1d\.$"):
        parse(typed)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (0.9, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (600, "10 minutes"),
        (3_600, "1 hour"),
        (3_603, "1 hour"),
        (3_900, "1 hour 5 minutes"),
        (100_800, "1 day 4 hours"),
        (101_110, "1 day 4 hours"),
        (172_800, "2 days"),
        (-134, "2 minutes 14 seconds"),
    ],
)
def test_a_length_is_spelt_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert spell(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "face"),
    [
        (0, "0:00"),
        (0.9, "0:00"),
        (-0.9, "0:00"),
        (-1, "\u22120:01"),
        (192, "3:12"),
        (192.9, "3:12"),
        (-134, "\u22122:14"),
        (-134.9, "\u22122:14"),
        (3_599, "59:59"),
        (3_900, "1:05:00"),
        (86_399, "23:59:59"),
        (86_400, "1d 0h"),
        (187_200, "2d 4h"),
        (-187_200, "\u22122d 4h"),
    ],
)
def test_a_clock_shows_its_face(seconds: float, face: str) -> None:
    assert clock_face(timedelta(seconds=seconds)) == face


@given(st.integers(1, 86_399))
def test_a_face_below_a_day_reads_back_as_the_same_seconds(seconds: int) -> None:
    parts = [int(part) for part in clock_face(seconds * SECOND).split(":")]

    assert sum(part * 60**place for place, part in enumerate(reversed(parts))) == seconds


@given(st.integers(1, 99_999), st.sampled_from("smhd"))
def test_whatever_is_typed_in_the_form_is_longer_than_nothing(count: int, unit: str) -> None:
    assert parse(f"{count}{unit}") >= SECOND
