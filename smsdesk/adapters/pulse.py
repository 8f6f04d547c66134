"""How Redis is: whether it answers, and what waits in its queues."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from smsdesk.adapters import queue

KEEPS_ALL = "noeviction"


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def eviction(redis: Redis) -> str | None:
    """By which rule it throws away what it was given; None where it never does, or does not tell, as a hosted one may not. Raises RedisError."""
    try:
        policy = str(redis.config_get("maxmemory-policy").get("maxmemory-policy", KEEPS_ALL))
    except ResponseError:
        return None
    return None if policy == KEEPS_ALL else policy


def depths(redis: Redis) -> dict[str, int]:
    """How many wake-ups wait in each queue; nothing where Redis is away."""
    try:
        return queue.depths(redis)
    except RedisError:
        return {}
