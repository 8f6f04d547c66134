"""Where the carrier posts: texts that arrive, and what became of ours. Each post is signed, or nothing happens."""

from smsdesk.web.hooks import messages, statuses  # noqa: F401  # their routes
from smsdesk.web.hooks.signed import blueprint

__all__ = ["blueprint"]
