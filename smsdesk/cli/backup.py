"""One file that holds everything, and everything from one file."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from config.settings import PHONE_KEY
from smsdesk.adapters import clock, dumps, migrate
from smsdesk.adapters.database import Database
from smsdesk.adapters.dumps import CannotDump
from smsdesk.adapters.media_store import MediaStore
from smsdesk.cli.ground import transaction, wiring
from smsdesk.desk.after_restore import hold_back
from smsdesk.desk.erase import Places
from smsdesk.desk.repeat_erasures import repeat_erasures
from smsdesk.models.message import Message

MANIFEST, DATABASE, MEDIA, KEY = "manifest.json", "database", "media", "phone_key"
FORM = 1


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write the database and the customers' pictures into FILE, while SMSDesk goes on. It holds customers' words: keep it safe."""
    if file.exists():
        raise click.ClickException(f"{file} is there already: name another.")
    part, began = file.with_name(file.name + ".part"), clock.now()
    with wiring().database.reading() as session:
        texts = session.scalar(select(func.count()).select_from(Message)) or 0
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            dumped = Path(folder) / DATABASE
            dumps.dump(wiring().settings.database_url, dumped)
            kind = dumps.kind_of(wiring().settings.database_url)
            _write(part, dumped, {"form": FORM, "made_at": began.isoformat(), "kind": kind, "texts": texts})
    except (CannotDump, OSError) as error:
        part.unlink(missing_ok=True)
        raise click.ClickException(str(error)) from None
    part.rename(file)
    click.echo(f"{file}: {texts} texts, {file.stat().st_size / 1_000_000:.1f} MB, as of {began:%Y-%m-%d %H:%M:%S} UTC")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Fill an empty database from FILE. SMSDesk must be stopped. What was on its way then goes out only when a person says so."""
    settings = wiring().settings
    wiring().database.engine.dispose()
    try:
        with tarfile.open(file) as archive, tempfile.TemporaryDirectory(dir=settings.var, prefix=".restore-") as folder:
            about = _read(archive, dumps.kind_of(settings.database_url))
            archive.extractall(folder, filter="data")
            _ensure_one_key(Path(folder) / KEY)
            dumps.load(Path(folder) / DATABASE, settings.database_url)
            key = _bring_key(Path(folder) / KEY)
            _bring_media(Path(folder) / MEDIA, settings.media)
    except (CannotDump, tarfile.TarError, OSError) as error:
        raise click.ClickException(str(error)) from None
    migrate.to_head(settings.database_url)
    again = _erase_again(key)
    with transaction() as session:
        held_back = hold_back(session, clock.now())
    click.echo(f"Restored as of {about['made_at']}: {about['texts']} texts.")
    if again:
        click.echo(f"{again} customers had been erased since, and are erased again.")
    click.echo(f"{held_back} texts were on their way then; each waits for a person to say whether it left.")
    click.echo(
        "Start SMSDesk. What customers texted since is fetched from the carrier's log within minutes; then run: desk doctor"
    )


def _write(path: Path, dumped: Path, about: dict[str, Any]) -> None:
    with path.open("xb") as out:
        os.chmod(path, 0o600)
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            words = json.dumps(about).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size = len(words)
            archive.addfile(info, io.BytesIO(words))
            archive.add(dumped, DATABASE)
            archive.add(_key_file(), KEY)
            if wiring().settings.media.is_dir():
                archive.add(wiring().settings.media, MEDIA)
        out.flush()
        os.fsync(out.fileno())


def _read(archive: tarfile.TarFile, kind: str) -> dict[str, Any]:
    """Raises CannotDump where it is no backup, or one of another kind of database."""
    try:
        found = archive.extractfile(MANIFEST)
        about: dict[str, Any] = json.loads(found.read()) if found else {}
    except (KeyError, ValueError):
        about = {}
    if about.get("form") != FORM:
        raise CannotDump("This is no backup that this version of SMSDesk can read.")
    if about["kind"] != kind:
        raise CannotDump(
            f"This is a backup of {about['kind']}, and DATABASE_URL names {kind}: restore it into {about['kind']}."
        )
    return about


def _ensure_one_key(source: Path) -> None:
    """By it the marks of erased numbers were made, those in the backup and those in the log. Raises CannotDump."""
    if not source.is_file() or source.read_text() == _key_file().read_text() or wiring().erasures.is_empty:
        return
    raise CannotDump(
        "var/erasures.log was written with another key than the backup's: bring erasures.log and keys/phone_key from the installation that the backup is of."
    )


def _bring_key(source: Path) -> bytes:
    """An older backup has none."""
    if source.is_file():
        _key_file().write_text(source.read_text())
    return bytes.fromhex(_key_file().read_text().strip())


def _key_file() -> Path:
    return wiring().settings.var / "keys" / PHONE_KEY


def _erase_again(key: bytes) -> int:
    wired = wiring()
    database = Database(wired.settings.database_url, phone_key=key)
    try:
        places = Places(wired.erasures, MediaStore(wired.settings.media), wired.spool, wired.exports)
        return repeat_erasures(database, places, clock.now())
    finally:
        database.close()


def _bring_media(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in source.iterdir():
        if not (target / file.name).exists():
            file.replace(target / file.name)


COMMANDS = (backup, restore)
