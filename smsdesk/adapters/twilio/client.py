"""Twilio as a Carrier, through its official client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from smsdesk.adapters.carrier import (
    Accepted,
    CarrierDown,
    Gone,
    Listed,
    Media,
    MediaRef,
    NotSent,
    NotYet,
    NumberSetup,
    Outcome,
    Outgoing,
    Refused,
    Removal,
    Unknown,
)
from smsdesk.adapters.outside_http import CallBroken, NotConnected
from smsdesk.adapters.twilio.access import credentials
from smsdesk.adapters.twilio.forms import MESSAGE_SID
from smsdesk.adapters.twilio.media import MediaFetch
from smsdesk.adapters.twilio.outcomes import Throttled, outcome_of_error, removal_of_error

if TYPE_CHECKING:
    from config.settings import Settings
    from smsdesk.adapters.twilio.calls import Calls

# What the official client raises over an answer that it cannot read. Not `Exception`: a job's time-out must pass through
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, LookupError, RecursionError)
LONGEST_VALIDITY = timedelta(hours=10)
PAGE = 100
MOST_ATTACHMENTS = 10
DISORDER = timedelta(
    minutes=10
)  # Twilio lists by the moment of sending; a text that was queued long stands out of line
T = TypeVar("T")


class TwilioCarrier:
    """One client for the whole process, made when first needed: importing it takes a third of a second."""

    def __init__(self, settings: Settings, total: timedelta = timedelta(seconds=15)) -> None:
        """`total` bounds each call as a whole, and must stay well below the lease of a claimed text."""
        self._settings = settings
        self._total = total
        self._media = MediaFetch(settings)

    def prepare(self) -> None:
        """Make the client, without a call."""
        self._client  # noqa: B018 - a third of a second, once

    def send(self, text: Outgoing) -> Outcome:
        """Try once, within 15 s in all. Each way it can end is an Outcome; only a job's time-out passes through."""
        if not _can_be_encoded(text):
            return Refused(None, "the text holds half a character, which cannot be sent", "permanent")
        try:
            return _accepted(self._client.messages.create(**_parameters(text)))
        except NotConnected as error:
            return NotSent(None, str(error))
        except Throttled as error:
            return NotSent(20429, "the carrier asks us to slow down", error.retry_after, is_rate_limit=True)
        except CallBroken as error:
            return Unknown(str(error))
        except (TwilioRestException, TwilioServiceException) as error:
            return outcome_of_error(error.status, _code(error))
        except UNREADABLE:
            return Unknown("the carrier accepted it with an answer that cannot be read")

    def listed(self, to: str, since: datetime, sender: str | None = None) -> Iterator[Listed]:
        """Newest first, down to `since`. Not asked by DateSent: a text still in the queue has none."""
        only = {"from_": sender} if sender else {}
        for listed in _each(lambda: self._client.messages.stream(to=to, page_size=PAGE, **only)):
            if listed.created_at < since - DISORDER:
                return
            if listed.created_at >= since:
                yield listed

    def inbound_since(self, to: str, since: datetime) -> Iterator[Listed]:
        return (text for text in self.listed(to, since) if text.is_inbound)

    def media_of(self, carrier_sid: str) -> tuple[MediaRef, ...]:
        rows = _answered(lambda: self._client.messages(carrier_sid).media.list(limit=MOST_ATTACHMENTS))
        return tuple(MediaRef(place, row.uri or "", row.content_type or "") for place, row in enumerate(rows))

    def fetch(self, carrier_sid: str) -> Listed | None:
        if not MESSAGE_SID.fullmatch(carrier_sid):
            return None
        row = _answered(lambda: _none_where_404(self._client.messages(carrier_sid).fetch))
        return None if row is None else _answered(lambda: _listed(row))

    def fetch_media(self, account_sid: str, message_sid: str, media_sid: str) -> Media:
        return self._media.fetch(account_sid, message_sid, media_sid)

    def remove(self, account_sid: str, carrier_sid: str, has_media: bool) -> Removal:
        if not MESSAGE_SID.fullmatch(carrier_sid):
            return Gone()
        try:
            self._remove(account_sid or self._settings.twilio_account_sid, carrier_sid, has_media)
        except (NotConnected, CallBroken):
            return NotYet(None, holds_all=True)
        except Throttled as error:
            return NotYet(20429, holds_all=True, retry_after=error.retry_after)
        except (TwilioRestException, TwilioServiceException) as error:
            return removal_of_error(error.status, _code(error))
        except UNREADABLE:
            return NotYet(None, holds_all=False)
        return Gone()

    def _remove(self, account_sid: str, carrier_sid: str, has_media: bool) -> None:
        """The attachments first: without the text they could not be found again. It takes them along, unless another has them too."""
        text = self._client.api.v2010.accounts(account_sid).messages(carrier_sid)
        for attachment in text.media.list(limit=MOST_ATTACHMENTS) if has_media else ():
            _none_where_404(text.media(attachment.sid).delete)
        text.delete()

    def webhook_of(self, number: str) -> NumberSetup | None:
        rows = _answered(lambda: self._client.incoming_phone_numbers.list(phone_number=number, limit=PAGE))
        return next(
            (_setup(row) for row in rows if row.phone_number == number), None
        )  # Twilio matches parts of numbers too

    def clock_is_ahead_by(self) -> timedelta | None:
        return self._calls.ahead_by

    @cached_property
    def _calls(self) -> Calls:
        from smsdesk.adapters.twilio.calls import Calls

        return Calls(self._settings, self._total)

    @cached_property
    def _client(self) -> Any:
        from twilio.rest import Client

        name, password = credentials(self._settings)
        # an empty environment: the client would read a region from ours
        account, environment = self._settings.twilio_account_sid, {"-": ""}
        client = Client(name, password, account, http_client=self._calls, environment=environment)
        client.api.base_url = self._settings.twilio_api_base_url
        return client


