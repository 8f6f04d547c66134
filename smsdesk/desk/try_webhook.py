"""A test post to a program, as an alert would reach it; it counts as news of how the program does."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from config.settings import Settings
from smsdesk.desk.write_out import Posting, post_to
from smsdesk.models.alert import OutgoingWebhook, WebhookStyle

WORDS = "A test from SMSDesk: alerts reach you here."


def test_post(program: OutgoingWebhook, id: UUID, settings: Settings, now: datetime) -> Posting:
    """Written, not sent: sending is for whoever holds no transaction."""
    content: dict[str, Any] = {"text": WORDS}
    if program.style is WebhookStyle.SIGNED:
        content = {"id": str(id), "type": "test", "sent_at": now.isoformat(), "sentence": WORDS}
    return post_to(program, content, id, settings, now)
