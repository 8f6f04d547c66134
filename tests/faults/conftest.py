"""A ground for each fault: processes run as operators run them, and end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from config.settings import load
from tests.faults.ground import LONG, Ground
from tests.faults.ledger_of_runs import LedgerOfRuns
from tests.faults.standin import standing_in
from tests.ports import free_port
from tests.workers.shop import shop_of

# They take long, and the database has no part in what they break: in the short form one of the two is enough
ON_SQLITE_ALONE = (
    "[postgresql-201_",  # what an unreadable answer is, is decided before anything is stored
    "test_f48_",
    "test_f50_",
    "test_slow_lines.py",
    "test_markup.py",
)
LEFT_OUT = pytest.mark.skip(reason="on PostgreSQL too in make faults")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/faults" not in item.nodeid:
            continue
        item.add_marker(pytest.mark.faults)
        is_second = "postgresql" in item.nodeid and any(name in item.nodeid for name in ON_SQLITE_ALONE)
        if is_second and not LONG:
            item.add_marker(LEFT_OUT)


def pytest_collection_finish(session: pytest.Session) -> None:
    """In the long form what is found is kept."""
    if LONG and not session.config.pluginmanager.has_plugin("ledger of runs"):
        session.config.pluginmanager.register(LedgerOfRuns(), "ledger of runs")


@pytest.fixture
def ground(environ: dict[str, str], record_property: Callable[[str, object], None]) -> Iterator[Ground]:
    port = free_port()
    environ |= {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "64",
    }
    with ExitStack() as stack:
        witness = stack.enter_context(standing_in(load(environ), f"http://127.0.0.1:{port}", drops=1.0))
        environ["TWILIO_API_BASE_URL"] = witness.carrier.url
        shop = shop_of(witness.settings).opens(per_second=100)
        ground = Ground(shop, witness, environ)
        ground.misses_nothing()
        with ground.stack:
            yield ground
            for name, count in ground.counted.items():
                record_property(name, count)
            record_property("faults", ground.faults())
        ground.shop.wiring.database.engine.dispose()
