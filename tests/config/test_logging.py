"""The log tells what happened, and neither what was written nor to whom."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging, structlog
from config.logging import configure
configure(production=%r)
try:
    raise ValueError("[SQL: INSERT INTO message]\\n[parameters: ('Is my cake ready?', '+15551230001')]")
except ValueError:
    logging.getLogger("a.library").exception("failed for %%s", "+15551230001")
structlog.get_logger("smsdesk").info("text stored", message_id="0192", body="Is my cake ready?", sender="+15551230001")
logging.getLogger("smsdesk").info("a number as the carrier writes it in an address: To=%%2B15551230001")
logging.getLogger("smsdesk").info("nested", extra={"form": {"Body": "Is my cake ready?", "seen": ["+15551230001"]}})
"""


def _log(production: bool) -> str:
    script = SCRIPT % production
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize("production", [True, False])
def test_no_body_and_no_number_is_ever_logged(production: bool) -> None:
    log = _log(production)

    assert "text stored" in log
    assert "0192" in log
    assert "cake" not in log
    assert "5551230001" not in log


def test_production_logs_one_json_object_a_line() -> None:
    lines = [json.loads(line) for line in _log(production=True).splitlines()]

    assert [line["level"] for line in lines] == ["error", "info", "info", "info"]
    assert "Traceback" in lines[0]["exception"]
