"""Each test has a database and an app of its own, which know no statement, no template and no route yet: compiling these took
half of a test's time. Within one process what was compiled is kept for the next test. Nothing else is shared.
"""

from __future__ import annotations

from types import CodeType
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
_routes: dict[object, dict[str, Any]] = {}
_compile_route = Rule.compile


def share_it() -> None:
    """From now on, in this process."""
    database.create_engine = _sharing  # type: ignore[assignment, attr-defined]
    Rule.compile = _compiled_once  # type: ignore[assignment, method-assign]


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


def _compiled_once(rule: Rule) -> None:
    """A route of one app has what the equal route of another app was compiled to."""
    key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, str(rule.defaults))
    if key not in _routes:
        _compile_route(rule)
        _routes[key] = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")} | {
            name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")
        }
        return
    known = _routes[key]
    rule._parts, rule._trace, rule._converters = known["_parts"], known["_trace"], known["_converters"]
    rule.arguments = set(known["arguments"])
    rule._build, rule._build_unknown = known["_build"].__get__(rule), known["_build_unknown"].__get__(rule)


class _InMemory(BytecodeCache):
    """Known by its source, so what was changed is compiled anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key, bucket.checksum] = bucket.code


_templates = _InMemory()
