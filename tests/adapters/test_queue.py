"""Wake-ups: a burst becomes one job, none is lost, and a Redis that is away costs nothing but a log line."""

from __future__ import annotations

import logging

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from smsdesk.adapters.queue import JOBS, WakeUps, about_to_look, connect


def waiting(redis_url: str, queue: str) -> list[str]:
    """The functions that are to be called, in order."""
    jobs = Queue(queue, connection=Redis.from_url(redis_url), serializer=JSONSerializer).get_jobs()
    return [str(job.func_name) for job in jobs]


def test_a_burst_of_wake_ups_is_one_job(redis_url: str) -> None:
    wake_ups = WakeUps(redis_url)
    for _ in range(50):
        wake_ups.ask(["routing.drain"])

    assert waiting(redis_url, "routing") == ["workers.routing.drain"]


def test_what_is_written_after_the_look_gets_a_wake_up_of_its_own(redis_url: str) -> None:
    wake_ups = WakeUps(redis_url)
    wake_ups.ask(["routing.drain"])

    about_to_look(connect(redis_url), "routing.drain")
    wake_ups.ask(["routing.drain"])

    assert len(waiting(redis_url, "routing")) == 2


def test_a_wake_up_that_nobody_picks_up_is_asked_for_again_before_long(redis_url: str) -> None:
    WakeUps(redis_url).ask(["routing.drain"])

    assert 0 < connect(redis_url).pttl("wake:routing.drain") <= 5000


def test_each_job_goes_to_its_own_queue_and_is_tried_again(redis_url: str) -> None:
    WakeUps(redis_url).ask(JOBS)

    for queue, function in JOBS.values():
        jobs = Queue(queue, connection=Redis.from_url(redis_url), serializer=JSONSerializer).get_jobs()
        assert [(job.func_name, job.args, job.retries_left, job.result_ttl) for job in jobs] == [(function, [], 3, 0)]


def test_a_redis_that_is_away_costs_a_log_line(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    wake_ups = WakeUps(f"unix://{tmp_path}/nobody.sock")

    with caplog.at_level(logging.WARNING):
        wake_ups.ask(["routing.drain", "outbound.drain"])
        about_to_look(wake_ups.redis, "routing.drain")

    assert wake_ups.failures == 2
    assert [record.getMessage() for record in caplog.records] == [
        "wake-up routing.drain not enqueued: ConnectionError",
        "wake-up outbound.drain not enqueued: ConnectionError",
        "wake-up flag of routing.drain not cleared",
    ]
