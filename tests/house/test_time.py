"""One module asks the time, and one makes ids of it."""

from __future__ import annotations

import ast

from tests.house.sources import sources

ASKING = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "strftime"}
OF = {"datetime", "date", "time", "dt"}
MAY_ASK = {"smsdesk/adapters/clock.py", "smsdesk/adapters/ids.py"}


def test_only_the_clock_asks_the_time() -> None:
    asked = [
        f"{source.where}:{call.lineno} {ast.unparse(call.func)}"
        for source in sources()
        if source.where not in MAY_ASK
        for call in source.calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ASKING
        and _names(call.func.value) & OF
        # strftime of a moment writes it down
        and not (call.func.attr == "strftime" and call.args and isinstance(call.args[0], ast.Constant))
    ]

    assert asked == []


def test_whoever_may_ask_does() -> None:
    assert {source.where for source in sources() if source.where in MAY_ASK} == MAY_ASK


def _names(node: ast.expr) -> set[str]:
    return set(ast.unparse(node).split("."))
