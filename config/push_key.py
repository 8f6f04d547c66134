"""The key by which browsers know this desk (RFC 8292): a number below the order of P-256, as base64url."""

from __future__ import annotations

import base64
import re
import secrets

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def made() -> str:
    """A new one."""
    return base64.urlsafe_b64encode((1 + secrets.randbelow(ORDER - 1)).to_bytes(32)).decode().rstrip("=")


def is_one(key: str) -> bool:
    """Whether this can be such a key."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", key):
        return False
    return 0 < int.from_bytes(base64.urlsafe_b64decode(key + "=")) < ORDER
