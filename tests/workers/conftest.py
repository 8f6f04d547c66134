"""The shop, open for business."""

from __future__ import annotations

import pytest

from config.settings import Settings
from tests.workers.shop import Shop, shop_of


@pytest.fixture
def shop(settings: Settings) -> Shop:
    return shop_of(settings).opens()
