"""What we wrote, read as syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("smsdesk", "workers", "config")


@dataclass(frozen=True)
class Source:
    """One file of ours."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        return len(self.path.read_text().splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    def imports(self) -> tuple[str, ...]:
        """Every module that is imported, also within functions; of `from a import b` both a and a.b."""
        return _imports(self)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


@cache
def _imports(source: Source) -> tuple[str, ...]:
    """Kept: many tests ask, and reading everything anew took each of them seconds."""
    found: list[str] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{source.where}: a relative import hides where it goes"
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    del source.__dict__["tree"]  # the largest part of it
    return tuple(found)


def sources(*folders: str) -> list[Source]:
    return [Source(path) for folder in folders or OURS for path in sorted((ROOT / folder).rglob("*.py"))]


def is_within(module: str, homes: set[str]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)
