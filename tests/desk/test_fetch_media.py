"""Pictures: fetched after their text, kept only as what they prove to be, and never in its way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import MediaRef
from smsdesk.adapters.media_store import MediaStore, NotKept, examine, sniff
from smsdesk.desk.fetch_media import MOST_ATTEMPTS, NOT_TO_BE_HAD, fetch_one
from smsdesk.models import Media, MediaState
from smsdesk.simulator.customers import Attachment
from tests.faults.standin import StandIn, standing_in
from tests.workers.shop import MARIA, NUMBER, Shop, shop_of

CAMERA = 0x010F  # EXIF: who made the camera


@pytest.fixture
def carrier(settings: Settings) -> Iterator[StandIn]:
    with standing_in(settings) as carrier:
        yield carrier


@pytest.fixture
def shop(carrier: StandIn) -> Shop:
    return shop_of(carrier.settings).opens()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    out, exif = BytesIO(), Image.Exif()
    exif[CAMERA] = "A camera that knows where you live"
    Image.new("RGB", size, "tomato").save(out, format=kind, exif=exif)
    return out.getvalue()


def texts_with(shop: Shop, carrier: StandIn, data: bytes, claimed: str = "image/jpeg") -> Media:
    text = carrier.carrier.customers.text(MARIA, NUMBER, "look", [Attachment(claimed, data)])
    [kept] = carrier.carrier.ledger.pictures(text.sid)
    shop.hears("look", sid=text.sid, media=(MediaRef(0, carrier.carrier.customers.media_url(kept), claimed),))
    return media(shop)


def media(shop: Shop) -> Media:
    return shop.all(select(Media))[0]


def fetch(shop: Shop) -> Media:
    fetch_one(shop.wiring.database, shop.wiring.carrier, MediaStore(shop.settings.media))
    return media(shop)


def test_a_picture_is_kept_without_what_the_camera_knew(shop: Shop, carrier: StandIn) -> None:
    waiting = texts_with(shop, carrier, picture())

    kept = fetch(shop)

    path, content_type, is_inline = MediaStore(shop.settings.media).open(kept)
    assert (waiting.state, kept.state) == (MediaState.WAITING, MediaState.READY)
    assert (content_type, is_inline, kept.width, kept.height) == ("image/jpeg", True, 40, 30)
    with Image.open(path) as shown:
        assert dict(shown.getexif()) == {}
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_the_bytes_decide_and_not_what_was_claimed(shop: Shop, carrier: StandIn) -> None:
    texts_with(shop, carrier, picture("PNG"), claimed="text/html")

    assert fetch(shop).content_type == "image/png"


@pytest.mark.parametrize(
    "data", [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"MZ\x90"]
)
def test_what_is_not_on_the_list_is_refused_in_words(shop: Shop, carrier: StandIn, data: bytes) -> None:
    texts_with(shop, carrier, data)

    refused = fetch(shop)

    assert (refused.state, refused.refusal) == (MediaState.REFUSED, "This kind of file is not shown here.")
    assert [message.body for message in shop.messages()] == ["look"]


def test_a_picture_with_too_many_pixels_is_never_decoded() -> None:
    out = BytesIO()
    Image.new("1", (6000, 5000)).save(out, format="PNG")

    with pytest.raises(NotKept, match="too many pixels"):
        examine(out.getvalue())


def test_a_damaged_picture_is_refused() -> None:
    with pytest.raises(NotKept, match="damaged"):
        examine(picture()[:200])


def test_a_moving_picture_still_moves() -> None:
    out = BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:], duration=80)

    with Image.open(BytesIO(examine(out.getvalue()).data)) as drawn:
        assert getattr(drawn, "n_frames", 1) == 3


def test_a_page_hidden_behind_a_picture_is_left_behind() -> None:
    assert b"<script>" not in examine(picture("PNG") + b"<script>alert(1)</script>").data


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x00\x00\x18ftypmp42rest", "video/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4rest", "video/3gpp"),
        (b"#!AMR\nrest", "audio/amr"),
        (b"ID3\x03rest", "audio/mpeg"),
        (b"OggS\x00rest", "audio/ogg"),
        (b"%PDF-1.7 rest", "application/pdf"),
        (b"BEGIN:VCARD\r\nrest", "text/vcard"),
    ],
)
def test_other_files_are_downloads(data: bytes, kind: str) -> None:
    assert sniff(data) == kind
    assert examine(data).width is None


def test_a_carrier_that_is_away_is_asked_again_and_in_the_end_no_more(shop: Shop, carrier: StandIn) -> None:
    texts_with(shop, carrier, picture())

    with carrier.carrier.refusing():
        for _ in range(MOST_ATTEMPTS):
            tried = fetch(shop)
            with shop.session() as session:
                session.execute(update(Media).values(not_before=clock.now() - timedelta(seconds=1)))

    assert (tried.attempts, tried.state, tried.refusal) == (MOST_ATTEMPTS, MediaState.REFUSED, NOT_TO_BE_HAD)
