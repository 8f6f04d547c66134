"""The cast as fixtures: import them into a conftest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smsdesk.models import Availability
from smsdesk.rules.roles import Role
from tests.cast import Customer, Person, Shop

__all__ = ["ana", "lee", "maria", "maya", "priya", "sam", "shop", "tom"]


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop on an empty database. After every test its books must be in order, whatever happened."""
    shop = Shop(database_url)
    yield shop
    try:
        shop.is_sound()
    finally:
        shop.database.close()


@pytest.fixture
def maria(shop: Shop) -> Customer:
    return shop.customer("Maria", "+14155550142")


@pytest.fixture
def priya(shop: Shop) -> Customer:
    return shop.customer("Priya", "+14155550143")


@pytest.fixture
def tom(shop: Shop) -> Customer:
    return shop.customer("Tom", "+14155550144")


@pytest.fixture
def maya(shop: Shop) -> Person:
    return shop.person("Maya")


@pytest.fixture
def ana(shop: Shop) -> Person:
    return shop.person("Ana")


@pytest.fixture
def lee(shop: Shop) -> Person:
    """Leads the team, and answers nobody."""
    return shop.person("Lee", Role.LEAD, availability=Availability.AWAY)


@pytest.fixture
def sam(shop: Shop) -> Person:
    """The manager, in no team."""
    return shop.person("Sam", Role.MANAGER, teams=[], availability=Availability.AWAY)
