"""Attachments: fetched from an address that we build ourselves, with credentials for Twilio's API alone.

The MediaUrl of a webhook is never followed: others have sent their credentials to whoever wrote one (CVE-2026-4984), or fetched
from inside their own network (CVE-2024-39713).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from smsdesk.adapters.carrier import MEDIA_SID, CarrierDown, Media, MediaRefused
from smsdesk.adapters.outside_http import (
    AddressRefused,
    Answer,
    Ask,
    CallBroken,
    Door,
    Limits,
    NotConnected,
    Origin,
    TooBig,
    origin_of,
)
from smsdesk.adapters.twilio.access import api_limits, basic_auth, credentials
from smsdesk.adapters.twilio.forms import MESSAGE_SID

if TYPE_CHECKING:
    from config.settings import Settings

MOST_BYTES = 6 * 1024 * 1024
TOTAL = timedelta(seconds=10)
REDIRECTS = {301, 302, 303, 307, 308}
ACCOUNT_SID = re.compile(r"AC[0-9a-zA-Z]{1,64}")
# Twilio's help pages name both: the first with authentication enforced, the second (in one bucket) without
CDN = frozenset({Origin("https", "mms.twiliocdn.com", 443), Origin("https", "s3-external-1.amazonaws.com", 443)})
BUCKET = {"s3-external-1.amazonaws.com": "/media.twiliocdn.com/"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class MediaFetch:
    """Two doors: the API's, which knows our credentials, and the media network's, which does not."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._api = Door(api_limits(settings, MOST_BYTES, TOTAL))
        self._cdn = Door(Limits(CDN, MOST_BYTES, total=TOTAL))

    def fetch(self, account_sid: str, message_sid: str, media_sid: str) -> Media:
        """The attachment, after one redirect at most. Raises MediaRefused or CarrierDown."""
        shapes = ((ACCOUNT_SID, account_sid), (MESSAGE_SID, message_sid), (MEDIA_SID, media_sid))
        if not all(shape.fullmatch(sid) for shape, sid in shapes):
            raise MediaRefused("the attachment's id has not the shape of one")
        url = f"{self._settings.twilio_api_base_url}/2010-04-01/Accounts/{account_sid}/Messages/{message_sid}/Media/{media_sid}"
        answer = _ask(self._api, Ask("GET", url, basic_auth(*credentials(self._settings))))
        if answer.status in REDIRECTS:
            answer = self._follow_once(url, answer.headers.get("location", ""))
        return _media(answer)

    def _follow_once(self, url: str, location: str) -> Answer:
        """Without credentials, whoever is named."""
        try:
            target = urljoin(url, location)
            origin = origin_of(target)
        except (ValueError, AddressRefused) as error:
            raise MediaRefused("the attachment was redirected to an address that cannot be read") from error
        api = origin_of(self._settings.twilio_api_base_url)
        if origin == api and api.host in LOOPBACK:
            return _ask(self._api, Ask("GET", target))
        if origin in CDN and urlsplit(target).path.startswith(BUCKET.get(origin.host, "/")):
            return _ask(self._cdn, Ask("GET", target))
        raise MediaRefused("the attachment was redirected to a place that is not the carrier's")


def _ask(door: Door, ask: Ask) -> Answer:
    try:
        return door.call(ask)
    except AddressRefused as error:
        raise MediaRefused(str(error)) from error
    except TooBig as error:
        raise MediaRefused("the attachment is larger than 6 MB") from error
    except (NotConnected, CallBroken) as error:
        raise CarrierDown(f"the attachment could not be fetched: {error}") from error


def _media(answer: Answer) -> Media:
    if answer.status == 200:
        return Media(answer.headers.get("content-type", "").partition(";")[0].strip().lower(), answer.body)
    if answer.status == 410 or answer.status in REDIRECTS:
        raise MediaRefused(f"the attachment is not to be had: {answer.status}")
    # 404 too: an attachment may be announced a moment before it can be fetched
    raise CarrierDown(f"the attachment could not be fetched: {answer.status}")
