"""A wait can be put aside, waved off and made to press by a program, by the same rules as on the pages."""

from __future__ import annotations

from datetime import timedelta

from smsdesk.adapters import clock
from tests.web.api.program import MARIA, Office, Program


def test_a_snooze_stops_no_promise(office: Office, ana: Program) -> None:
    conversation = office.text(MARIA, "Is it ready?")
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()

    refused = ana.post(f"/conversations/{conversation}/snooze", {"until": tomorrow})
    ana.post(f"/conversations/{conversation}/no-reply-needed")
    snoozed = ana.post(f"/conversations/{conversation}/snooze", {"until": tomorrow})
    woken = ana.delete(f"/conversations/{conversation}/snooze")

    assert refused.status_code == 409
    assert snoozed.get_json()["state"] == "snoozed"
    assert woken.get_json()["state"] == "waiting_for_them"


def test_no_reply_needed_is_taken_back_to_the_old_start(office: Office, ana: Program) -> None:
    conversation = office.text(MARIA, "Is it ready?")
    since = ana.get(f"/conversations/{conversation}").get_json()["waiting_since"]

    waved = ana.post(f"/conversations/{conversation}/no-reply-needed", {"seen": 1}).get_json()
    again = ana.delete(f"/conversations/{conversation}/no-reply-needed").get_json()

    assert (waved["state"], waved["reply_due_at"]) == ("waiting_for_them", None)
    assert (again["state"], again["waiting_since"]) == ("waiting_for_us", since)
    assert ana.delete(f"/conversations/{conversation}/no-reply-needed").status_code == 409


def test_labels_are_told_as_they_are_kept(office: Office, ana: Program) -> None:
    conversation = office.text(MARIA, "Is it ready?")

    told = ana.patch(f"/conversations/{conversation}", {"priority": "urgent", "tags": ["Kettle"]}).get_json()
    refused = ana.patch(f"/conversations/{conversation}", {"tags": ["a, b"]})

    assert (told["priority"], told["tags"]) == ("urgent", ["kettle"])
    assert refused.status_code == 422
