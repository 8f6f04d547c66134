"""Conversations over the API: listed, filtered, read, answered, annotated, given and closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tests.web.api.program import MARIA, PRIYA, SALES, SUPPORT, TOM, Office, Program


def test_a_conversation_is_told_with_its_customer_and_its_deadline(office: Office, ana: Program, maria: str) -> None:
    told = ana.get(f"/conversations/{maria}").get_json()

    assert told["id"] == maria
    assert told["customer"]["address"] == MARIA
    assert told["customer"]["name"] is None
    assert (told["number"], told["number_label"]) == (SUPPORT, "Support line")
    assert (told["team"], told["team_name"]) == (office.support, "Support")
    assert (told["assignee"], told["state"], told["last_seq"]) == (None, "waiting_for_us", 1)
    due, since = (datetime.fromisoformat(told[name]) for name in ("reply_due_at", "waiting_since"))
    assert due - since == timedelta(minutes=10)
    assert told["reply_due_at"].endswith("Z")


def test_the_list_stands_in_the_order_of_deadlines_page_by_page(office: Office, sam: Program) -> None:
    ids = [office.text(f"+1415555{n:04}", "hello", SALES if n % 2 else SUPPORT) for n in range(200, 207)]
    support, sales = ids[0::2], ids[1::2]

    told = [one["id"] for one in sam.items("/conversations", sort="reply_due_at", limit=2)]

    assert told == support + sales


def test_the_newest_text_comes_first(office: Office, sam: Program, maria: str, tom: str) -> None:
    office.text(MARIA, "Hello?")

    assert [one["id"] for one in sam.items("/conversations", limit=1)] == [maria, tom]


def test_a_page_does_not_shift_when_somebody_texts_meanwhile(office: Office, ana: Program) -> None:
    ids = [office.text(sender, "hello") for sender in (MARIA, PRIYA, TOM)]
    first = ana.get("/conversations", sort="reply_due_at", limit=2).get_json()
    office.text(MARIA, "hello again")
    office.text("+14155550190", "me too")

    rest = ana.get("/conversations", sort="reply_due_at", limit=1, cursor=first["next_cursor"]).get_json()

    assert [one["id"] for one in first["items"] + rest["items"]] == ids


def test_conversations_are_found_by_state_assignee_team_number_and_deadline(
    office: Office, sam: Program, ana: Program, maria: str, tom: str
) -> None:
    ana.put(f"/conversations/{maria}/assignment", {"agent_id": "me"})
    soon = (datetime.now(UTC) + timedelta(minutes=11)).isoformat()

    def found(program: Program, **asked: object) -> list[str]:
        return [one["id"] for one in program.items("/conversations", sort="reply_due_at", **asked)]

    assert found(sam, assignee=office.ids["ana"]) == [maria] == found(ana, assignee="me")
    assert found(sam, assignee="none") == [tom] == found(sam, team=office.sales) == found(sam, number=SALES)
    assert found(sam, due_before=soon) == [maria]
    assert found(sam, state="waiting_for_us") == [maria, tom]
    assert found(sam, state="resolved") == []
    sam.put(f"/conversations/{tom}/closure")
    assert found(sam, state="resolved") == [tom]


def test_texts_are_told_in_the_order_of_the_conversation(office: Office, ana: Program, maria: str) -> None:
    office.text(MARIA, "Hello?")
    ana.post(f"/conversations/{maria}/messages", {"body": "At five.", "seen": 2})

    told = ana.items(f"/conversations/{maria}/messages", limit=2)

    assert [(one["seq"], one["direction"], one["body"]) for one in told] == [
        (1, "in", "Is my cake ready?"),
        (2, "in", "Hello?"),
        (3, "out", "At five."),
    ]
    assert [one["author_kind"] for one in told] == ["customer", "customer", "agent"]
    newest_first = ana.items(f"/conversations/{maria}/messages", sort="-created_at", limit=1)
    assert [one["seq"] for one in newest_first] == [3, 2, 1]


def test_a_reply_is_written_down_and_waits_to_be_sent(office: Office, ana: Program, maria: str) -> None:
    answer = ana.post(f"/conversations/{maria}/messages", {"body": "At five."})

    told = answer.get_json()
    assert answer.status_code == 201
    assert (told["body"], told["state"], told["author_id"]) == ("At five.", "ready", office.ids["ana"])
    assert (told["error_code"], told["carrier_sid"], told["media"]) == (None, None, [])


def test_a_reply_is_stopped_where_a_text_arrived_unseen(office: Office, ana: Program, maria: str) -> None:
    office.text(MARIA, "Never mind, I am outside.")

    answer = ana.post(f"/conversations/{maria}/messages", {"body": "At five.", "seen": 1})

    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert [one["body"] for one in answer.get_json()["messages"]] == ["Never mind, I am outside."]
    assert len(ana.items(f"/conversations/{maria}/messages")) == 2


def test_the_same_key_asked_for_twenty_times_at_once_sends_one_text(office: Office, ana: Program, maria: str) -> None:
    def ask(_turn: int) -> tuple[int, str]:
        answer = ana.post(f"/conversations/{maria}/messages", {"body": "At five."}, Idempotency_Key="order-66")
        return answer.status_code, answer.get_json()["id"]

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(ask, range(20)))

    assert len(answers) == 1
    assert {status for status, _ in answers} == {201}
    assert len(ana.items(f"/conversations/{maria}/messages")) == 2


def test_a_key_belongs_to_its_words(office: Office, ana: Program, maria: str) -> None:
    ana.post(f"/conversations/{maria}/messages", {"body": "At five."}, Idempotency_Key="order-66")

    answer = ana.post(f"/conversations/{maria}/messages", {"body": "At six."}, Idempotency_Key="order-66")

    assert answer.status_code == 409
    assert len(ana.items(f"/conversations/{maria}/messages")) == 2


def test_nobody_is_texted_after_stop(office: Office, ana: Program, maria: str) -> None:
    office.text(MARIA, "STOP")

    answer = ana.post(f"/conversations/{maria}/messages", {"body": "At five."})

    assert answer.status_code == 409
    assert "Only their START lifts it" in answer.get_json()["detail"]


def test_a_note_is_kept_and_answers_nobody(office: Office, ana: Program, lee: Program, maria: str) -> None:
    written = ana.post(f"/conversations/{maria}/notes", {"body": "She is outside."})

    assert written.status_code == 201
    assert lee.items(f"/conversations/{maria}/notes") == [written.get_json()]
    assert written.get_json()["author_name"] == "Ana"
    assert ana.get(f"/conversations/{maria}").get_json()["reply_due_at"] is not None


def test_an_agent_takes_a_conversation_and_puts_it_back(office: Office, ana: Program, maria: str) -> None:
    taken = ana.put(f"/conversations/{maria}/assignment", {"agent_id": "me"}).get_json()
    released = ana.delete(f"/conversations/{maria}/assignment").get_json()

    assert (taken["assignee"], taken["assignee_name"]) == (office.ids["ana"], "Ana")
    assert taken["placement_reason"] == "Ana took it"
    assert released["assignee"] is None


def test_only_a_lead_gives_away_what_somebody_else_has(office: Office, ana: Program, lee: Program, maria: str) -> None:
    lee.put(f"/conversations/{maria}/assignment", {"agent_id": "me"})

    assert ana.delete(f"/conversations/{maria}/assignment").status_code == 403
    given = lee.put(f"/conversations/{maria}/assignment", {"agent_id": office.ids["ana"]})
    assert given.get_json()["assignee"] == office.ids["ana"]
    assert lee.delete(f"/conversations/{maria}/assignment").get_json()["assignee"] is None


def test_a_conversation_goes_to_a_colleague_of_its_team_only(office: Office, sam: Program, maria: str) -> None:
    answer = sam.put(f"/conversations/{maria}/assignment", {"agent_id": office.ids["ben"]})

    assert answer.status_code == 409
    assert sam.get(f"/conversations/{maria}").get_json()["assignee"] is None


def test_a_conversation_is_passed_to_another_team(office: Office, sam: Program, ben: Program, maria: str) -> None:
    passed = sam.put(f"/conversations/{maria}/assignment", {"team_id": office.sales})

    assert passed.get_json()["team"] == office.sales
    assert ben.get(f"/conversations/{maria}").status_code == 200


def test_a_conversation_is_resolved_and_taken_up_again(office: Office, ana: Program, maria: str) -> None:
    assert ana.put(f"/conversations/{maria}/closure").get_json()["state"] == "resolved"
    assert ana.post(f"/conversations/{maria}/closure", {"seen": 1}).get_json()["state"] == "resolved"

    reopened = ana.delete(f"/conversations/{maria}/closure").get_json()

    assert (reopened["state"], reopened["assignee"]) == ("waiting_for_us", office.ids["ana"])


def test_nothing_is_resolved_over_an_unseen_text(office: Office, ana: Program, maria: str) -> None:
    office.text(MARIA, "One more thing")

    assert ana.put(f"/conversations/{maria}/closure", {"seen": 1}).status_code == 409
    assert ana.get(f"/conversations/{maria}").get_json()["state"] == "waiting_for_us"
