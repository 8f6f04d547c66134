"""`python -m workers.start <queue>`: an RQ worker on one queue, and beside it a sweep that goes on without Redis."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from config.logging import without_values
from config.queues import QUEUES
from config.settings import BadSettings
from smsdesk.adapters import clock, pulse
from smsdesk.adapters.database import Database
from smsdesk.adapters.queue import connect
from smsdesk.desk.warn_of_eviction import warn_of_eviction
from workers.draining import stopping
from workers.wired import wiring

log = logging.getLogger(__name__)

SWEEP_EVERY = 5.0  # seconds
LAST_SWEEP_ENDS_WITHIN = 20.0
REDIS_AGAIN_AFTER = 1.0


class PreloadedWorker(SimpleWorker):
    """Runs jobs in this process, which has loaded everything: a fork a job is five to ten times slower."""

    max_connection_wait_time = 2.0  # seconds; a Redis that is back is used again soon

    def __init__(self, queue: str, redis: Redis) -> None:
        super().__init__(
            [Queue(queue, connection=redis, serializer=JSONSerializer)],
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=45,
            maintenance_interval=30,
            job_monitoring_interval=10,
            log_job_description=False,
        )

    def handle_warm_shutdown_request(self) -> None:
        stopping.set()

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = "", execution: Any = None
    ) -> None:
        """Redis keeps a traceback for a week: no phone number and no word of anybody may stand in it."""
        super().handle_job_failure(job, queue, started_job_registry, without_values(exc_string), execution)


def main(arguments: list[str]) -> None:
    """Until SIGTERM: the job that runs is finished, then the process ends."""
    if len(arguments) != 1 or arguments[0] not in QUEUES:
        sys.exit(f"Name one queue: {', '.join(QUEUES)}.")
    try:
        wired = wiring()
    except BadSettings as error:
        sys.exit(str(error))
    queue = arguments[0]
    work = importlib.import_module(f"workers.{queue}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    getattr(work, "prepare", lambda: None)()
    sweeper = threading.Thread(target=keep_sweeping, args=(work.sweep,), name="sweep", daemon=True)
    sweeper.start()
    log.info("worker of queue %s is ready", queue)
    work_on(queue, wired.settings.redis_url, wired.database)
    sweeper.join(LAST_SWEEP_ENDS_WITHIN)
    wired.keeper.flush()


def work_on(queue: str, redis_url: str, database: Database) -> None:
    """Take jobs until told to stop. Without Redis the process stays: its sweep is what carries the work then."""
    while not stopping.is_set():
        redis = connect(redis_url)
        try:
            warn_if_evicting(redis, database)
            PreloadedWorker(queue, redis).work(logging_level="WARNING")
        except RedisError as error:
            log.warning("queue %s: Redis is away (%s); the sweep goes on without it", queue, type(error).__name__)
        finally:
            redis.close()
        _heed_signals_again()
        stopping.wait(REDIS_AGAIN_AFTER)


def keep_sweeping(sweep: Callable[[], None]) -> None:
    """What no job told of, or a lost one did, is found here."""
    while True:
        try:
            sweep()
        except Exception:  # the database may be away, or one row odd; the next sweep must come whatever this one met
            log.exception("a sweep failed")
        if stopping.wait(SWEEP_EVERY):
            return


def warn_if_evicting(redis: Redis, database: Database) -> None:
    """A Redis that evicts loses wake-ups in silence; work then waits for the sweep."""
    if (policy := pulse.eviction(redis)) is None:
        return
    log.error("Redis evicts (maxmemory-policy %s); run: redis-cli config set maxmemory-policy noeviction", policy)
    try:
        with database.transaction() as session:
            warn_of_eviction(session, policy, clock.now())
    except SQLAlchemyError as error:
        log.warning("managers were not told: %s", type(error).__name__)


def _heed_signals_again() -> None:
    # RQ leaves its own handlers behind, which speak to a worker that is gone
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    main(sys.argv[1:])
