"""Only a whole text is a keyword; everything else belongs to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.keywords import Keyword, carrier_hint, read_keyword

STOP, START, HELP = Keyword.STOP, Keyword.START, Keyword.HELP

TABLE: list[tuple[str, Keyword | None]] = [
    ("STOP", STOP),
    ("stop", STOP),
    ("Stop", STOP),
    ("sToP", STOP),
    (" stop ", STOP),
    ("stop\n", STOP),
    ("\tSTOP\r\n", STOP),
    ("stop.", STOP),
    ("STOP!!!", STOP),
    ('"stop"', STOP),
    ("(stop)", STOP),
    ("¡stop!", STOP),
    ("stop…", STOP),
    ("s.t.o.p", STOP),
    ("Stop 🛑", STOP),
    ("🛑stop🛑", STOP),
    ("stop ✋🏽", STOP),
    ("stop ⛔️", STOP),
    ("stop 👩\u200d💻", STOP),
    ("ＳＴＯＰ", STOP),
    ("𝐒𝐓𝐎𝐏", STOP),
    ("ⓢⓣⓞⓟ", STOP),
    ("ſtop", STOP),
    ("st\u200bop", STOP),
    ("\u202estop\u202c", STOP),
    ("\ufeffstop", STOP),
    ("st\u00adop", STOP),
    ("stop\u00a0", STOP),
    ("stop\0", STOP),
    ("stop\ud83d", STOP),
    ("stopall", STOP),
    ("STOP ALL", STOP),
    ("stop   all", STOP),
    ("stop - all", STOP),
    ("unsubscribe", STOP),
    ("Unsubscribe.", STOP),
    ("END", STOP),
    ("quit", STOP),
    ("Cancel", STOP),
    ("REVOKE", STOP),
    ("optout", STOP),
    ("opt out", STOP),
    ("Opt-Out", STOP),
    ("opt\nout", STOP),
    ("START", START),
    ("start!", START),
    ("Unstop", START),
    ("HELP", HELP),
    ("help?", HELP),
    ("Info", HELP),
    ("ℹ", None),
    ("please stop by tomorrow", None),
    ("STOP PLEASE", None),
    ("stop it", None),
    ("don't stop", None),
    ("stop stop", None),
    ("stop 1", None),
    ("stop1", None),
    ("stopp", None),
    ("st op", None),
    ("stóp", None),
    ("sto\u0301p", None),
    ("ѕtop", None),
    ("bus stop", None),
    ("the end", None),
    ("cancel my order", None),
    ("can you help", None),
    ("help me", None),
    ("info please", None),
    ("start over", None),
    ("yes", None),
    ("Y", None),
    ("no más", None),
    ("please stop texting me", None),
    ("", None),
    ("   ", None),
    ("🛑", None),
    ("👍", None),
    ("!?", None),
    ('Liked "stop"', None),
]


@pytest.mark.parametrize(("body", "keyword"), TABLE)
def test_a_text_is_a_keyword_only_as_a_whole(body: str, keyword: Keyword | None) -> None:
    assert read_keyword(body) is keyword


@pytest.mark.parametrize("body", ["yes", "YES!", "Yes 👍"])
def test_yes_is_consent_only_where_it_was_asked_for(body: str) -> None:
    assert read_keyword(body) is None
    assert read_keyword(body, invited=True) is START


def test_an_invitation_does_not_turn_other_words_into_consent() -> None:
    assert read_keyword("yes please", invited=True) is None
    assert read_keyword("stop", invited=True) is STOP


@pytest.mark.parametrize(
    "body", ["stop" + "a" * 100_000, "!" * 100_000 + "stop", "o" + "\u0301\u0316" * 50_000, "\ufdfa" * 100_000]
)
def test_a_huge_text_is_read_too(body: str) -> None:
    assert read_keyword(body) is (STOP if body.endswith("stop") else None)


noise = st.text(alphabet="!.,;:-'\"🛑👍\u200b\u200d\ufe0f\u2066 \n\t", max_size=12)


@given(noise, st.sampled_from(["stop", "STOP ALL", "Unsubscribe", "opt out", "QUIT"]), noise)
def test_no_decoration_hides_a_stop(before: str, word: str, after: str) -> None:
    assert read_keyword(before + word + after) is STOP


@given(st.sampled_from(["stop", "start", "help", "cancel"]), st.from_regex(r"[a-z]{1,10}", fullmatch=True))
def test_a_word_beside_the_keyword_makes_it_a_sentence(keyword: str, other: str) -> None:
    spoken = f"{keyword} {other}"

    assert read_keyword(spoken) is (STOP if spoken == "stop all" else None)


@pytest.mark.parametrize(
    ("hint", "keyword"),
    [("STOP", STOP), ("start", START), (" HELP ", HELP), (None, None), ("", None), ("MAYBE", None), ("YES", None)],
)
def test_the_carriers_own_reading_is_understood(hint: str | None, keyword: Keyword | None) -> None:
    assert carrier_hint(hint) is keyword
