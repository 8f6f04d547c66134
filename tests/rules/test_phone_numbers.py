"""A sender is its verbatim address; an operator's number is read kindly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.phone_numbers import (
    NotAPhoneNumber,
    SenderKind,
    UnreadableSender,
    national,
    read_sender,
    region_of,
    shown,
    typed_number,
)


@pytest.mark.parametrize(
    ("verbatim", "kind"),
    [
        ("+14155550199", SenderKind.PHONE),
        ("+1234567", SenderKind.PHONE),
        ("+123456789012345", SenderKind.PHONE),
        ("+123456", SenderKind.ALPHANUMERIC),
        ("+1234567890123456", SenderKind.ALPHANUMERIC),
        ("+04155550199", SenderKind.ALPHANUMERIC),
        ("+1415555٠١٩٩", SenderKind.ALPHANUMERIC),
        ("+1 415 555 0199", SenderKind.ALPHANUMERIC),
        ("\u202a+14155550199", SenderKind.ALPHANUMERIC),
        (" +14155550199", SenderKind.ALPHANUMERIC),
        ("+14155550199 ", SenderKind.ALPHANUMERIC),
        ("14155550199", SenderKind.ALPHANUMERIC),
        ("729", SenderKind.SHORT_CODE),
        ("72975", SenderKind.SHORT_CODE),
        ("72975123", SenderKind.SHORT_CODE),
        ("72", SenderKind.ALPHANUMERIC),
        ("729751234", SenderKind.ALPHANUMERIC),
        ("٧٢٩٧٥", SenderKind.ALPHANUMERIC),
        ("whatsapp:+14155550199", SenderKind.CHANNEL),
        ("messenger:110022", SenderKind.CHANNEL),
        ("rcs:brand_agent", SenderKind.CHANNEL),
        ("ACME Bank", SenderKind.ALPHANUMERIC),
        ("x" * 64, SenderKind.ALPHANUMERIC),
    ],
)
def test_each_sender_has_its_sort_and_stays_itself(verbatim: str, kind: SenderKind) -> None:
    sender = read_sender(verbatim)

    assert (sender.kind, sender.value) == (kind, verbatim)


@pytest.mark.parametrize(
    "verbatim",
    ["", "   ", "x" * 65, "+14155550199\n", "+14155550199\0", "AC\tME", "\ud800", "a\u2028b", "\x7f", "\x85abc"],
)
def test_what_cannot_be_an_address_is_refused(verbatim: str) -> None:
    with pytest.raises(UnreadableSender):
        read_sender(verbatim)


near_numbers = st.text(alphabet="+10415\u0661\u202a\n\0 whatsp:", max_size=16)


decoration = st.text(alphabet=" \u00a0\u200b\u202a+0", max_size=2)


@given(st.one_of(near_numbers, st.text(max_size=66)), decoration, decoration)
def test_two_different_senders_never_become_one_person(one: str, before: str, behind: str) -> None:
    other = before + one.swapcase() + behind
    try:
        values = {read_sender(one).value, read_sender(other).value}
    except UnreadableSender:
        return

    assert len(values) == len({one, other})


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+14155550100", "US", "+14155550100"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("415.555.0100", "US", "+14155550100"),
        (" 1 415 555 0100 ", "US", "+14155550100"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("+44 20 7946 0000", "US", "+442079460000"),
        ("+15550001111", "US", "+15550001111"),
    ],
)
def test_an_operator_types_a_number_in_a_usual_way(typed: str, region: str, number: str) -> None:
    assert typed_number(typed, region) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "555-0100",
        "1-800-FLOWERS",
        "+99912345678",
        "+1415555010012345",
        "whatsapp:+14155550100",
        "tel:+14155550100",
        "+14155550100 ext. 5",
        "+1415555010\0",
        "４１５５５５０１００",
        "415555\n0100",
        "\u202a+14155550100",
    ],
)
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(NotAPhoneNumber, match=r"such as \+14155550100\.$"):
        typed_number(typed)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("+14155550199", "+1 415 555 0199"),
        ("+442079460000", "+44 20 7946 0000"),
        ("+99912345678", "+99912345678"),
        ("72975", "72975"),
        ("whatsapp:+14155550199", "whatsapp:+14155550199"),
        ("ACME Bank", "ACME Bank"),
    ],
)
def test_an_address_is_read_aloud(value: str, words: str) -> None:
    assert shown(value) == words


def test_an_address_with_something_invisible_does_not_look_like_the_number_inside_it() -> None:
    assert shown("\u202a+14155550199") == "\ufffd+14155550199"


@pytest.mark.parametrize(
    ("value", "region", "words"),
    [
        ("+14155550142", "US", "(415) 555-0142"),
        ("+14155550142", "GB", "+1 415 555 0142"),
        ("+14155550142", None, "+1 415 555 0142"),
        ("+442079460000", "GB", "020 7946 0000"),
        ("72975", "US", "72975"),
    ],
)
def test_a_number_of_the_same_country_is_shown_as_people_there_write_it(
    value: str, region: str | None, words: str
) -> None:
    assert national(value, region) == words


@pytest.mark.parametrize(
    ("value", "region"),
    [("+14155550142", "US"), ("+442079460000", "GB"), ("+80012345678", None), ("+15550001111", None), ("72975", None)],
)
def test_a_phone_tells_its_region_where_it_has_one(value: str, region: str | None) -> None:
    assert region_of(value) == region
