"""What a worker or clock process stands on: the settings, read once, and the adapters put together."""

from __future__ import annotations

from functools import cache

from sqlalchemy.orm import configure_mappers

from config import logging
from config.settings import load
from smsdesk.adapters.wiring import Wiring, wire


@cache
def wiring() -> Wiring:
    """Raises BadSettings with one sentence that names the fix."""
    import smsdesk.models  # noqa: F401  # every table, before the first query needs one

    settings = load()
    logging.configure(settings.is_production)
    configure_mappers()
    return wire(settings)
