"""The pages of watches: made from a preset, tried before it is kept, seen firing, muted, changed and deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from smsdesk.desk import tend_watch, watch_over
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models import Agent, Number, Watch, WatchEvent
from smsdesk.rules.watches import Figure, WatchRule
from tests.web.test_manager import NOON, REPAIRS, Shop, shop

__all__ = ["shop"]

OLDEST = {"figure": "oldest_waiting", "limit": "20m", "is_on": "yes"}
NEW = "/manager/watches/new?figure=oldest_waiting"


def made(shop: Shop, **fields: str) -> UUID:
    sam = shop.signed_in("Sam")
    answer = sam.sends(NEW, "/manager/watches", **{**OLDEST, **fields})
    assert answer.status_code == 303, answer.text
    found = re.search(r"/manager/watches/([0-9a-f-]+)", answer.headers["Location"])
    assert found
    return UUID(found[1])


def goes_by(shop: Shop, minutes: int) -> None:
    for _ in range(minutes):
        shop.passes(minutes=1)
        with shop.database.reading() as session:
            looks = watch_over.look(session, shop.now[0])
        with shop.database.transaction() as session:
            watch_over.settle(session, looks, shop.now[0])
    shop.passes(seconds=0)


def stored(shop: Shop, watch_id: UUID) -> Watch:
    with shop.database.reading() as session:
        return session.get_one(Watch, watch_id)


def test_without_a_watch_the_page_says_what_one_is_for(shop: Shop) -> None:
    sam = shop.signed_in("Sam")

    assert "Nothing is watched yet. Choose a first figure" in sam.reads("/manager/watches")
    assert "+ New alert — try it on the last 30 days first" in sam.reads("/manager")
    presets = sam.reads("/manager/watches/new")
    for words in ("First reply p90 over 8 min", "Unassigned for 2 min", "Oldest waiting over 20 min",
                  "Delivery failures over 5%", "Nobody available while open"):  # fmt: skip
        assert words in presets


@pytest.mark.parametrize("figure", [*Figure])
def test_every_preset_can_be_kept_as_it_is(shop: Shop, figure: Figure) -> None:
    sam = shop.signed_in("Sam")
    page = sam.opens(f"/manager/watches/new?figure={figure.value}").text
    fields = dict(re.findall(r'<input class="input" id="\w+" name="(\w+)" value="([^"]*)"', page))
    if 'id="percentile"' in page:
        fields["percentile"] = "90"

    answer = sam.sends(NEW, "/manager/watches", figure=figure.value, is_on="yes", **fields)

    assert answer.status_code == 303, answer.text
    assert "It is looked at from now on." in sam.reads(answer.headers["Location"])


def test_a_watch_is_made_fires_and_is_seen_on_the_managers_page(shop: Shop) -> None:
    it = made(shop)
    sam = shop.signed_in("Sam")
    assert "Oldest waiting over 20 min quiet" in sam.reads("/manager")

    shop.text("+14155550199")
    goes_by(shop, 25)

    page = sam.reads("/manager")
    assert "Oldest waiting over 20 min since 12:20" in page
    assert "now 25 minutes" in sam.reads("/manager/watches")
    one = sam.reads(f"/manager/watches/{it}")
    assert "Fired A customer has waited 20 minutes. 12:20" in one
    assert "Fires at 20 minutes; is over below 16 minutes." in one
    assert "The last 24 hours: at most 25 minutes." in one


def test_a_plan_shows_what_it_would_say_now_and_what_is_to_be_mended(shop: Shop) -> None:
    sam = shop.signed_in("Sam")
    shop.text("+14155550199")
    shop.passes(minutes=21)

    now = sam.reads("/manager/watches/preview?figure=oldest_waiting&limit=20m")
    wrong = sam.reads("/manager/watches/preview?figure=oldest_waiting&limit=soon")

    assert "21 minutes it would fire at once" in now
    assert "Oldest waiting over 20 minutes." in now
    assert "Write a length of time, such as 90s, 8m or 2h." in wrong


def test_a_plan_is_tried_on_the_past_before_anything_is_kept(shop: Shop) -> None:
    with shop.database.transaction() as session:
        for number in session.scalars(select(Number)):
            number.created_at = NOON - timedelta(days=90)
    for _ in range(2):
        waiting = shop.text("+14155550199")
        shop.passes(minutes=40)
        shop.answer(waiting)
        shop.passes(days=1)

    sam = shop.signed_in("Sam")
    answer = sam.sends(NEW, "/manager/watches/trial", limit="20m", figure="oldest_waiting", name="Too long")

    assert answer.status_code == 200
    assert "It would have fired twice, on 2 days." in answer.text
    assert "For 40 minutes in all in the last 30 days" in answer.text
    assert answer.text.count('class="fired"') == 2
    assert 'value="Too long"' in answer.text  # nothing typed is lost
    with shop.database.reading() as session:
        assert session.scalars(select(Watch)).all() == []


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(shop: Shop) -> None:
    made(shop)
    sam = shop.signed_in("Sam")

    answer = sam.sends(NEW, "/manager/watches", figure="first_reply", limit="soon", percentile="90", window="1m",
                       at_least="5", name="oldest WAITING over 20 min")  # fmt: skip

    assert answer.status_code == 422
    assert "Write a length of time" in answer.text
    assert "Look back from 5 minutes to 1 day" in answer.text
    assert 'value="soon"' in answer.text
    answer = sam.sends(
        NEW, "/manager/watches", **OLDEST, name="oldest WAITING over 20 min", owners="nobody", scope="team:x"
    )
    assert answer.status_code == 422
    assert "Choose from the list." in answer.text
    answer = sam.sends(NEW, "/manager/watches", **OLDEST, name="oldest WAITING over 20 min")
    assert "There is an alert called “oldest WAITING over 20 min” already." in answer.text


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"until": "1h"}, "13:00"),
        ({"until": "tomorrow"}, (NOON + timedelta(days=1)).strftime("%-d %b 08:00")),
        ({"until": "moment", "moment": (NOON + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")}, "17:00"),
    ],
)
def test_a_watch_is_muted_for_a_while_and_that_can_be_taken_back(
    shop: Shop, fields: dict[str, str], until: str
) -> None:
    it = made(shop)
    sam = shop.signed_in("Sam")

    answer = sam.sends("/manager/watches", f"/manager/watches/{it}/mute", **fields)

    page = sam.reads(answer.headers["Location"])
    assert f"muted until {until}" in page
    assert "It is muted: looked at, and nobody is told. Unmute" in page
    answer = sam.sends("/manager/watches", f"/manager/watches/{it}/mute/end")
    assert "It speaks again." in sam.reads(answer.headers["Location"])
    assert not stored(shop, it).is_muted(shop.now[0])


@pytest.mark.parametrize("moment", ["", "yesterday", "2001-01-01T00:00", "9999-12-31T23:59"])
def test_a_mute_ends_at_a_moment_that_is_to_come(shop: Shop, moment: str) -> None:
    it = made(shop)

    answer = shop.signed_in("Sam").sends(
        "/manager/watches", f"/manager/watches/{it}/mute", until="moment", moment=moment
    )

    assert answer.status_code == 422
    assert "Choose a moment within the next 90 days." in answer.text
    assert stored(shop, it).muted_until is None


def test_a_watch_is_changed_with_what_it_has_in_the_form(shop: Shop) -> None:
    it = made(shop, name="Waits")
    sam = shop.signed_in("Sam")
    assert 'value="20m"' in sam.opens(f"/manager/watches/{it}/plan").text

    answer = sam.sends(f"/manager/watches/{it}/plan", f"/manager/watches/{it}/plan", **OLDEST | {"limit": "1h"}, name="Waits", only_open="yes")  # fmt: skip

    assert "Changed." in sam.reads(answer.headers["Location"])
    watch = stored(shop, it)
    assert (watch.limit, watch.clears_at, watch.only_open, watch.name) == (3600, 2880, True, "Waits")


def test_a_watch_is_deleted_and_says_so(shop: Shop) -> None:
    it = made(shop)
    shop.text("+14155550199")
    goes_by(shop, 21)
    sam = shop.signed_in("Sam")

    answer = sam.sends("/manager/watches", f"/manager/watches/{it}/removal")

    assert "Deleted. What it told stays in the record of alerts." in sam.reads(answer.headers["Location"])
    assert sam.opens(f"/manager/watches/{it}").status_code == 404
    with shop.database.reading() as session:
        assert session.scalars(select(WatchEvent)).all() == []
    assert sam.opens("/manager/alerts").status_code == 200


def test_a_watch_that_was_deleted_by_a_slip_comes_back_as_it_was(shop: Shop) -> None:
    it = made(shop, name="Waits", scope=f"number:{shop.number().id}")
    sam, before = shop.signed_in("Sam"), stored(shop, it)
    answer = sam.sends("/manager/watches", f"/manager/watches/{it}/removal")
    assert f'action="/manager/watches/{it}/restoration"' in sam.opens(answer.headers["Location"]).text

    backs = [sam.sends("/manager/watches", f"/manager/watches/{it}/restoration") for _ in range(2)]

    assert [back.headers["Location"] for back in backs] == [f"/manager/watches/{it}?just=restored"] * 2
    assert "It is back as it was, and looked at from now on." in sam.reads(backs[0].headers["Location"])
    after = stored(shop, it)
    assert (after.rule, after.name, after.number_id, after.team_id, after.owners, after.is_on) == (
        before.rule, before.name, before.number_id, before.team_id, before.owners, before.is_on)  # fmt: skip
    assert sam.sends("/manager/watches", f"/manager/watches/{UUID(int=7)}/restoration").status_code == 404
    assert shop.signed_in("Lee").sends("/manager/watches", f"/manager/watches/{it}/restoration").status_code == 403


def test_one_whose_name_was_taken_meanwhile_says_so_and_stays_away(shop: Shop) -> None:
    it = made(shop, name="Waits")
    sam = shop.signed_in("Sam")
    sam.sends("/manager/watches", f"/manager/watches/{it}/removal")
    made(shop, name="Waits")

    answer = sam.sends("/manager/watches", f"/manager/watches/{it}/restoration")

    assert (answer.status_code, "There is an alert called “Waits” already." in answer.text) == (422, True)


def test_a_lead_sees_the_watches_of_their_team_and_changes_none(shop: Shop) -> None:
    rule = WatchRule(Figure.OLDEST_WAITING, 1200, 960)
    with shop.database.transaction() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        theirs = tend_watch.create(session, WatchPlan(rule, "Repairs wait", shop.number(REPAIRS).id), sam, NOON).id
        others = tend_watch.create(session, WatchPlan(rule, "Support waits", shop.number().id), sam, NOON).id
    lee = shop.signed_in("Lee")

    page = lee.reads("/manager/watches")

    assert "Repairs wait" in page
    assert "Support waits" not in page
    assert "Mute" not in page
    assert lee.opens(f"/manager/watches/{theirs}").status_code == 200
    assert lee.opens(f"/manager/watches/{others}").status_code == 404
    assert lee.opens(f"/manager/watches/{theirs}/plan").status_code == 403
    assert lee.sends("/manager/watches", f"/manager/watches/{theirs}/mute", until="1h").status_code == 403
    assert "Support waits" not in lee.reads("/manager")


def test_a_hostile_name_is_shown_as_words(shop: Shop) -> None:
    it = made(shop, name="<script>alert(1)</script>")
    sam = shop.signed_in("Sam")

    for address in ("/manager", "/manager/watches", f"/manager/watches/{it}", f"/manager/watches/{it}/plan"):
        assert "<script>alert" not in sam.opens(address).text
