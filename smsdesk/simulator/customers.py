"""A customer texts: the pretend carrier keeps it, obeys STOP and START itself, and posts it to SMSDesk."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smsdesk.adapters import clock
from smsdesk.rules import segments
from smsdesk.simulator.habits import Habits
from smsdesk.simulator.ledger import Ledger, Picture, Text
from smsdesk.simulator.posts import Posts

# Twilio's own lists for a long code: the whole text is the one word (docs/messaging/tutorials/advanced-opt-out)
STOPS = {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"}
STARTS = {"START", "YES", "UNSTOP"}
STOPPED = "You are signed off and will get no more texts from this number. Reply START to get them again."
STARTED = "You are signed on again and will get texts from this number. Reply STOP to end them."
CITY = {"City": "SPRINGFIELD", "State": "OR", "Zip": "97477", "Country": "US"}


@dataclass(frozen=True)
class Attachment:
    content_type: str
    data: bytes = field(repr=False)


class Customers:
    def __init__(
        self, account_sid: str, base_url: str, folder: Path, ledger: Ledger, posts: Posts, habits: Habits
    ) -> None:
        self._account_sid = account_sid
        self.base_url = base_url
        self._folder = folder
        self._ledger = ledger
        self._posts = posts
        self._habits = habits

    def text(self, sender: str, to: str, body: str, media: Sequence[Attachment] = ()) -> Text:
        """Keep what a customer texts; `hand_over` brings it to SMSDesk."""
        sid = ("MM" if media else "SM") + secrets.token_hex(16)
        pictures = [self._keep(sid, attachment) for attachment in media]
        cost = max(segments.count(body).segments, 1)
        text = self._ledger.write(Text(sid, "inbound", to, sender, body, cost, state="receiving"), pictures)
        if self._habits.honours_stop:
            self._obey(text)
        return text

    def hand_over(self, text: Text) -> int | None:
        """Post it, with retries. The last HTTP status, None where nobody answered. `received` is Twilio's word for done either way."""
        status = self._posts.text(text.sid, text.sender, self.form(text))
        self._ledger.turn(text, "received", None if status and 200 <= status < 300 else 11200)
        return status

    def form(self, text: Text) -> dict[str, str]:
        """The parameters of Twilio's webhook."""
        pictures = self._ledger.pictures(text.sid)
        form = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": text.sid,
            "NumMedia": str(len(pictures)),
            "ToCity": "",
        }
        form |= {f"From{part}": value for part, value in CITY.items()}
        form |= {"SmsSid": text.sid, "SmsStatus": "received", "Body": text.body, "To": text.to, "ToZip": ""}
        form |= {"NumSegments": str(text.segments), "MessageSid": text.sid, "AccountSid": self._account_sid}
        form |= {"From": text.sender, "ApiVersion": "2010-04-01"}
        for place, picture in enumerate(pictures):
            form |= {f"MediaUrl{place}": self.media_url(picture), f"MediaContentType{place}": picture.content_type}
        word = text.body.strip().upper()
        if self._habits.says_opt_out_type and word in STOPS | STARTS | {"HELP", "INFO"}:
            form["OptOutType"] = "STOP" if word in STOPS else "START" if word in STARTS else "HELP"
        return form

    def media_url(self, picture: Picture) -> str:
        return (
            f"{self.base_url}/2010-04-01/Accounts/{self._account_sid}/Messages/{picture.text_sid}/Media/{picture.sid}"
        )

    def file(self, picture_sid: str) -> Path:
        return self._folder / picture_sid

    def _keep(self, text_sid: str, attachment: Attachment) -> Picture:
        sid = "ME" + secrets.token_hex(16)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file(sid).write_bytes(attachment.data)
        return Picture(sid, text_sid, attachment.content_type, clock.now())

    def _obey(self, text: Text) -> None:
        word = text.body.strip().upper()
        if word in STOPS and self._ledger.stop(text.to, text.sender, on=True):
            self._answer(text, STOPPED)
        elif word in STARTS and self._ledger.stop(text.to, text.sender, on=False):
            self._answer(text, STARTED)

    def _answer(self, text: Text, body: str) -> None:
        sid = "SM" + secrets.token_hex(16)
        self._ledger.write(Text(sid, "outbound-reply", text.sender, text.to, body, state="delivered"))
