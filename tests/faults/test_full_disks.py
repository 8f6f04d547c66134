"""The disk of PostgreSQL, or of Redis, is full for a while (trust.md 6.3, F24): nothing is acknowledged that is not kept, and all goes on when there is room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import update

from smsdesk.adapters.queue import connect
from smsdesk.models import Agent
from smsdesk.rules.delivery_status import State
from tests.faults.ground import LONG, Ground
from tests.faults.stores import PostgresqlStore, a_store, lives
from tests.faults.test_outbound import own_redis, waiting
from tests.servers import until

pytestmark = pytest.mark.skipif(not LONG, reason="takes long; make faults")
WITH_THE_CARRIER = (State.ACCEPTED, State.SENT, State.DELIVERED)
FIRST = 100_000  # the ids below are those of customers whom only the shop knows
RECOVERS_WITHIN = 30.0  # seconds; trust.md 6.2, I13


@dataclass
class SmallDisk:
    folder: Path

    def fills_up(self) -> None:
        """To the last byte."""
        with suppress(OSError), (self.folder / "ballast").open("ab", buffering=0) as ballast:
            while ballast.write(bytes(1024)):
                pass

    def has_room_again(self) -> None:
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A file system of its own, in memory. Whoever may not mount one cannot try this."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "small", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk of one's own needs leave to mount one")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def posted(ground: Ground, numbers: Iterable[int]) -> list[int | None]:
    """Each from a phone of its own; what was answered."""
    return [ground.post(ground.form(FIRST + n, sender=f"+1415556{n:04}")) for n in numbers]


def writes(redis: Redis) -> bool:
    try:
        return bool(redis.set("look", 1))
    except RedisError:
        return False


class TestPostgresql:
    """Its whole cluster stands on the small disk, tables and log."""

    @pytest.fixture
    def disk(self, tmp_path: Path) -> Iterator[SmallDisk]:
        with small_disk(tmp_path / "disk", 160) as disk:
            yield disk

    @pytest.fixture
    def store(self, disk: SmallDisk) -> Iterator[PostgresqlStore]:
        with a_store("postgresql", "", disk.folder) as store:
            assert isinstance(store, PostgresqlStore)
            yield store

    @pytest.fixture
    def database_url(self, store: PostgresqlStore) -> str:
        return store.url

    @pytest.mark.postgresql
    def test_f24_while_postgresqls_disk_is_full_nothing_is_acknowledged_that_is_not_kept_and_it_goes_on_afterwards(
        self, ground: Ground, disk: SmallDisk, store: PostgresqlStore
    ) -> None:
        ground.web()
        ground.clock()
        ground.worker("outbound")
        before = posted(ground, range(1, 21))
        disk.fills_up()
        during = posted(ground, range(21, 421))
        was_spooled = len(list(ground.settings.spool.glob("text-*.json")))
        has_ended = not lives(store.server.get_pid())
        disk.has_room_again()
        until(store.is_back, 60, "PostgreSQL does not start again")
        ground.shop.wiring.database.engine.dispose()
        until(lambda: not list(ground.settings.spool.glob("text-*.json")), RECOVERS_WITHIN, "the spool was not read in")
        after = posted(ground, range(421, 441))
        [answer] = ground.answered("Ready at five", sender="+14155559999")
        ground.until_state(answer, *WITH_THE_CARRIER, seconds=RECOVERS_WITHIN)

        assert {*before, *after} == {200}
        assert set(during) <= {200, 503}
        assert was_spooled or has_ended or 503 in during, "its disk was never full"
        ground.broken += 1
        answers = enumerate(before + during + after, start=1)
        ground.check({f"SM{FIRST + n:032x}" for n, status in answers if status == 200})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f24_while_the_disk_of_redis_is_full_texts_come_and_go_and_it_is_used_again_afterwards(
    ground: Ground, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk, own_redis("--dir", str(disk.folder)) as (start, url):
        start()
        ground.environ["REDIS_URL"] = url
        with ground.shop.session() as session:
            session.execute(update(Agent).values(capacity=1000))
        for part in ("outbound", "routing"):
            ground.worker(part)
        ground.web()
        ground.clock()
        redis = connect(url)
        assert posted(ground, range(1, 6)) == [200] * 5

        disk.fills_up()
        until(lambda: not writes(redis), 20, "its disk was never full")
        during = posted(ground, range(6, 26))
        [answer] = ground.answered("Ready at five", sender="+14155559999")
        ground.until_state(answer, *WITH_THE_CARRIER, seconds=RECOVERS_WITHIN)
        until(lambda: all(one.assignee_id for one in waiting(ground)), RECOVERS_WITHIN, "nobody was given the texts")
        disk.has_room_again()
        until(lambda: writes(redis), RECOVERS_WITHIN, "there is room again, and it takes nothing")
        [later] = ground.answered("And yours at six", sender="+14155559998")
        ground.until_state(later, *WITH_THE_CARRIER, seconds=RECOVERS_WITHIN)

        assert during == [200] * 20
        ground.broken += 1
        ground.check({f"SM{FIRST + n:032x}" for n in range(1, 26)})