def _parameters(text: Outgoing) -> dict[str, Any]:
    seconds = int(min(max(text.valid_for, timedelta(seconds=1)), LONGEST_VALIDITY).total_seconds())
    given = {
        "to": text.to,
        "from_": text.sender,
        "body": text.body or None,
        "media_url": list(text.media_urls) or None,
        "status_callback": text.status_url,
        "validity_period": seconds,
    }
    return {name: value for name, value in given.items() if value is not None}


def _can_be_encoded(text: Outgoing) -> bool:
    try:
        "".join((text.body, text.to, text.sender, text.status_url, *text.media_urls)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _accepted(made: Any) -> Outcome:
    if not isinstance(made.sid, str) or not MESSAGE_SID.fullmatch(made.sid):
        return Unknown("the carrier accepted it without saying under which id")
    return Accepted(made.sid, int(made.num_segments or 1))


def _code(error: Any) -> int | None:
    """Twilio's own code. Where its body is not JSON the client repeats the status as the code, which is no verdict of Twilio's."""
    return error.code if isinstance(error.code, int) and error.code >= 10000 else None


def _answered(question: Callable[[], T]) -> T:
    """The answer to a question, or CarrierDown."""
    try:
        return question()
    except (NotConnected, CallBroken, Throttled, TwilioException) as error:
        raise CarrierDown(_reason(error)) from error
    except UNREADABLE as error:
        raise CarrierDown("the carrier's answer cannot be read") from error


def _each(rows: Callable[[], Iterator[Any]]) -> Iterator[Listed]:
    """Row by row: a next page is another call, which can fail like the first."""
    opened = _answered(rows)
    while (row := _answered(lambda: next(opened, None))) is not None:
        yield _answered(partial(_listed, row))


def _reason(error: Exception) -> str:
    """In words of our own: Twilio's hold the address that was asked, and in it phone numbers."""
    status = getattr(error, "status", None) or getattr(next(iter(error.args[1:]), None), "status_code", None)
    return f"the carrier answered {status}" if status else str(error)


def _none_where_404(fetch: Callable[[], T]) -> T | None:
    try:
        return fetch()
    except TwilioRestException as error:
        if error.status == 404:
            return None
        raise


def _listed(row: Any) -> Listed:
    return Listed(
        carrier_sid=row.sid,
        to=row.to or "",
        sender=row.from_ or "",
        body=row.body or "",
        created_at=row.date_created.replace(),  # None raises here, and not later in a comparison
        word=row.status or "",
        error_code=row.error_code,
        direction=row.direction or "",
        num_media=int(row.num_media or 0),
    )


def _setup(row: Any) -> NumberSetup:
    return NumberSetup(
        number=row.phone_number,
        sms_url=row.sms_url or "",
        sms_method=row.sms_method or "",
        sms_fallback_url=row.sms_fallback_url or "",
        status_callback=row.status_callback or "",
    )
