"""Passwords: long, anything goes, but not what guessers try first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.common_passwords import WORDS
from smsdesk.rules.passwords import WeakPassword, ensure_strong

EMAIL, NAME = "maya.okafor@riverside-kettles.example", "Maya Okafor"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 12"),
        ("kettle-otter", None),
        ("kettleotter", "at least 12"),
        ("🦦" * 11, "at least 12"),
        ("tangerine kettle " * 16, "at most 256"),
        ("password12345", "guessers"),
        ("P@ssw0rd2026!", "guessers"),
        ("pa$$w0rd!!!!", "guessers"),
        ("ＰＡＳＳＷＯＲＤ2026", "guessers"),
        ("!!!letmein!!!", "guessers"),
        ("iloveyou20252025", "guessers"),
        ("dragon-monkey-7", "guessers"),
        ("hello123world", "guessers"),
        ("AdminAdmin123", "guessers"),
        ("passwordpassword", "repeats"),
        ("aaaaaaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("kettlekettle", "repeats"),
        ("123456789012", "repeats"),
        ("qwertyuiop123", "repeats"),
        ("poiuytrewq!!", "repeats"),
        ("1qaz2wsx3edc", "repeats"),
        ("smsdesk2026!", "product"),
        ("SMS-Desk-kettle-otter", "product"),
        ("5m5d35k-kettle-otter", "product"),
        ("Maya.Okafor.2026", "your own name"),
        ("mayaokafor!!!", "your own name"),
        (EMAIL, "your own name"),
        ("riverside-kettles", "your own name"),
    ],
)
def test_what_guessers_try_first_is_refused_with_a_reason(password: str, why: str | None) -> None:
    if why is None:
        ensure_strong(password, EMAIL, NAME)
    else:
        with pytest.raises(WeakPassword, match=why):
            ensure_strong(password, EMAIL, NAME)


@pytest.mark.parametrize(
    "password",
    [
        "tangerine otter kettle",
        "maya likes tangerine otters",
        "Xk9#vQ2m!pLz",
        "847362910475",
        "пароль-очень-длинный",
        "🙂🙃😀😃😄😁😆😅🤣😂🙂🙃",
        "  leading spaces stay  ",
        "dragons eat burnt toast",
        ("long otter walks past a kettle; " * 9)[:255] + "!",
    ],
)
def test_anything_long_and_unlikely_is_welcome(password: str) -> None:
    ensure_strong(password, EMAIL, NAME)


@given(st.sampled_from(sorted(WORDS)), st.from_regex(r"[0-9!?.]{9,12}", fullmatch=True))
def test_no_common_word_becomes_strong_by_signs_at_its_end(word: str, signs: str) -> None:
    with pytest.raises(WeakPassword):
        ensure_strong(word.capitalize() + signs, EMAIL, NAME)


@given(st.text(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_every_password_gets_an_answer_and_only_those_of_the_right_length_pass(
    password: str, email: str, name: str
) -> None:
    try:
        ensure_strong(password, email, name)
    except WeakPassword:
        return

    assert 12 <= len(password) <= 256
