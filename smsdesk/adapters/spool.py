"""The spool: what was acknowledged while the database was away waits here, on the disk, until it can be stored.

It holds people's words: the folder is for its owner alone, and a file is gone as soon as its contents are in the database.
"""

from __future__ import annotations

import json
import logging
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from smsdesk.adapters.carrier import InboundText, MediaRef, StatusReport
from smsdesk.adapters.failpoints import reach

log = logging.getLogger(__name__)

REFUSED = "refused"


class Unreadable(ValueError):
    """A file of the spool does not hold what it should."""


@dataclass(frozen=True)
class SpooledText:
    """A customer's text that arrived at `received_at`."""

    text: InboundText
    received_at: datetime


@dataclass(frozen=True)
class SpooledOutcome:
    """The carrier took a text of ours under this sid, and that could not be written down."""

    message_id: UUID
    attempt_id: UUID
    carrier_sid: str
    carrier_account: str
    segments: int
    accepted_at: datetime


@dataclass(frozen=True)
class SpooledReport:
    """What the carrier said of a text of ours at `received_at`; `claimed_id` is from the address that it called."""

    report: StatusReport
    claimed_id: str
    received_at: datetime


class Spool:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep_text(self, text: InboundText, received_at: datetime) -> None:
        """On the disk when this returns; a second delivery of the same text changes nothing. Raises OSError."""
        kept = {**asdict(text), "raw": b64encode(text.raw).decode(), "received_at": received_at.isoformat()}
        self._write(f"text-{_plain(text.account_sid)}-{_plain(text.carrier_sid)}", kept)

    def keep_outcome(self, outcome: SpooledOutcome) -> None:
        """On the disk when this returns. Raises OSError."""
        kept = {**asdict(outcome), "accepted_at": outcome.accepted_at.isoformat()}
        self._write(f"outcome-{outcome.attempt_id}", {k: str(v) if isinstance(v, UUID) else v for k, v in kept.items()})

    def keep_report(self, report: StatusReport, claimed_id: str, received_at: datetime) -> None:
        """On the disk when this returns; the same report again changes nothing. Raises OSError."""
        said = {
            "account": report.account_sid,
            "sid": report.carrier_sid,
            "word": report.word,
            "code": report.error_code,
        }
        kept = {**said, "claimed_id": claimed_id, "received_at": received_at.isoformat()}
        self._write("-".join(["report", *(_plain(str(one)) for one in said.values())]), kept)

    def texts(self) -> Iterator[Path]:
        """Files with a text, oldest first."""
        return iter(self._files("text-"))

    def all_texts(self) -> Iterator[Path]:
        """Also those that were set aside."""
        yield from self.texts()
        yield from Spool(self.folder / REFUSED).texts()

    def outcomes(self) -> Iterator[Path]:
        return iter(self._files("outcome-"))

    def reports(self) -> Iterator[Path]:
        return iter(self._files("report-"))

    def read_text(self, path: Path) -> SpooledText:
        """Raises Unreadable; FileNotFoundError where another process was faster."""
        kept = _read(path)
        try:
            received_at = datetime.fromisoformat(kept.pop("received_at"))
            media = tuple(MediaRef(**ref) for ref in kept.pop("media"))
            return SpooledText(InboundText(**{**kept, "media": media, "raw": b64decode(kept["raw"])}), received_at)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(str(error)) from error

    def read_outcome(self, path: Path) -> SpooledOutcome:
        """Raises Unreadable; FileNotFoundError where another process was faster."""
        kept = _read(path)
        try:
            return SpooledOutcome(
                message_id=UUID(kept["message_id"]),
                attempt_id=UUID(kept["attempt_id"]),
                carrier_sid=str(kept["carrier_sid"]),
                carrier_account=str(kept["carrier_account"]),
                segments=int(kept["segments"]),
                accepted_at=datetime.fromisoformat(kept["accepted_at"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(str(error)) from error

    def read_report(self, path: Path) -> SpooledReport:
        """Raises Unreadable; FileNotFoundError where another process was faster."""
        kept = _read(path)
        try:
            code = None if kept["code"] is None else int(kept["code"])
            report = StatusReport(str(kept["account"]), str(kept["sid"]), str(kept["word"]), code, b"")
            return SpooledReport(report, str(kept["claimed_id"]), datetime.fromisoformat(kept["received_at"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(str(error)) from error

    def done(self, path: Path) -> None:
        """Its contents are in the database."""
        path.unlink(missing_ok=True)

    def refuse(self, path: Path, why: str) -> None:
        """Set a file aside that can never be stored, so that it holds up no other. A person has to look at it."""
        aside = self.folder / REFUSED
        aside.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            path.rename(aside / path.name)
            (aside / f"{path.name}.why").write_text(why)
            log.critical("a spooled text cannot be stored and waits in spool/refused: %s (%s)", path.name, why)

    def depth(self) -> int:
        """How many files wait."""
        return len(self._files(""))

    def oldest_at(self) -> float | None:
        """When the oldest of them was written, in seconds since 1970; None where none waits."""
        times = [modified for path in self._files("") if (modified := _modified(path))]
        return min(times, default=None)

    def _files(self, prefix: str) -> list[Path]:
        try:
            names = [name for name in os.listdir(self.folder) if name.startswith(prefix) and name.endswith(".json")]
        except FileNotFoundError:
            return []
        return sorted((self.folder / name for name in names), key=lambda path: (_modified(path), path.name))

    def _write(self, name: str, kept: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        path, draft = self.folder / f"{name}.json", self.folder / f".{name}.{os.getpid()}.{os.urandom(4).hex()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(kept).encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            # Not rename: of two deliveries the first keeps its moment
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        _fsync_folder(self.folder)
        reach("spool.after_rename")


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_bytes())
    except ValueError as error:
        raise Unreadable("not JSON") from error
    if not isinstance(kept, dict):
        raise Unreadable("not an object")
    return kept


def _plain(part: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", part)[:64]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
