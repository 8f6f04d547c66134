"""Clocks cannot be fooled: whatever happens, in whatever order, they say what a naive second reckoning says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from tests import servers
from tests.cast import Shop
from tests.desk.desk_and_oracle import Twice
from tests.desk.naive_clocks import Policy, Promise

SHOP_HOURS = (((540, 1080),),) * 5 + (((600, 840),), ())  # 9 to 18, Saturdays 10 to 14
LUNCH = (((480, 720), (780, 1140)),) * 6 + ((),)
NIGHTS = (((1200, 1800),),) * 7  # from 20 to 6
WEEKS = (SHOP_HOURS, LUNCH, NIGHTS, None)
# The days before a weekend on which clocks are changed: forth and back
PLACES = (
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 2)),
)
SALES = Policy(
    Promise(1800, (0.5,), (120,), (0, 300, 900), 600, 2, by_calendar=True, at_any_time=True), 7200, team="Sales"
)
URGENT = Policy(Promise(240, (0.25, 0.75), (60,), (0, 120)), 3600, priority="urgent")
EVERYBODY = Policy(Promise(1200, (0.5, 0.8), (240, 60), (0, 600), 1200, 3), 14400)
AT_NIGHT_TOO = Policy(Promise(900, (), (300,), at_any_time=True), 10800)
POLICIES = ((), (SALES, URGENT), (URGENT, EVERYBODY), (SALES, AT_NIGHT_TOO), (EVERYBODY,))

who = st.sampled_from(["Maria", "Maria", "Priya"])
deeds = st.one_of(
    st.tuples(st.just("text"), who, st.sampled_from(["question"] * 4 + ["goodbye", "goodbye", "stop", "start"]), st.booleans()),
    st.tuples(st.just("approve"), who),
    st.tuples(st.just("report"), st.integers(0, 3), st.sampled_from(["accepted", "sent", "delivered", "undelivered"])),
    st.tuples(st.just("report"), st.integers(0, 1), st.sampled_from(["accepted", "undelivered"])),
    st.tuples(st.sampled_from(["resolve", "reopen", "needs_no_reply", "needs_reply"]), who),
    st.tuples(st.just("snooze"), who, st.integers(1, 30)),
    st.tuples(st.just("passes"), who, st.sampled_from(["Support", "Sales"])),
    st.tuples(st.just("prioritise"), who, st.sampled_from(["normal", "urgent"])),
    st.tuples(st.just("policies"), st.sampled_from(POLICIES)),
    st.tuples(st.just("target"), st.sampled_from([3, 10, 45, 480])),
    st.tuples(st.just("hours"), st.sampled_from(WEEKS)),
    st.tuples(st.just("acknowledge")),
    st.tuples(st.just("look")),
)  # fmt: skip
SHORT, LONG = [1, 7, 30, 61, 179, 300, 420, 601], [1500, 3600, 9000, 5 * 3600, 13 * 3600, 29 * 3600]
pauses = st.one_of(
    st.tuples(st.just("seconds"), st.sampled_from(SHORT)),
    st.tuples(st.just("seconds"), st.sampled_from(SHORT + LONG)),
    st.tuples(st.sampled_from(["deadline", "alert"]), st.sampled_from([-1.0, 0.0, 0.999, 1.0])),
)
histories = st.tuples(
    st.sampled_from(PLACES),
    st.sampled_from(WEEKS),
    st.sampled_from(POLICIES),
    st.lists(st.tuples(pauses, deeds), min_size=4, max_size=22),
)


def live(shop: Shop, history: tuple[Any, ...]) -> None:
    """Both live through it; they are compared after each deed, and at the end after a long look back."""
    (zone, first), week, policies, days = history
    twice = Twice(shop, zone, first)
    twice.hours(week, frozenset({first + timedelta(days=3)}))
    twice.policies(policies)
    twice.text("Maria", "question")
    for pause, (deed, *details) in days:
        _wait(twice, *pause)
        note(f"{twice.now.isoformat()} {deed} {details}")
        getattr(twice, deed)(*details)
        twice.agree()
    for length in (timedelta(minutes=9), timedelta(hours=3), timedelta(days=4)):
        shop.now.at += length
        note(f"{twice.now.isoformat()} look")
        twice.look()
        twice.agree()


def _wait(twice: Twice, until: str, seconds: float) -> None:
    """So long, or until so many seconds after a running clock's deadline or next word, if that is ahead."""
    at = twice.now + timedelta(seconds=abs(seconds) or 1)
    for thread in twice.oracle.threads.values():
        for run in [*thread.replies.values(), *thread.resolutions.values()]:
            if run.state == "running" and until != "seconds":
                says = run.due if until == "deadline" else next((moment for _, _, moment in run.untold()), twice.now)
                if says + timedelta(seconds=seconds) > twice.now:
                    at = says + timedelta(seconds=seconds)
    twice.shop.now.at = at


def lives(new_database: Callable[[], str], examples: int) -> None:
    @settings(max_examples=examples, print_blob=True, suppress_health_check=list(HealthCheck), database=None)
    @given(histories)
    def all_agree(history: tuple[Any, ...]) -> None:
        shop = Shop(new_database())
        try:
            live(shop, history)
        finally:
            shop.database.close()

    all_agree()


@pytest.mark.timeout(600)
def test_clocks_say_what_a_naive_reckoning_says(sqlite_url: str, tmp_path: Path) -> None:
    numbers = count()

    def new_database() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copy(sqlite_url.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    lives(new_database, 40)


@pytest.mark.timeout(600)
@pytest.mark.postgresql
def test_clocks_say_the_same_on_postgresql(postgresql_url: str, postgresql_server: str) -> None:
    template = make_url(postgresql_url).database or ""
    with ExitStack() as databases:
        lives(lambda: databases.enter_context(servers.copy_of(postgresql_server, template)), 4)
