"""How the official client reaches the network: through our own door, with a last moment for every call."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from twilio.http import HttpClient
from twilio.http.response import Response

from smsdesk.adapters import clock
from smsdesk.adapters.outside_http import Answer, Ask, Door
from smsdesk.adapters.twilio.access import api_limits, basic_auth
from smsdesk.adapters.twilio.outcomes import Throttled

if TYPE_CHECKING:
    from config.settings import Settings

log = logging.getLogger(__name__)

MOST_JSON = 4 * 1024 * 1024
MOST_AHEAD = timedelta(seconds=30)  # a call may last for fifteen of them


class Calls(HttpClient):  # type: ignore[misc]
    """The client's transport. Raises the door's NotConnected and CallBroken, and Throttled, which the client itself has no word for."""

    def __init__(self, settings: Settings, total: timedelta) -> None:
        super().__init__(log, is_async=False)
        self._door = Door(api_limits(settings, MOST_JSON, total))
        self.ahead_by: timedelta | None = None

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the door has its own
        allow_redirects: bool = False,  # noqa: ARG002  # never
    ) -> Any:
        query = f"?{_form(params)}" if params else ""
        sent = dict(headers or {}) | (basic_auth(*auth) if auth else {})
        body = _form(data).encode() if data else None
        answer = self._door.call(Ask(method.upper(), uri + query, sent, body))
        self._compare_clocks(answer, clock.now())
        if answer.status == 429:
            raise Throttled(retry_after(answer))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), dict(answer.headers))

    def _compare_clocks(self, answer: Answer, now: datetime) -> None:
        """Ours turns signatures of programs, deadlines and quiet hours wrong where it is; the carrier's is the one that is at hand."""
        told = _date(answer)
        if told is None:
            return
        was, self.ahead_by = self.ahead_by, now - told
        if abs(self.ahead_by) > MOST_AHEAD and not (was and abs(was) > MOST_AHEAD):
            seconds = self.ahead_by.total_seconds()
            log.error("this machine's clock is %.0f s ahead of the carrier's; set it right, as with chrony or systemd-timesyncd", seconds)  # fmt: skip


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None


def retry_after(answer: Answer) -> timedelta | None:
    """RFC 9110, 10.2.3, in its seconds form; the date form is taken for no answer."""
    value = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(value)) if re.fullmatch(r"[0-9]{1,6}", value) else None


def _form(values: Mapping[str, object]) -> str:
    return urlencode({name: value for name, value in values.items() if value is not None}, doseq=True)
