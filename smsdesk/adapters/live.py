"""News for open pages: one Redis stream, one reader a web process, fan-out inside it. News carries ids, never words."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from smsdesk.adapters.promises import News
from smsdesk.adapters.queue import connect

log = logging.getLogger(__name__)

STREAM = "smsdesk:live"
KEPT = 2000  # entries; a page that was away for longer refetches everything
BEAT = 4.0  # seconds: how soon a dead client is noticed
BLOCKS_FOR = 2.0  # seconds that one look at the stream takes where nothing is new
REFRESH = News("refresh", None)


@dataclass(frozen=True)
class Heard:
    """A piece of news with its place in the stream."""

    id: str
    news: News


class Announcer:
    """Puts news on the stream. A Redis that is away loses news, not work: pages refetch when it is back."""

    def __init__(self, redis_url: str) -> None:
        self.redis = connect(redis_url)

    def tell(self, news: Iterable[News]) -> None:
        """Best effort, in one round trip."""
        pipe = self.redis.pipeline(transaction=False)
        for piece in news:
            pipe.xadd(STREAM, _fields(piece), maxlen=KEPT, approximate=True)
        try:
            pipe.execute()
        except RedisError as error:
            log.warning("news not announced: %s", type(error).__name__)


class Listener:
    """The one reader of a web process; each open page has a mailbox here."""

    def __init__(self, redis_url: str) -> None:
        # A Redis whose machine vanished says nothing at all: without a limit, the reader would wait for it for ever
        self.redis = connect(redis_url, timeout=3 * BLOCKS_FOR)
        self.mailboxes: set[queue.SimpleQueue[Heard]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._has_begun = threading.Event()

    @contextmanager
    def mailbox(self) -> Iterator[queue.SimpleQueue[Heard]]:
        """Everything announced while the block runs, to be filtered by whoever reads it."""
        box: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        with self._lock:
            self.mailboxes.add(box)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._read, name="live", daemon=True)
                self._thread.start()
        # Until the reader knows where it begins, news could pass by
        self._has_begun.wait(timeout=1.0)
        try:
            yield box
        finally:
            with self._lock:
                self.mailboxes.discard(box)

    def since(self, last_id: str) -> list[Heard] | None:
        """What came after `last_id`, or None where that is no longer known and all must be refetched."""
        try:
            oldest: Any = self.redis.xrange(STREAM, count=1)
            entries: Any = self.redis.xrange(STREAM, min=f"({last_id}")
        except RedisError:
            return None
        if not oldest or _order(oldest[0][0].decode()) > _order(last_id):
            return None
        return [_heard(entry) for entry in entries]

    def close(self) -> None:
        """Ends every open stream: the process is about to stop."""
        self._closing.set()

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    def _read(self) -> None:
        last, broken = "$", False
        while not self._closing.is_set():
            try:
                last, entries = self._next(last)
            except (RedisError, OSError):
                broken = True
                self._closing.wait(0.5)
                continue
            if broken:
                broken = False
                self._deliver(Heard("", REFRESH))
            for entry in entries:
                self._deliver(entry)

    def _next(self, last: str) -> tuple[str, list[Heard]]:
        if last == "$":
            newest: Any = self.redis.xrevrange(STREAM, count=1)
            last = newest[0][0].decode() if newest else "0-0"
            self._has_begun.set()
        answer = self.redis.xread({STREAM: last}, block=round(BLOCKS_FOR * 1000), count=500)
        found = [_heard(entry) for _, entries in _streams(answer) for entry in entries]
        return (found[-1].id if found else last), found

    def _deliver(self, heard: Heard) -> None:
        with self._lock:
            for box in self.mailboxes:
                box.put(heard)


def newest_id(redis: Redis) -> str:
    """The id of the newest piece of news, for a page that starts to listen now."""
    try:
        newest: Any = redis.xrevrange(STREAM, count=1)
    except RedisError:
        return ""
    return newest[0][0].decode() if newest else "0-0"


def _streams(answer: object) -> list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    if isinstance(answer, dict):
        return [
            (name, batch)
            for name, batches in answer.items()
            for batch in (batches if batches and isinstance(batches[0], list) else [batches])
        ]
    return list(answer or [])  # type: ignore[call-overload, no-any-return]


def _fields(news: News) -> dict[Any, Any]:
    return {
        k: str(v)
        for k, v in (("kind", news.kind), ("id", news.id), ("team", news.team_id), ("agent", news.agent_id))
        if v is not None
    }


def _heard(entry: Any) -> Heard:
    stream_id, fields = entry
    return Heard(
        stream_id.decode(),
        News(
            fields[b"kind"].decode(), _uuid(fields.get(b"id")), _uuid(fields.get(b"team")), _uuid(fields.get(b"agent"))
        ),
    )


def _uuid(value: bytes | None) -> UUID | None:
    return UUID(value.decode()) if value else None


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, counter = stream_id.partition("-")
    return int(milliseconds), int(counter or 0)
