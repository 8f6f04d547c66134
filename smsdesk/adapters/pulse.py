"""How Redis is: whether it answers, and what waits in its queues."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from config.queues import QUEUES


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def depths(redis: Redis) -> dict[str, int]:
    """How many wake-ups wait in each queue; nothing where Redis is away."""
    try:
        return {name: Queue(name, connection=redis).count for name in QUEUES}
    except RedisError:
        return {}
