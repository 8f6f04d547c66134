"""Twilio's resources and lists as JSON, in the shape of its published description."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.simulator.habits import Habits
from smsdesk.simulator.ledger import Ledger, Picture, Text
from smsdesk.simulator.wire import Asked, Reply, of_error, of_json

VERSION = "2010-04-01"
FILTERS = {"To", "From", "PageSize", "Page", "PageToken"}
# what a number has besides, and SMSDesk does not look at
UNUSED: dict[str, Any] = {
    **dict.fromkeys(("address_sid", "identity_sid", "sms_application_sid", "trunk_sid", "voice_application_sid")),
    **dict.fromkeys(("emergency_address_sid", "bundle_sid")),
    **dict.fromkeys(
        ("sms_method", "sms_fallback_method", "status_callback_method", "voice_method", "voice_fallback_method"), "POST"
    ),
    **dict.fromkeys(("sms_fallback_url", "status_callback", "voice_url", "voice_fallback_url"), ""),
    "address_requirements": "none",
    "beta": False,
    "emergency_address_status": "unregistered",
    "emergency_status": "Inactive",
    "origin": "twilio",
    "status": "in-use",
    "voice_caller_id_lookup": False,
    "voice_receive_mode": "voice",
}


def message(account_sid: str, text: Text, media_count: int) -> dict[str, Any]:
    """One Message resource."""
    uri = f"/{VERSION}/Accounts/{account_sid}/Messages/{text.sid}"
    created = _date(text.created_at)
    return {
        "account_sid": account_sid,
        "api_version": VERSION,
        "body": text.body,
        "date_created": created,
        "date_sent": None if text.state in {"queued", "sending"} else created,
        "date_updated": created,
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": "Pretended" if text.error_code else None,
        "from": text.sender,
        "messaging_service_sid": None,
        "num_media": str(media_count),
        "num_segments": str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.state,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


def listing(asked: Asked, account_sid: str, ledger: Ledger, habits: Habits) -> Reply:
    """Messages, newest first, by To and From; late and with gaps where the habits say so."""
    one = {name: values[-1] for name, values in asked.query.items()}
    if set(one) - FILTERS:
        # leaving a filter out in silence would answer another question than the one that was asked
        return of_error(400, 20001, f"The pretend carrier does not filter by {', '.join(sorted(set(one) - FILTERS))}")
    size, before = int(one.get("PageSize", 50)), int(one.get("PageToken", 2**62))
    where, values = "seq < ? AND sid NOT IN (SELECT sid FROM removed)", [before]
    for name, column in (("To", "recipient"), ("From", "sender")):
        if name in one:
            where, values = f"{where} AND {column} = ?", [*values, one[name]]  # type: ignore[list-item]
    found = ledger.texts(where, *values, order="seq DESC", limit=size + 1)
    shown = [text for text in found[:size] if _is_listed(text, habits)]
    rows = [message(account_sid, text, len(text.media_urls) or len(ledger.pictures(text.sid))) for text in shown]
    following = one | {"PageToken": str(found[size - 1].seq)} if len(found) > size else None
    return of_json(200, _page(asked, "messages", rows, size, following))


def media(account_sid: str, picture: Picture) -> dict[str, Any]:
    """One Media resource."""
    return {
        "account_sid": account_sid,
        "content_type": picture.content_type,
        "date_created": _date(picture.created_at),
        "date_updated": _date(picture.created_at),
        "parent_sid": picture.text_sid,
        "sid": picture.sid,
        "uri": f"/{VERSION}/Accounts/{account_sid}/Messages/{picture.text_sid}/Media/{picture.sid}.json",
    }


def media_page(asked: Asked, account_sid: str, pictures: list[Picture]) -> dict[str, Any]:
    return _page(asked, "media_list", [media(account_sid, picture) for picture in pictures], 50, None)


def numbers(asked: Asked, settings: Settings) -> dict[str, Any]:
    """Any number that is asked for belongs to the account, and posts to SMSDesk with the retries that the manual advises."""
    wanted = asked.query.get("PhoneNumber", [])
    return _page(asked, "incoming_phone_numbers", [_number(number, settings) for number in wanted], 50, None)


def _number(number: str, settings: Settings) -> dict[str, Any]:
    account, sid = settings.twilio_account_sid, "PN" + f"{int(''.join(filter(str.isdigit, number)) or 0):032x}"
    created = _date(clock.now())
    return UNUSED | {
        "account_sid": account,
        "api_version": VERSION,
        "capabilities": {"mms": True, "sms": True, "voice": False, "fax": False},
        "date_created": created,
        "date_updated": created,
        "friendly_name": number,
        "phone_number": number,
        "sid": sid,
        "sms_url": f"{settings.public_url}/webhooks/twilio/messages#rc=5&rp=all",
        "uri": f"/{VERSION}/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
    }


def _page(
    asked: Asked, key: str, rows: list[dict[str, Any]], size: int, following: dict[str, str] | None
) -> dict[str, Any]:
    here = asked.path + (f"?{urlencode(asked.query, doseq=True)}" if asked.query else "")
    return {
        key: rows,
        "end": max(len(rows) - 1, 0),
        "first_page_uri": here,
        "next_page_uri": f"{asked.path}?{urlencode(following)}" if following else None,
        "page": 0,
        "page_size": size,
        "previous_page_uri": None,
        "start": 0,
        "uri": here,
    }


def _is_listed(text: Text, habits: Habits) -> bool:
    assert text.created_at
    if text.direction == "inbound":
        return True
    is_fresh = clock.now() - text.created_at < timedelta(seconds=habits.list_lag_s)
    return not is_fresh and random.Random(text.sid).random() >= habits.list_omits  # noqa: S311  # the same text is always left out


def _date(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None
