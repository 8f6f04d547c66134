"""What a text costs, against vectors counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.segments import (
    GSM_DEFAULT,
    GSM_EXTENSION,
    MAX_CHARACTERS,
    EmptyReply,
    TooLong,
    count,
    ensure_sendable,
)

BY_HAND = [  # body, encoding, characters, units, segments, left in the last
    ("", "GSM-7", 0, 0, 0, 160),
    ("a", "GSM-7", 1, 1, 1, 159),
    ("a" * 160, "GSM-7", 160, 160, 1, 0),
    ("a" * 161, "GSM-7", 161, 161, 2, 145),
    ("a" * 306, "GSM-7", 306, 306, 2, 0),
    ("a" * 307, "GSM-7", 307, 307, 3, 152),
    ("€", "GSM-7", 1, 2, 1, 158),
    ("€" * 80, "GSM-7", 80, 160, 1, 0),
    ("€" * 81, "GSM-7", 81, 162, 2, 143),
    ("a" * 152 + "€" + "a" * 10, "GSM-7", 163, 164, 2, 141),
    ("a" * 159 + "€", "GSM-7", 160, 161, 2, 145),
    ("é\nÑ@{}", "GSM-7", 6, 8, 1, 152),
    ("ç", "UCS-2", 1, 1, 1, 69),
    ("It’s", "UCS-2", 4, 4, 1, 66),
    ("’" * 70, "UCS-2", 70, 70, 1, 0),
    ("’" * 71, "UCS-2", 71, 71, 2, 63),
    ("’" * 134, "UCS-2", 134, 134, 2, 0),
    ("’" * 135, "UCS-2", 135, 135, 3, 66),
    ("😀", "UCS-2", 1, 2, 1, 68),
    ("😀" * 35, "UCS-2", 35, 70, 1, 0),
    ("😀" * 36, "UCS-2", 36, 72, 2, 61),
    ("😀" * 66, "UCS-2", 66, 132, 2, 1),
    ("😀" * 67, "UCS-2", 67, 134, 3, 65),
    ("€" * 69 + "😀", "UCS-2", 70, 71, 2, 63),
]


@pytest.mark.parametrize(("body", "encoding", "characters", "units", "segments", "left"), BY_HAND)
def test_a_text_costs_what_it_costs_by_hand(
    body: str, encoding: str, characters: int, units: int, segments: int, left: int
) -> None:
    cost = count(body)

    found = (cost.encoding, cost.characters, cost.units, cost.segments, cost.left_in_segment)
    assert found == (encoding, characters, units, segments, left)


def test_the_characters_that_make_a_text_dear_are_named_once_in_order() -> None:
    assert count("It’s “fine”, isn’t it? €5 😀😀").costly == ("’", "“", "”", "😀")
    assert count("It's \"fine\", isn't it? €5").costly == ()


def test_the_alphabet_of_the_standard_is_complete() -> None:
    assert len(GSM_DEFAULT) == 127  # 128 places, one of which is the escape
    assert len(GSM_EXTENSION) == 10  # nine signs and the form feed
    assert GSM_DEFAULT.isdisjoint(GSM_EXTENSION)


mixed = st.text(alphabet="aé€{’😀\n", max_size=400)


@given(mixed)
def test_segments_hold_every_unit_and_waste_at_most_one_at_each_border(body: str) -> None:
    cost = count(body)
    alone, joined = (160, 153) if cost.encoding == "GSM-7" else (70, 67)
    room = alone if cost.segments <= 1 else cost.segments * joined
    wasted = room - cost.units - cost.left_in_segment

    assert 0 <= wasted <= max(cost.segments - 1, 0)
    assert (cost.segments > 1) == (cost.units > alone)


@given(mixed, mixed)
def test_a_longer_text_never_costs_less(body: str, more: str) -> None:
    assert count(body + more).segments >= count(body).segments


@pytest.mark.parametrize("body", ["", " ", "\n\t\u00a0", "\u200b", "\u200f\ufeff", "\u2066\u2069"])
def test_a_reply_with_nothing_to_read_is_refused(body: str) -> None:
    with pytest.raises(EmptyReply):
        ensure_sendable(body)


@pytest.mark.parametrize("body", ["x" * 1601, "😀" * 801, " " * 1600 + "x"])
def test_a_reply_that_the_carrier_would_refuse_is_refused_first(body: str) -> None:
    with pytest.raises(TooLong, match=r"1,600: shorten it by"):
        ensure_sendable(body)


@pytest.mark.parametrize("body", ["x", "👍", "x" * MAX_CHARACTERS, "😀" * 800])
def test_any_other_reply_may_go(body: str) -> None:
    ensure_sendable(body)
