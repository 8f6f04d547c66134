"""A story happens over HTTP, with a clock that the story tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.rules.roles import Role
from tests.cast import Shop
from tests.people import *  # noqa: F403
from tests.stories.hour import Hour


@pytest.fixture
def hour(app: Flask, settings: Settings) -> Iterator[Hour]:
    """Nine to ten: Maya and Ana answer, Maria, Priya and Tom text, Sam manages."""
    shop = Shop(settings.database_url)
    for name in ("Maya", "Ana"):
        shop.person(name)
    shop.person("Sam", Role.MANAGER, teams=[])
    with clock.told_by(shop.now):
        yield Hour(app, settings, shop)
    shop.is_sound()
    shop.database.close()
