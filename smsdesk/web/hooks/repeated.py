"""A post that was here before: mostly the carrier's own second try, sometimes of somebody who captured one. Known already, it is answered 2xx either way."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters.carrier import InboundText
from smsdesk.desk.warn_of_replay import Repetitions, is_replayed, stored_at, warn_of_replay
from smsdesk.web.wired import wiring

log = logging.getLogger(__name__)

SEEN = "smsdesk.repetitions"


def came_again(text: InboundText, now: datetime) -> None:
    """Managers are told where no carrier would do it."""
    log.info("a text was delivered again")
    seen: Repetitions = current_app.extensions.setdefault(SEEN, Repetitions())
    if seen.are_told(now):
        return
    times = seen.count(text.carrier_sid, now)
    try:
        with wiring().inbox.reading() as session:
            first_at = stored_at(session, text)
        if is_replayed(times, first_at, now):
            log.warning("signed posts come again, more often or later than the carrier repeats them")
            with wiring().inbox.transaction() as session:
                warn_of_replay(session, now)
            seen.told(now)
    except SQLAlchemyError as error:  # the text is stored: the next repetition looks again
        log.error("a repeated post was not looked at: %s", type(error).__name__)
