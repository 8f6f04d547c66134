"""A text is kept so that SQLite, PostgreSQL and a browser read the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.texts import clean, has_bidi_override, preview

anything = st.text(alphabet=st.characters(codec=None))


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("hello", "hello"),
        ("a\0b", "a\ufffdb"),
        ("a\x07\x1b[2Jb", "a[2Jb"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("half \ud83d", "half \ufffd"),
        ("\udc00 other half", "\ufffd other half"),
        ("\ud83d\ude00", "😀"),
        ("שלום 👩‍👩‍👧 é", "שלום 👩‍👩‍👧 é"),
        ("\u202eevil", "\u202eevil"),
    ],
)
def test_only_what_breaks_a_database_or_a_terminal_is_taken_out(body: str, kept: str) -> None:
    assert clean(body) == kept


@given(anything)
def test_a_cleaned_text_can_be_stored_anywhere_and_stays_as_it_is(body: str) -> None:
    cleaned = clean(body)

    cleaned.encode("utf-8")
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("body", "turned"), [("plain", False), ("שלום", False), ("\u200f", False), ("a\u202eb", True), ("\u2066x", True)]
)
def test_a_forced_reading_direction_is_noticed(body: str, turned: bool) -> None:
    assert has_bidi_override(body) is turned


@pytest.mark.parametrize(
    ("body", "media", "line"),
    [
        ("do you open\n sundays? ", 0, "do you open sundays?"),
        ("here it is", 2, "here it is"),
        ("", 1, "Attachment"),
        (" \n", 3, "3 attachments"),
        ("", 0, "(no words)"),
        ("x" * 80, 0, "x" * 80),
        ("x" * 81, 0, "x" * 79 + "…"),
        ("x" * 77 + "👩\u200d👩\u200d👧", 0, "x" * 77 + "👩…"),
    ],
)
def test_a_preview_is_one_line(body: str, media: int, line: str) -> None:
    assert preview(body, media) == line


@given(anything, st.integers(0, 10), st.integers(5, 100))
def test_a_preview_never_outgrows_its_line(body: str, media: int, limit: int) -> None:
    line = preview(body, media, limit)

    assert len(line.splitlines()) == 1
    assert len(line) <= max(limit, len("10 attachments"))
