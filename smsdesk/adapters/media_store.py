"""Where fetched pictures and files are kept: under names of our own, and only as what their bytes prove them to be."""

from __future__ import annotations

import os
import re
import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from smsdesk.models.media import Media

MOST_PIXELS = 25_000_000
MOST_FRAMES = 200
NAME = re.compile(r"[0-9a-f]{32}")
PICTURES: Mapping[str, str] = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
FILES = frozenset(
    {"video/mp4", "video/3gpp", "audio/mp4", "audio/amr", "audio/mpeg", "audio/ogg", "application/pdf", "text/vcard"}
)
BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
)


class NotKept(Exception):
    """These bytes are not kept; the message says why, in words for the thread."""


@dataclass(frozen=True)
class Kept:
    """What is kept of an attachment. Width and height in pixels, for pictures."""

    content_type: str
    data: bytes = field(repr=False)
    width: int | None = None
    height: int | None = None


class MediaStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, kept: Kept) -> str:
        """On the disk when this returns; its random name. Raises OSError."""
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        name = secrets.token_hex(16)
        handle = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(kept.data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # the disk is full: half a picture would stay there, and nobody would know of it
            self.forget(name)
            raise
        return name

    def open(self, media: Media) -> tuple[Path, str, bool]:
        """The file, its type, and whether a page may show it (else it is a download). Raises FileNotFoundError."""
        if media.file_name is None or not NAME.fullmatch(media.file_name):
            raise FileNotFoundError("this attachment was not kept")
        path = self.folder / media.file_name
        if not path.is_file():
            raise FileNotFoundError("this attachment is gone")
        return path, media.content_type, media.content_type in PICTURES

    def forget(self, name: str) -> None:
        if NAME.fullmatch(name):
            (self.folder / name).unlink(missing_ok=True)


def examine(data: bytes) -> Kept:
    """What the bytes are, whatever was claimed; pictures drawn anew, without place, camera or hidden passengers. Raises NotKept."""
    found = sniff(data)
    if found in PICTURES:
        return _drawn_anew(data, found)
    if found in FILES:
        return Kept(found, data)
    raise NotKept("This kind of file is not shown here.")


def sniff(data: bytes) -> str:
    """The type by the first bytes; empty for one that is not known."""
    if data[4:8] == b"ftyp":
        return BRANDS.get(data[8:12], "video/3gpp" if data[8:10] == b"3g" else "video/mp4")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:64].lstrip(b"\xef\xbb\xbf").upper().startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    return next((kind for magic, kind in MAGIC if data.startswith(magic)), "")


def _drawn_anew(data: bytes, content_type: str) -> Kept:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below Pillow's
            return _draw(data, content_type)
    except NotKept:
        raise
    # Pillow raises all sorts of errors over damaged files
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, Image.DecompressionBombError) as error:  # fmt: skip
        raise NotKept("This picture is damaged.") from error


def _draw(data: bytes, content_type: str) -> Kept:
    # One decoder and no other: a file can pretend to be of several kinds
    with Image.open(BytesIO(data), formats=[PICTURES[content_type]]) as picture:
        frames = min(getattr(picture, "n_frames", 1), MOST_FRAMES) if content_type == "image/gif" else 1
        if picture.width * picture.height * max(frames // 10, 1) > MOST_PIXELS:
            raise NotKept("This picture has too many pixels.")
        out = BytesIO()
        if frames > 1:
            _redraw_moving(picture, frames, out)
            return Kept(content_type, out.getvalue(), picture.width, picture.height)
        upright = ImageOps.exif_transpose(picture)
        still = upright.convert("RGB") if content_type == "image/jpeg" else _plain(upright)
        still.save(out, format=PICTURES[content_type], **({"quality": 88} if content_type == "image/jpeg" else {}))
        return Kept(content_type, out.getvalue(), still.width, still.height)


def _plain(picture: Image.Image) -> Image.Image:
    """Pixels only: whatever else the file carried stays behind."""
    has_alpha = picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")


def _redraw_moving(picture: Image.Image, frames: int, out: BytesIO) -> None:
    drawn, pauses = [], []
    for number in range(frames):
        picture.seek(number)
        drawn.append(picture.convert("RGBA"))
        pauses.append(int(picture.info.get("duration", 100) or 100))
    drawn[0].save(out, format="GIF", save_all=True, append_images=drawn[1:], duration=pauses, loop=0, disposal=2)
