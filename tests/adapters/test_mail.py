"""A letter reaches a real mail server, and each way in which it does not is told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config import mail
from smsdesk.adapters.mail import Letter, Mailer
from smsdesk.rules.alert_tries import Ended
from tests.listeners import Postbox, postbox

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LETTER = Letter("0198@desk.shop.test", "maya@shop.test", "Late: Maria", "Maria waits ✓", "<p>Maria waits ✓</p>", NOON)


def mailer(box: Postbox, more: str = "") -> Mailer:
    server = mail.read(f"smtp://{more}{box.host}:{box.port}", "The desk <desk@shop.test>")
    assert server
    return Mailer(server, timedelta(seconds=3))


def test_a_letter_arrives_with_its_id_as_text_and_as_page() -> None:
    with postbox() as box:
        outcome = mailer(box).send(LETTER)

    (letter,) = box.letters
    assert outcome.ended is Ended.TAKEN
    assert letter["Message-ID"] == "<0198@desk.shop.test>"
    assert (letter["To"], letter["Subject"]) == ("maya@shop.test", "Late: Maria")
    assert letter["From"] == "The desk <desk@shop.test>"
    assert letter["Auto-Submitted"] == "auto-generated"
    text, page = letter.iter_parts()
    assert (text.get_content().strip(), page.get_content().strip()) == ("Maria waits ✓", "<p>Maria waits ✓</p>")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_the_name_and_password_of_the_address_are_used() -> None:
    with postbox(password="a b") as box:
        good = mailer(box, "desk:a%20b@").send(LETTER)
        bad = mailer(box, "desk:wrong@").send(LETTER)

    assert (good.ended, bad.ended) == (Ended.TAKEN, Ended.LATER)
    assert bad.why == "The mail server refuses our name and password."
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    ("says", "ended"),
    [("451 busy", Ended.LATER), ("554 spam", Ended.NEVER), ("hang up", Ended.IN_DOUBT)],
)
def test_what_the_server_says_of_a_letter_decides_whether_it_goes_again(says: str, ended: Ended) -> None:
    with postbox() as box:
        box.says = [says]
        outcome = mailer(box).send(LETTER)

    assert outcome.ended is ended
    assert outcome.why


def test_an_address_that_is_refused_is_not_tried_again() -> None:
    with postbox() as box:
        box.refuses = LETTER.to
        outcome = mailer(box).send(LETTER)

    assert outcome.ended is Ended.NEVER
    assert outcome.why == "The mail server does not take letters for this address (550)."


def test_a_server_that_is_away_is_tried_again_and_the_doctor_hears_of_it() -> None:
    with postbox() as box:
        gone = mailer(box)
        assert gone.check() is None

    assert gone.send(LETTER).ended is Ended.LATER
    assert gone.check() == "ConnectionRefusedError"
