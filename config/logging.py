"""How SMSDesk logs: one JSON object a line in production, readable lines otherwise, never a text's body or a phone number."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "…"
NEVER_LOGGED = frozenset(
    {
        "address",
        "authorization",
        "body",
        "cookie",
        "email",
        "from",
        "from_",
        "name",
        "note",
        "password",
        "phone",
        "sender",
        "text",
        "to",
        "token",
        "url",
    }
)
# A database error repeats what it was given: parameters, and on PostgreSQL the whole row
REPEATED = re.compile(r"\[parameters: .*?\](?=\n|$)|^DETAIL: .*?$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?:\+|%2B)[1-9]\d{5,14}|(?<![\w.-])\d{10,15}(?![\w.-])", re.IGNORECASE)


def configure(production: bool) -> None:
    """Send every log of this process, ours and the libraries', to standard error in one form."""
    known: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*known, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *known],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(production)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # These say each request or job, with its address or arguments
    for chatty in ("urllib3", "rq.worker", "twilio", "werkzeug", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The one place where what must not be written down is taken out: by its key, and numbers wherever they stand."""
    return {key: HIDDEN if str(key).lower() in NEVER_LOGGED else _clean(value) for key, value in event.items()}


def without_values(words: str) -> str:
    """A traceback, say, without what a database error repeats and without phone numbers."""
    return NUMBER.sub(HIDDEN, REPEATED.sub(HIDDEN, words))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_values(value)
    if isinstance(value, dict):
        return {key: HIDDEN if str(key).lower() in NEVER_LOGGED else _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    if isinstance(value, (bool, int, float, type(None))):
        return value
    # An object writes itself out with whatever it holds
    return _clean(repr(value))


def _renderer(production: bool) -> Processor:
    if production:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
