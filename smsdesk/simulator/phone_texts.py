"""What a customer is about to send from a pretend phone: words, a picture, or one of the pictures that lie ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from smsdesk.rules.segments import MAX_CHARACTERS
from smsdesk.simulator.customers import Attachment
from smsdesk.web.assets import FOLDER

MOST_BYTES = 5 * 1024 * 1024
SAMPLES = {"kettle.jpg": "A kettle with a crack", "receipt.jpg": "A receipt"}  # below static/pictures → what they show
BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class NotATextFromAPhone(Exception):
    """This cannot be sent; the message says what to change."""


@dataclass(frozen=True)
class Wish:
    body: str
    media: tuple[Attachment, ...]


def read(form: Mapping[str, str], file: FileStorage | None) -> Wish:
    """Raises NotATextFromAPhone for a text with nothing in it, one that is too long, and what is no picture."""
    body = (form.get("said") or form.get("body", "")).replace("\r\n", "\n")
    media = tuple(one for one in (sample(form.get("sample", "")), _own(file)) if one)
    if not body.strip() and not media:
        raise NotATextFromAPhone("Type something, or choose a picture.")
    if len(body) > MAX_CHARACTERS:
        raise NotATextFromAPhone(f"A text has {MAX_CHARACTERS} characters at most.")
    return Wish(body, media)


def kind_of(data: bytes) -> str | None:
    """The content type by how the bytes begin, None where that is no picture; what a file claims to be counts for nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in BEGINNINGS if data.startswith(beginning)), None)


def sample(name: str) -> Attachment | None:
    """One of SAMPLES, None where there is none of that name."""
    return Attachment("image/jpeg", (FOLDER / "pictures" / name).read_bytes()) if name in SAMPLES else None


def _own(file: FileStorage | None) -> Attachment | None:
    if file is None or not file.filename:
        return None
    data = file.stream.read(MOST_BYTES + 1)
    kind = kind_of(data)
    if kind is None or len(data) > MOST_BYTES:
        raise NotATextFromAPhone("Choose a JPEG, PNG, GIF or WebP picture of at most 5 MB.")
    return Attachment(kind, data)
