"""The shop that the tests of the screens are about."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.agent.screen import Screen, Shop


@pytest.fixture
def shop(app: Flask) -> Shop:
    made = Shop(app)
    made.open()
    return made


@pytest.fixture
def maya(shop: Shop) -> Screen:
    return shop.screen("Maya")


@pytest.fixture
def ana(shop: Shop) -> Screen:
    return shop.screen("Ana")
