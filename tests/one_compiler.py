"""Each test has a database and an app of its own, which know no statement, no template and no route yet: compiling these took
half of a test's time. Within one process what was compiled is kept for the next test. Nothing else is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from smsdesk.adapters import database

_dialects: dict[str, tuple[Any, Any]] = {}
_routes: dict[object, Callable[..., tuple[str, str]]] = {}
_compile_route = Rule._compile_builder


def share_it() -> None:
    """From now on, in this process."""
    database.create_engine = _sharing  # type: ignore[assignment, attr-defined]
    Rule._compile_builder = _compiled_once  # type: ignore[assignment, method-assign]


def keep_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _templates


def _sharing(url: str, **options: Any) -> Engine:
    """An engine like any other, whose dialect, and with it what was compiled, is that of all engines of its kind."""
    engine = create_engine(url, **options)
    known = _dialects.get(engine.dialect.name) or _learn(url, engine.dialect.name)
    if known is not None:
        dialect, engine._compiled_cache = known
        engine.dialect = engine.pool._dialect = dialect
    return engine


def _learn(url: str, name: str) -> tuple[Any, Any] | None:
    """A dialect that has met its database; None where that is away, which some tests want."""
    first = create_engine("sqlite://" if name == "sqlite" else url)
    try:
        with first.connect():
            pass
    except SQLAlchemyError:
        return None
    finally:
        first.dispose()
    _dialects[name] = first.dialect, LRUCache(5000)
    return _dialects[name]


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function is handed its rule, so that equal rules of two apps can have the same one."""
    key = (rule.rule, tuple(rule._trace), str(rule.defaults), append_unknown)
    if key not in _routes:
        _routes[key] = _compile_route(rule, append_unknown)
    return _routes[key]


class _InMemory(BytecodeCache):
    """Jinja compares what was compiled with the source by itself."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_templates = _InMemory()
