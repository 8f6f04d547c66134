"""The log of erasures, outside the database: a restored database learns from it what must not come back.

Only ever added to, and on the disk before the database commits. It holds marks and ids; no word, name or number of anybody.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

NAME = "erasures.log"


@dataclass(frozen=True)
class PersonErased:
    """Who it was, as far as a restored database can know: by ids, and by the marks of their numbers."""

    erasure_id: UUID
    at: datetime
    customer_id: UUID
    marks: tuple[str, ...]
    stops: tuple[tuple[str, UUID, datetime], ...]  # mark, our number, since when


@dataclass(frozen=True)
class TextsErased:
    """(account, sid) of texts: neither the carrier's log nor a post that is repeated brings them back."""

    erasure_id: UUID
    texts: tuple[tuple[str, str], ...]


class ErasureLog:
    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def keep(self, entry: PersonErased | TextsErased) -> None:
        """On the disk when this returns. Raises OSError."""
        line = json.dumps({"what": type(entry).__name__, **asdict(entry)}, default=_plain)
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(f"\n{line}\n".encode("ascii"))  # whatever a process that died left half written ends here
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _fsync_folder(self.path.parent)

    def entries(self) -> Iterator[PersonErased | TextsErased]:
        """In the order in which they were written; a line that was never finished is no entry."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            for line in file:
                entry = _read(line)
                if entry is not None:
                    yield entry

    def people(self) -> Iterator[PersonErased]:
        return (entry for entry in self.entries() if isinstance(entry, PersonErased))

    @property
    def is_empty(self) -> bool:
        return next(self.entries(), None) is None


def _read(line: bytes) -> PersonErased | TextsErased | None:
    try:
        kept = json.loads(line)
        what, id = kept["what"], UUID(kept["erasure_id"])
        if what == PersonErased.__name__:
            return PersonErased(id, _moment(kept["at"]), UUID(kept["customer_id"]), tuple(kept["marks"]), _stops(kept["stops"]))  # fmt: skip
        return TextsErased(id, tuple((account, sid) for account, sid in kept["texts"]))
    except (ValueError, KeyError, TypeError):
        return None


def _stops(kept: Sequence[Sequence[str]]) -> tuple[tuple[str, UUID, datetime], ...]:
    return tuple((mark, UUID(number), _moment(since)) for mark, number, since in kept)


def _moment(kept: str) -> datetime:
    return datetime.fromisoformat(kept)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
