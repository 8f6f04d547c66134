"""The API: JSON for programs that act for a person. Each file is a resource; contract.py says what an operation is."""

from smsdesk.web.api import (
    agents,
    alerts,
    assignments,
    clocks,
    closures,
    conversations,
    customers,
    events,
    media,
    messages,
    notes,
    numbers,
    policies,
    problems,
    teams,
    waits,
    watches,
    webhooks,
)
from smsdesk.web.api.contract import OPERATIONS, blueprint
from smsdesk.web.api.docs import docs

__all__ = [
    "OPERATIONS",
    "agents",
    "alerts",
    "assignments",
    "blueprint",
    "clocks",
    "closures",
    "conversations",
    "customers",
    "docs",
    "events",
    "media",
    "messages",
    "notes",
    "numbers",
    "policies",
    "problems",
    "teams",
    "waits",
    "watches",
    "webhooks",
]
