"""Customers are taken along: everything about one of them is written into a file, batch by batch."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterable

from sqlalchemy.exc import OperationalError

from smsdesk.adapters import clock
from smsdesk.adapters.export_store import ExportStore
from smsdesk.adapters.failpoints import reach
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import describe_person, take_along
from smsdesk.desk.take_along import Work
from workers.draining import stopping
from workers.wired import wiring

log = logging.getLogger(__name__)

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf"}


class NotOurs(Exception):
    """The customer was erased meanwhile, the process is to end, or somebody else has taken it up."""


def export_people() -> None:
    """One after another; what is over is thrown away."""
    database, store = wiring().database, wiring().exports
    while not stopping.is_set():
        with database.reading() as session:  # an idle look must not keep writers waiting
            if not take_along.is_due(session, clock.now()):
                return
        with database.transaction() as session:
            take_along.throw_away(session, store, clock.now())
            work = take_along.claim(session, clock.now())
        if work is not None:
            _try(work)


def _try(work: Work) -> None:
    try:
        write(wiring(), work)
    except NotOurs:
        log.info("export %s is not written on", work.export_id)
    except OperationalError:  # the database is away: it is taken up again when its lease is over
        raise
    except Exception:  # whoever waits is told so, and the next one must not wait for it
        log.exception("export %s cannot be written", work.export_id)
        with wiring().database.transaction() as session:
            take_along.fail(session, work, clock.now())


def write(wired: Wiring, work: Work) -> None:
    """Raises NotOurs; then nothing of it is left."""
    database, store = wired.database, wired.exports

    def told(done: int) -> None:
        with database.transaction() as session:
            mine = take_along.keep(session, work, done, clock.now())
        reach("export.mid")
        if stopping.is_set() or not mine:
            raise NotOurs

    with store.written(work.export_id) as archive:
        _stream(archive, "everything.json", describe_person.as_json(database, work.customer_id, told))
        _stream(archive, "texts.csv", describe_person.as_csv(database, work.customer_id))
        for id, name, kind in describe_person.files(database, work.customer_id):
            path = wired.settings.media / name
            if path.is_file():
                archive.write(path, f"files/{id.hex}.{ENDINGS.get(kind, 'bin')}", zipfile.ZIP_STORED)
    _end(wired, store, work)


def _end(wired: Wiring, store: ExportStore, work: Work) -> None:
    with wired.database.transaction() as session:
        is_ours = take_along.finish(session, work, store.path(work.export_id).stat().st_size, clock.now())
    if not is_ours:
        store.forget(work.export_id)
        raise NotOurs


def _stream(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    with archive.open(name, "w", force_zip64=True) as entry:
        for piece in pieces:
            entry.write(piece.encode("utf-8", "backslashreplace"))
