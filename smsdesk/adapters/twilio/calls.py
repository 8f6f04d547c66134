"""How the official client reaches the network: through our own door, with a last moment for every call."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from twilio.http import HttpClient
from twilio.http.response import Response

from smsdesk.adapters.outside_http import Answer, Ask, Door
from smsdesk.adapters.twilio.access import api_limits, basic_auth
from smsdesk.adapters.twilio.outcomes import Throttled

if TYPE_CHECKING:
    from config.settings import Settings

MOST_JSON = 4 * 1024 * 1024


class Calls(HttpClient):  # type: ignore[misc]
    """The client's transport. Raises the door's NotConnected and CallBroken, and Throttled, which the client itself has no word for."""

    def __init__(self, settings: Settings, total: timedelta) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._door = Door(api_limits(settings, MOST_JSON, total))

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
        if answer.status == 429:
            raise Throttled(retry_after(answer))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), dict(answer.headers))


def retry_after(answer: Answer) -> timedelta | None:
    """RFC 9110, 10.2.3, in its seconds form; the date form is taken for no answer."""
    value = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(value)) if re.fullmatch(r"[0-9]{1,6}", value) else None


def _form(values: Mapping[str, object]) -> str:
    return urlencode({name: value for name, value in values.items() if value is not None}, doseq=True)
