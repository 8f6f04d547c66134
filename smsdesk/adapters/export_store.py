"""Where the files are kept in which customers are taken along: for their owner alone, and gone after a while."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

PART = ".part"


class ExportStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, export_id: UUID) -> Path:
        return self.folder / f"{export_id.hex}.zip"

    @contextmanager
    def written(self, export_id: UUID) -> Iterator[zipfile.ZipFile]:
        """Filled part by part; whole and on the disk afterwards, or not there at all. Raises OSError."""
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        path = self.path(export_id)
        draft = path.with_name(path.name + PART)
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    yield archive
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)

    def forget(self, export_id: UUID) -> None:
        path = self.path(export_id)
        path.unlink(missing_ok=True)
        path.with_name(path.name + PART).unlink(missing_ok=True)
