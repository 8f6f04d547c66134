"""A text is removed at the carrier for good; whatever else happens on the line is told as what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from smsdesk.adapters.carrier import Gone, Kept, NotYet, Removal
from smsdesk.adapters.twilio import TwilioCarrier
from smsdesk.adapters.twilio.outcomes import removal_of_error
from smsdesk.simulator.customers import Attachment
from smsdesk.simulator.ledger import Text
from tests.conftest import ACCOUNT_SID
from tests.faults.standin import StandIn

SHOP, MARIA = "+15550100001", "+15550199901"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SHORT = timedelta(seconds=1)


def texted(stand_in: StandIn) -> Text:
    text = stand_in.carrier.customers.text(MARIA, SHOP, "hello", [Attachment("image/png", b"PNG")])
    stand_in.carrier.ledger.turn(text, "received")
    return text


def removes(stand_in: StandIn, text: Text, account: str = ACCOUNT_SID) -> Removal:
    return TwilioCarrier(stand_in.settings, SHORT).remove(account, text.sid, has_media=True)


def test_a_text_and_its_picture_go_and_a_second_time_finds_them_gone(stand_in: StandIn) -> None:
    text, other, carrier = texted(stand_in), texted(stand_in), TwilioCarrier(stand_in.settings)

    assert [removes(stand_in, text), removes(stand_in, text, account="")] == [Gone(), Gone()]

    assert carrier.fetch(text.sid) is None
    assert [one.carrier_sid for one in carrier.listed(SHOP, LONG_AGO)] == [other.sid]
    assert (carrier.media_of(text.sid), len(carrier.media_of(other.sid))) == ((), 1)
    assert stand_in.carrier.ledger.pictures(text.sid) == []


def test_a_text_that_is_on_its_way_stays_for_now(stand_in: StandIn) -> None:
    text = stand_in.carrier.ledger.write(Text("SM" + "a" * 32, "outbound-api", MARIA, SHOP, "Yes"))

    assert removes(stand_in, text) == NotYet(20009, holds_all=False)
    stand_in.carrier.ledger.turn(text, "delivered")
    assert removes(stand_in, text) == Gone()


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("429", NotYet(20429, True)),
        ("429:90", NotYet(20429, True, timedelta(seconds=90))),
        ("500", NotYet(20500, True)),
        ("502_html", NotYet(502, True)),
        ("401", NotYet(20003, True)),
        ("hang", NotYet(None, True)),
        ("reset_before", NotYet(None, True)),
        ("20009", NotYet(20009, False)),
        ("20010", Kept(20010)),
        ("accept_then_close", NotYet(None, True)),
    ],
)
def test_whatever_the_carrier_says_is_told_as_what_it_is(stand_in: StandIn, mode: str, told: Removal) -> None:
    text = texted(stand_in)
    stand_in.carrier.modes.always(MARIA, mode)

    assert removes(stand_in, text) == told


def test_a_port_where_nobody_listens_is_no_answer(stand_in: StandIn) -> None:
    nobody = replace(stand_in.settings, twilio_api_base_url="http://127.0.0.1:9")

    assert TwilioCarrier(nobody, SHORT).remove(ACCOUNT_SID, "SM" + "a" * 32, has_media=False) == NotYet(None, True)


def test_a_404_that_is_not_the_carriers_own_says_nothing() -> None:
    assert removal_of_error(404, None) == NotYet(404, holds_all=True)
    assert removal_of_error(404, 20404) == Gone()


def test_what_never_had_an_id_of_the_carriers_is_not_there(stand_in: StandIn) -> None:
    assert TwilioCarrier(stand_in.settings).remove(ACCOUNT_SID, "XX" + "0" * 32, has_media=True) == Gone()
