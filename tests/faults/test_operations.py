"""What operators do, and what happens to them meanwhile (trust.md 6.3 O): migrations, stops, and settings that cannot be right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select

from config.settings import BadSettings, Settings, load
from smsdesk.adapters import clock, migrate
from smsdesk.adapters.ids import new_id
from smsdesk.app import create_app
from smsdesk.models import Alert, Base
from smsdesk.rules.delivery_status import State
from tests.faults.ground import ROOT, Ground
from tests.faults.standin import standing_in
from tests.faults.test_outbound import own_redis
from tests.servers import sqlalchemy_address
from tests.workers.shop import MARIA, shop_of
from workers.start import warn_if_evicting

# A migration whose process is killed after so many statements that change the schema
KILLED = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from smsdesk.adapters import migrate
left = [int(sys.argv[2])]
@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP")):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)
migrate.to_head(sys.argv[1])
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server, name = request.getfixturevalue("postgresql_server"), f"empty_{new_id().hex[:16]}"
    with closing(psycopg.connect(server, autocommit=True)) as db:
        db.execute(f'CREATE DATABASE "{name}"')
        yield sqlalchemy_address(server, name)
        db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_f66_a_migration_that_is_killed_half_way_goes_on_at_the_next_start(empty_url: str) -> None:
    for statements in (20, 100):  # in the middle of the first version, and of a later one
        dying = [sys.executable, "-c", KILLED, empty_url, str(statements)]
        ended = subprocess.run(dying, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
        assert ended.returncode == -signal.SIGKILL

    migrate.to_head(empty_url)

    engine = create_engine(empty_url)
    with engine.connect() as connection:
        assert migrate.is_at_head(connection)
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


SAFE = {
    "SMSDESK_ENV": "production",
    "PUBLIC_URL": "https://desk.example.test",
    "SECRET_KEY": "0" * 40,
    "CARRIER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
}
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no key for cookies": ({"SECRET_KEY": ""}, "SECRET_KEY is missing.* set it to"),
    "a key that anybody guesses": ({"SECRET_KEY": "change me"}, "SECRET_KEY is .*shorter than 32 .* set it to"),
    "an address without a scheme": ({"PUBLIC_URL": "desk.example.test"}, "PUBLIC_URL is .* set it to an address such as"),
    "an address that anybody can read along": ({"PUBLIC_URL": "http://desk.example.test"}, "PUBLIC_URL must .* set it"),
    "no tokens": ({"TWILIO_AUTH_TOKEN": " , "}, "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    "no account": ({"TWILIO_ACCOUNT_SID": ""}, "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    "made for tests": ({"SMSDESK_TESTING": "1"}, "SMSDESK_TESTING .* unset them in production"),
    "a failpoint": ({"SMSDESK_FAILPOINT": "in.after_verify"}, "SMSDESK_FAILPOINT .* unset them in production"),
    "a debugger": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on in production; unset it"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_f70_what_cannot_be_right_refuses_to_start_with_a_sentence_that_names_the_fix(
    what: str, tmp_path: Path
) -> None:
    change, says = WRONG[what]
    safe = SAFE | {"SMSDESK_VAR": str(tmp_path / "var")}
    assert load(safe).is_production

    with pytest.raises(BadSettings, match=says) as stopped:
        load(safe | change)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize("part", ["gunicorn -c config/gunicorn.py wsgi:app", "flask --app wsgi desk doctor"])
def test_f70_every_part_says_so_without_a_traceback_and_ends(part: str, tmp_path: Path) -> None:
    """A folder that nobody can write to is met by both of them: it could not spool."""
    (tmp_path / "var").write_text("a file where the folder should be")
    environ = {"SMSDESK_VAR": str(tmp_path / "var"), "PATH": os.environ["PATH"]}

    ended = subprocess.run([sys.executable, "-m", *part.split()], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)  # fmt: skip

    assert ended.returncode != 0
    assert "make it writable, or set SMSDESK_VAR to a folder that is." in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The doctor's own looks at PostgreSQL are tried by the faults that end with `ground.check`."""
    return sqlite_url


def test_f70_the_doctor_names_what_only_shows_while_it_runs(settings: Settings) -> None:
    """A public address that the carrier does not post to, a Redis that evicts, and a clock that is wrong."""
    with standing_in(settings) as carrier:
        shop = shop_of(carrier.settings).opens()
        well = looked_at(carrier.settings)
        shop.wiring.wake_ups.redis.config_set("maxmemory-policy", "allkeys-lru")
        try:
            elsewhere = replace(carrier.settings, public_url="https://old-name.smsdesk.test")
            with clock.told_by(lambda at=clock.now() + timedelta(minutes=9): at):  # type: ignore[misc]
                ill = looked_at(elsewhere)
        finally:
            shop.wiring.wake_ups.redis.config_set("maxmemory-policy", "noeviction")

    assert {"+14155550100 at the carrier", "Redis never evicts", "this machine's clock"} <= set(well)
    assert "Set its “A message comes in” to POST https://old-name.smsdesk.test/" in ill["+14155550100 at the carrier"]
    assert "maxmemory-policy noeviction" in ill["Redis never evicts"]
    assert ill["this machine's clock"].startswith("Set this machine's clock right")
    assert (well["Redis never evicts"], well["this machine's clock"]) == ("", "")


def test_f70_managers_are_told_once_of_a_redis_that_evicts_and_what_to_run(environ: dict[str, str]) -> None:
    with own_redis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as (start, url):
        start()
        shop = shop_of(load(environ | {"REDIS_URL": url})).opens()
        redis = shop.wiring.wake_ups.redis
        for _ in range(3):  # as each worker does when it starts
            warn_if_evicting(redis, shop.wiring.database)
        told = shop.all(select(Alert))
        redis.config_set("maxmemory-policy", "noeviction")
        with clock.told_by(lambda at=clock.now() + timedelta(days=2): at):  # type: ignore[misc]
            warn_if_evicting(redis, shop.wiring.database)

    assert [(alert.words or {})["text"].partition("Run: ")[2] for alert in told] == [
        "redis-cli config set maxmemory-policy noeviction"
    ]
    assert len(shop.all(select(Alert))) == 1


def looked_at(settings: Settings) -> dict[str, str]:
    """What the doctor looks at → what it says should be done."""
    told = create_app(settings).test_cli_runner().invoke(args=["desk", "doctor", "--json"])
    return {check["name"]: check["fix"] for check in json.loads(told.output)["checks"]}


def test_f66_a_worker_that_is_told_to_stop_finishes_what_it_has_begun_and_begins_nothing(ground: Ground) -> None:
    ground.witness.carrier.modes.always(MARIA, "slow:3")
    [begun] = ground.answered("Ready at five")
    worker = ground.worker("outbound")
    ground.until_state(begun, State.SENDING)
    [waits] = ground.answered("And yours at six", sender="+14155550177")
    worker.terminate()

    assert worker.wait(60) == 0
    assert ground.state(begun) is State.ACCEPTED
    assert ground.state(waits) in {State.READY, State.ACCEPTED}
    ground.worker("outbound")
    ground.until_state(waits, State.ACCEPTED)
    assert len(ground.witness.calls()) == 2
    ground.check()
