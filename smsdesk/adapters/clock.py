"""The only place that asks the time, and never lets it go backwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall
_latest = datetime.min.replace(tzinfo=UTC)
_lock = threading.Lock()


def now() -> datetime:
    """This moment, aware and in UTC; a host clock that is set back stands still instead."""
    global _latest
    at = _source()
    if _source is not _wall:
        return at
    with _lock:
        _latest = max(_latest, at)
        return _latest


@contextmanager
def told_by(source: Callable[[], datetime]) -> Iterator[None]:
    """Let another clock tell the time in this process, as the stories in the tests do."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
