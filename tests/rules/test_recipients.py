"""Whom a text may go to, and where on earth a phone may be."""

import subprocess
import sys
from uuid import UUID
from zoneinfo import available_timezones

import phonenumbers
import pytest

from smsdesk.rules import countries
from smsdesk.rules.phone_numbers import UnreadableSender
from smsdesk.rules.recipients import Hindrance, country_of, refusal, zones_of
from smsdesk.rules.tombstones import tombstone


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("+14155550142", "US"),
        ("+14165550123", "CA"),
        ("+18095550100", "DO"),
        ("+12425550100", "BS"),
        ("+16715550100", "GU"),
        ("+18005551212", "US"),
        ("+15550100001", "US"),  # for fiction: in nobody's range
        ("+447700900123", "GB"),  # for drama
        ("+442079460000", "GB"),
        ("+447624123456", "IM"),
        ("+33612345678", "FR"),
        ("+919876543210", "IN"),
        ("+79161234567", "RU"),
        ("+77012345678", "KZ"),
        ("+38344123456", "XK"),
        ("+2348012345678", "NG"),
        ("whatsapp:+2348012345678", "NG"),
        ("+80012345678", None),
        ("+870773111632", None),
        ("+99912345678", None),
        ("+123456789012345", None),  # no phone is as long as that there
        ("242733", None),
        ("ParcelCo", None),
        ("messenger:12", None),
        ("14155550142", None),
    ],
)
def test_the_country_of_a_phone_is_known_by_its_range(address: str, country: str | None) -> None:
    assert country_of(address) == country


@pytest.mark.parametrize(
    ("address", "zones"),
    [
        ("+14155550142", ("America/Los_Angeles",)),
        ("+12125550142", ("America/New_York",)),
        ("+447700900123", ("Europe/London",)),
        ("+447624123456", ("Europe/Isle_of_Man",)),
        ("+33612345678", ("Europe/Paris",)),
        ("+919876543210", ("Asia/Kolkata",)),
        ("+18095550100", ("America/Santo_Domingo",)),
        ("+38344123456", ("Europe/Belgrade",)),
        ("whatsapp:+33612345678", ("Europe/Paris",)),
        ("+80012345678", ()),
        ("+99912345678", ()),
        ("242733", ()),
        ("ParcelCo", ()),
    ],
)
def test_a_phone_may_be_in_the_zones_of_its_area(address: str, zones: tuple[str, ...]) -> None:
    assert zones_of(address) == zones


@pytest.mark.parametrize("address", ["+18005551212", "+15550100001", "+15005550006"])
def test_a_phone_of_no_area_may_be_anywhere_in_its_country(address: str) -> None:
    found = zones_of(address)

    assert found == countries.zones_of("US")
    assert {"America/New_York", "America/Anchorage", "Pacific/Honolulu"} <= set(found)
    assert not {"America/Toronto", "America/Jamaica"} & set(found)


def test_where_countries_share_a_code_the_zones_are_those_of_one() -> None:
    assert "Asia/Almaty" in zones_of("+77012345678")
    assert "Europe/Moscow" not in zones_of("+77012345678")
    assert "Asia/Almaty" not in zones_of("+79161234567")


@pytest.mark.parametrize("address", ["+14155550142", "+447700900123", "+15550100001", "+61491570006", "whatsapp:+14155550142"])  # fmt: skip
def test_an_ordinary_phone_is_texted_even_where_nobody_has_been_given_it(address: str) -> None:
    assert refusal(address, ()) is None
    assert refusal(address, {"US", "GB", "AU"}) is None


@pytest.mark.parametrize(
    ("address", "why", "sentence"),
    [
        ("+19005550100", Hindrance.PREMIUM_RATE, "premium-rate number"),
        ("+4909001234567", Hindrance.PREMIUM_RATE, "premium-rate number"),
        ("+979123456789", Hindrance.PREMIUM_RATE, "premium-rate number"),
        ("whatsapp:+19005550100", Hindrance.PREMIUM_RATE, "premium-rate number"),
        ("+611300123456", Hindrance.SHARED_COST, "shared-cost number"),
        ("242733", Hindrance.SHORT_CODE, "short code"),
        ("ParcelCo", Hindrance.ALPHANUMERIC, "no phone number"),
        ("14155550142", Hindrance.ALPHANUMERIC, "no phone number"),
    ],
)
@pytest.mark.parametrize("countries", [(), ("US", "DE", "AU")])
def test_what_must_not_be_texted_is_refused_whatever_is_switched_on(
    address: str, why: Hindrance, sentence: str, countries: tuple[str, ...]
) -> None:
    refused = refusal(address, countries)

    assert refused is not None
    assert refused.why is why
    assert sentence in refused.sentence
    assert "Ask for an ordinary mobile number" in refused.sentence


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("+2348012345678", "Nigeria"),
        ("whatsapp:+2348012345678", "Nigeria"),
        ("+447700900123", "the United Kingdom"),
        ("+12425550100", "the Bahamas"),  # +1 as well
        ("+77012345678", "Kazakhstan"),
    ],
)
def test_a_country_that_is_switched_off_is_named_with_who_can_switch_it_on(address: str, name: str) -> None:
    refused = refusal(address, {"US"})

    assert refused is not None
    assert refused.why is Hindrance.COUNTRY
    assert refused.sentence == f"Texts to {name} are switched off. A manager can switch them on under Rules."
    assert refusal(address, ()) is None


def test_a_number_of_no_country_is_texted_only_where_every_country_is() -> None:
    refused = refusal("+870773111632", {"US"})

    assert refused is not None
    assert refused.why is Hindrance.NO_COUNTRY
    assert refused.sentence.endswith("A manager can lift that under Rules.")
    assert refusal("+870773111632", ()) is None


def test_a_channel_that_is_no_phone_is_in_no_country() -> None:
    assert refusal("messenger:1234567", {"US"}) is None


def test_who_was_erased_is_not_texted() -> None:
    refused = refusal(tombstone(UUID(int=1)), ())

    assert refused is not None
    assert refused.why is Hindrance.ERASED


def test_what_is_no_address_is_no_recipient() -> None:
    with pytest.raises(UnreadableSender):
        refusal(" ", ())


def test_every_country_with_phones_has_a_name_and_its_zones_are_real() -> None:
    known = available_timezones()
    for region in phonenumbers.SUPPORTED_REGIONS:
        assert countries.name_of(region) != region, region
        assert countries.zones_of(region), region
        assert set(countries.zones_of(region)) <= known


def test_every_zone_of_an_area_is_one_that_we_can_ask_for_the_time() -> None:
    from phonenumbers.tzdata import TIMEZONE_DATA

    assert {zone for zones in TIMEZONE_DATA.values() for zone in zones} <= available_timezones()


def test_the_map_of_areas_is_not_read_before_somebody_asks() -> None:
    ask = (
        "import sys; from smsdesk.rules.recipients import refusal, zones_of; refusal('+14155550142', ['US']); "
        "early = 'phonenumbers.timezone' in sys.modules; zones_of('+14155550142'); "
        "print(early, 'phonenumbers.timezone' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout == "False True\n"
    )
