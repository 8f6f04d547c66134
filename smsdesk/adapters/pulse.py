"""How Redis is: whether it answers, and what waits in its queues."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError

from smsdesk.adapters import queue


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def depths(redis: Redis) -> dict[str, int]:
    """How many wake-ups wait in each queue; nothing where Redis is away."""
    try:
        return queue.depths(redis)
    except RedisError:
        return {}
