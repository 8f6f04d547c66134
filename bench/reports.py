"""What reports cost at a million texts: the page, adding up the hours that are over, and the file of every wait."""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from bench import decided, ground, pages
from smsdesk.adapters.database import Database
from smsdesk.desk import roll_up
from smsdesk.models import Agent
from smsdesk.rules.roles import Role

HOURS_AT_ONCE = 6  # as the worker does
PAGES = {"7d": "/manager/reports?days=7d", "28d": "/manager/reports?days=28d"}


def measure(kind: str, texts: int = 1_000_000) -> dict[str, float]:
    """p50 and p99 in ms of the page over 7 and 28 days and of today's, hours added up a second, rows of a file a second."""
    with ExitStack() as stack:
        redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
        database_url = stack.enter_context(ground.database(kind))
        decided.fill(database_url, texts)
        figures = {f"rollup_hours_per_s_{kind}": _rolled_up(database_url)}
        port = ground.free_port()
        web = stack.enter_context(
            ground.web("wsgi:app", ground.env_for(database_url, redis_url, var, port), var / "web.log")
        )
        browser = pages.browsers(database_url, port)[0]
        for name, path in (PAGES | {"right_now": "/manager"}).items():
            spent = pages.times(browser, path)
            figures[f"report_page_ms_{name}_{kind}"] = spent[len(spent) // 2]
            figures[f"report_page_p99_ms_{name}_{kind}"] = spent[int(len(spent) * 0.99)]
        before = _most_memory(web.pid)
        rows, seconds = _file(browser)
        figures[f"csv_rows_per_s_{kind}"] = rows / seconds
        figures[f"csv_more_memory_mb_{kind}"] = _most_memory(web.pid) - before
    return figures


def _rolled_up(database_url: str) -> float:
    database, now, hours = Database(database_url), datetime.now(UTC), 0
    with database.transaction() as session:
        session.execute(update(Agent).where(Agent.name == "Agent 0").values(role=Role.MANAGER))
    began = time.perf_counter()
    while True:
        with database.transaction() as session:
            if not roll_up.announce(session, now):
                break
    while True:
        with database.transaction() as session:
            found = roll_up.roll(session, roll_up.dirty_hours(session, HOURS_AT_ONCE), now)
        if not found:
            break
        hours += found
    spent = time.perf_counter() - began
    with database.reading() as session:
        assert session.scalars(select(Agent)).first() is not None
        assert not list(roll_up.differences(session, now - timedelta(days=1), now, now)), "an hour was added up wrongly"
    database.close()
    return hours / spent


def _file(browser: pages.Browser) -> tuple[int, float]:
    """The whole past, read as it comes."""
    since = datetime.now(UTC).date() - timedelta(days=90)
    path = f"/manager/reports/waits.csv?days=own&from={since}&to={datetime.now(UTC).date()}"
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=600)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": browser.cookie})
    answer, rows = connection.getresponse(), 0
    while piece := answer.read(65_536):
        rows += piece.count(b"\r\n")
    assert answer.status == 200
    return rows - 1, time.perf_counter() - began


def _most_memory(pid: int) -> float:
    """The greatest that any of the web's processes has needed so far, in MB (Linux)."""
    found = [0.0]
    for one in [pid, *ground.descendants(pid)]:
        status = Path(f"/proc/{one}/status")
        if status.exists():
            found += [
                int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM")
            ]
    return max(found)
