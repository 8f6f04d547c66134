"""Opening hours are drawn, edited without a script, tried before they are saved, and given to numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from smsdesk.desk import keep_hours
from smsdesk.desk.keep_hours import OwnDay, Plan, plan_of
from smsdesk.models import Agent, Calendar, Clock, Number
from smsdesk.rules.opening_hours import Span
from tests.web import test_manager
from tests.web.forms import Form
from tests.web.test_manager import Browser, Shop

THURSDAY = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HERE = "/manager/hours"
NINE_TO_SIX = (Span(540, 1080),)
OFFICE = Plan("Shop hours", (NINE_TO_SIX,) * 5 + ((), ()), "DE", "BY")
shop = test_manager.shop
BASE = {"base_url": "https://desk.smsdesk.test"}


@pytest.fixture
def sam(shop: Shop) -> Browser:
    shop.now[0] = THURSDAY
    return shop.signed_in("Sam")


@pytest.fixture
def lee(shop: Shop) -> Browser:
    shop.now[0] = THURSDAY
    return shop.signed_in("Lee")


@pytest.fixture
def at(shop: Shop) -> str:
    """Where the calendar of the shop is changed."""
    return f"{HERE}/{keeps(shop, OFFICE)}"


def keeps(shop: Shop, plan: Plan) -> str:
    with shop.database.transaction() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        return str(keep_hours.add(session, plan, sam, THURSDAY).id)


def plans(shop: Shop) -> list[Plan]:
    with shop.database.reading() as session:
        return [plan_of(calendar) for calendar in session.scalars(select(Calendar).order_by(Calendar.name))]


def number(shop: Shop, label: str = "Support line") -> Number:
    with shop.database.reading() as session:
        return session.scalars(select(Number).where(Number.label == label)).one()


def everybody(shop: Shop) -> list[Agent]:
    with shop.database.reading() as session:
        return list(session.scalars(select(Agent)))


def form(browser: Browser, address: str, action: str | None = None) -> Form:
    return Form.on(browser.opens(address).text, action or address)


def sends(browser: Browser, form: Form, **button: str) -> TestResponse:
    where = form.buttons[button["do"]] if button else form.action
    return browser.client.post(where, data=form.sent(**button), **BASE)


def presses(browser: Browser, form: Form, button: str) -> Form:
    """A button of the editor; the form as it stands then."""
    answer = sends(browser, form, do=button)
    assert answer.status_code == 200, answer.status
    return Form.on(answer.text, form.action)


def week(form: Form, day: int) -> list[str]:
    spans = [value for name, value in form.fields if re.fullmatch(rf"d{day}-\d+-(opens|closes)", name)]
    return [f"{opens}–{closes}" for opens, closes in zip(spans[::2], spans[1::2], strict=True)]


def said(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_shop_without_hours_is_told_what_that_means(sam: Browser) -> None:
    page = sam.reads(HERE)

    assert "No hours are set up yet" in page
    assert "open around the clock" in page


def test_hours_begin_as_most_shops_have_them_and_are_saved_by_name(shop: Shop, sam: Browser) -> None:
    new = form(sam, f"{HERE}/new", HERE)
    assert week(new, 0) == week(new, 4) == ["09:00–18:00"]
    assert week(new, 5) == []

    answer = sends(sam, new.types(name=" Shop  hours ", d4_0_closes="4 pm"))

    assert answer.status_code == 303
    page = sam.reads(answer.location)
    assert "Saved: “Shop hours”. No number goes by it yet" in page
    assert "Mon–Thu 09:00–18:00, Fri 09:00–16:00; closed on Sat and Sun" in page
    assert plans(shop)[0].week[4] == (Span(540, 960),)


def test_buttons_draw_the_week_anew_and_write_nothing(shop: Shop, sam: Browser, at: str) -> None:
    editor = form(sam, at)

    editor = presses(sam, editor, "add-0")
    editor = presses(sam, editor.types(d0_0_closes="12", d0_1_opens="1 pm", d0_1_closes="17:00"), "copy-0-weekdays")
    assert week(editor, 4) == ["09:00–12", "1 pm–17:00"]
    editor = presses(sam, editor, "remove-2-0")
    editor = presses(sam, editor, "copy-2-6")

    assert [week(editor, day) for day in (0, 2, 6)] == [["09:00–12", "1 pm–17:00"], ["1 pm–17:00"], ["1 pm–17:00"]]
    assert plans(shop) == [OFFICE]
    assert sends(sam, editor).status_code == 303
    assert plans(shop)[0].week[6] == (Span(780, 1020),)


def test_a_row_that_was_emptied_is_no_span_and_seven_empty_days_are_refused(
    shop: Shop,
    sam: Browser,
    at: str,
) -> None:
    editor = form(sam, at)
    for day in range(5):
        editor.types(**{f"d{day}_0_opens": "", f"d{day}_0_closes": " "})

    answer = sends(sam, editor)

    assert answer.status_code == 422
    assert "while nobody is there, nothing can be promised" in answer.text
    assert plans(shop) == [OFFICE]


def test_a_closing_after_midnight_is_said_in_words_and_drawn_on_the_next_day(sam: Browser, at: str) -> None:
    editor = form(sam, at).types(d4_0_opens="20", d4_0_closes="2")

    answer = sends(sam, editor, do="look")

    assert "open until 02:00 on Saturday" in answer.text
    assert '<rect class="carried" x="0" width="120"' in answer.text


def test_the_preview_tells_what_hours_make_of_a_promise(sam: Browser, at: str) -> None:
    editor = form(sam, at).types(moment="2026-11-27T17:55", target="10m", zone="berlin")

    page = said(sends(sam, editor, do="look").text)

    assert re.search(r"Friday 17:55 27 November \+ 10 minutes → is answered by Monday 09:05 30 November", page)
    assert re.search(r"Around Christmas Day Thursday 17:55 24 December → is answered by Monday 09:05 28 December", page)
    assert re.search(
        r"When clocks go forward Thursday 17:55 25 March 2027 → is answered by Tuesday 09:05 30 March", page
    )


def test_without_being_asked_it_tells_of_the_coming_weekend(sam: Browser, at: str) -> None:
    page = said(sam.opens(at).text)

    assert re.search(r"Friday 17:55 27 November \+ 10 minutes → is answered by Monday 09:05 30 November", page)


UNASKABLE = [
    ("moment", "yesterday", "Pick a day and a time."),
    ("moment", "2150-01-01T00:00", "no holidays are known"),
    ("moment", "9999-12-31T23:59", "no holidays are known"),
    ("moment", "0001-01-01T00:00", "no holidays are known"),
    ("target", "soon", "is not a length of time"),
    ("target", "900d", "from 30 seconds to 7 days"),
    ("zone", "Middle/Earth", "take one from the list"),
]


def test_a_preview_that_cannot_be_asked_says_how(sam: Browser, at: str) -> None:
    for field, value, sentence in UNASKABLE:
        answer = sends(sam, form(sam, at).types(**{field: value}), do="look")

        assert sentence in answer.text, value
        assert f'value="{value}"' in answer.text


def test_a_holiday_that_is_worked_stays_so(shop: Shop, sam: Browser, at: str) -> None:
    editor = form(sam, at)
    assert "2026-12-25" in editor.all("closed")

    sends(sam, editor.unticks("closed", "2027-01-06"))

    assert plans(shop)[0].worked_holidays == {date(2027, 1, 6)}
    again = form(sam, at)
    assert "2027-01-06" not in again.all("closed")
    assert "2027-01-06" in again.all("holiday")
    shop.now[0] += timedelta(days=60)  # it lies behind, and is not listed any more
    sam = shop.signed_in("Sam")
    sends(sam, form(sam, at).types(name="Winter"))
    assert plans(shop)[0].worked_holidays == {date(2027, 1, 6)}


def test_another_country_closes_on_its_own_holidays(shop: Shop, sam: Browser, at: str) -> None:
    editor = form(sam, at).unticks("closed", "2027-01-06").types(country="US")

    editor = presses(sam, editor, "look")

    assert "2027-07-05" in editor.all("closed")
    assert "2027-01-06" not in editor.all("holiday")
    assert editor["region"] == ""
    sends(sam, editor)
    assert (plans(shop)[0].country, plans(shop)[0].region) == ("US", None)


def test_days_of_ones_own_are_added_and_removed(shop: Shop, sam: Browser, at: str) -> None:
    editor = presses(sam, presses(sam, form(sam, at), "add-own"), "add-own")
    editor.types(own_0_date="2026-12-24", own_0_name="Christmas Eve", own_0_hours="9–13")
    editor.types(own_1_date="2026-12-31", own_1_name="Stock-taking")

    assert sends(sam, presses(sam, editor, "add-own")).status_code == 303

    eve = OwnDay(date(2026, 12, 24), "Christmas Eve", (Span(540, 780),))
    assert plans(shop)[0].own_days == (eve, OwnDay(date(2026, 12, 31), "Stock-taking"))
    editor = form(sam, at)
    assert editor["own-0-hours"] == "09:00–13:00"
    sends(sam, presses(sam, editor, "remove-own-1"))
    assert plans(shop)[0].own_days == (eve,)


def test_all_that_is_wrong_is_told_at_once_and_nothing_typed_is_lost(
    shop: Shop,
    sam: Browser,
    at: str,
) -> None:
    editor = presses(sam, presses(sam, form(sam, at), "add-own"), "add-own")
    editor.types(name="", d1_0_opens="9:77", d2_0_closes="", country="XX")
    editor.types(own_0_date="2026-12-24", own_0_hours="whenever", own_1_name="No date")

    answer = sends(sam, editor)

    assert answer.status_code == 422
    for sentence in (
        "Give these hours a name",
        "“9:77” is no time; write it like 9:00, 17:30 or 5 pm.",
        "Write a time, such as 9:00 or 17:30.",
        "“whenever” is no span; write it like 9:00–13:00, or leave it empty for closed.",
        "Pick the date.",
        "Take a country from the list.",
    ):
        assert sentence in answer.text
    kept = Form.on(answer.text, at)
    assert (kept["d1-0-opens"], kept["own-0-hours"], kept["own-1-name"]) == ("9:77", "whenever", "No date")
    assert plans(shop) == [OFFICE]


def test_one_date_stands_in_the_list_once(sam: Browser, at: str) -> None:
    editor = presses(sam, presses(sam, form(sam, at), "add-own"), "add-own")

    answer = sends(sam, editor.types(own_0_date="2026-12-24", own_1_date="2026-12-24"))

    assert "This date is in the list already" in answer.text


def test_who_saves_over_somebody_elses_change_is_told_first(shop: Shop, sam: Browser, at: str) -> None:
    mine, theirs = form(sam, at), form(sam, at)
    shop.now[0] += timedelta(minutes=1)
    sends(sam, theirs.types(name="Summer"))

    answer = sends(sam, mine.types(name="Winter"))

    assert answer.status_code == 409
    assert "Somebody else saved these hours" in answer.text
    assert plans(shop)[0].name == "Summer"
    assert sends(sam, Form.on(answer.text, at)).status_code == 303  # they have been told, and mean it
    assert plans(shop)[0].name == "Winter"


def test_a_number_goes_by_hours_and_a_clock_and_says_when_it_opens(
    shop: Shop,
    sam: Browser,
    at: str,
) -> None:
    mine = number(shop)
    row = form(sam, HERE, f"{HERE}/numbers/{mine.id}")

    answer = sends(sam, row.types(calendar=at.rpartition("/")[2], zone="new york"))

    assert "Changed: Support line is open by “Shop hours”, America/New_York." in sam.reads(answer.location)
    assert "Support line +1 415 555 0100 closed opens 09:00" in sam.reads(HERE)  # it is seven in the morning there
    assert number(shop).time_zone == "America/New_York"
    shop.now[0] += timedelta(hours=3)
    assert "Support line +1 415 555 0100 open until 18:00" in sam.reads(HERE)


def test_a_clock_that_nobody_knows_is_refused_beside_its_field(shop: Shop, sam: Browser, at: str) -> None:
    row = form(sam, HERE, f"{HERE}/numbers/{number(shop).id}")

    answer = sends(sam, row.types(calendar=at.rpartition("/")[2], zone="Gotham"))

    assert answer.status_code == 422
    again = Form.on(answer.text, row.action)
    assert (again["zone"], again["calendar"]) == ("Gotham", at.rpartition("/")[2])
    assert "“Gotham” is no time zone" in answer.text
    assert number(shop).calendar_id is None


def test_hours_in_use_are_not_thrown_away(shop: Shop, sam: Browser, at: str) -> None:
    row = form(sam, HERE, f"{HERE}/numbers/{number(shop).id}")
    sends(sam, row.types(calendar=at.rpartition("/")[2]))

    refused = sends(sam, form(sam, at, f"{at}/removal"))
    assert refused.status_code == 409
    assert "“Shop hours” is still used: Support line is open by it. Give them other hours first." in refused.text

    sends(sam, row.types(calendar=""))
    assert "Thrown away." in sam.reads(sends(sam, form(sam, at, f"{at}/removal")).location)
    assert plans(shop) == []
    assert sam.opens(at).status_code == 404


def test_a_lead_looks_and_tries_and_changes_nothing(shop: Shop, lee: Browser, at: str) -> None:
    page = lee.opens(HERE)
    assert page.status_code == 200
    assert 'method="post" action="/manager' not in page.text

    look = lee.reads(f"{at}?moment=2026-11-27T17:55&target=10m&zone=Europe/Berlin")
    assert "Friday 17:55 27 November + 10 minutes → is answered by Monday 09:05" in look
    assert "is not a length of time" in lee.reads(f"{at}?target=soon")
    for address in (f"{HERE}/new", HERE, at, f"{at}/draft", f"{HERE}/draft", f"{at}/removal"):
        answer = lee.opens(address) if address.endswith("new") else lee.sends(HERE, address, name="Mine")
        assert answer.status_code == 403, address
    assert plans(shop) == [OFFICE]


NO_BUTTONS = (
    "remove-0",
    "remove-0-9",
    "remove-0-x",
    "remove-own-",
    "copy-0-9",
    "copy-9-all",
    "add-٣",
    "add",
    "-",
    "drop",
)


def test_people_work_by_shifts_of_their_own(shop: Shop, sam: Browser, at: str) -> None:
    page = sam.reads(f"{HERE}/shifts")
    assert "3 of 3 on shift now" in page
    maya = next(person.id for person in everybody(shop) if person.name == "Maya")
    row = form(sam, f"{HERE}/shifts", f"{HERE}/shifts/{maya}")

    assert "“Gotham” is no time zone" in sends(sam, row.types(zone="Gotham")).text
    answer = sends(sam, row.types(calendar=at.rpartition("/")[2], zone="new york"))

    page = sam.reads(answer.location)
    assert "Changed: Maya works by “Shop hours”, America/New_York." in page
    assert "2 of 3 on shift now" in page
    assert "off shift on again 09:00 there" in page
    assert "Maya's shift" in sam.reads(HERE)


def test_a_lead_sees_the_shifts_of_their_own_people(shop: Shop, sam: Browser, lee: Browser, at: str) -> None:
    for person in everybody(shop):
        row = form(sam, f"{HERE}/shifts", f"{HERE}/shifts/{person.id}")
        sends(sam, row.types(calendar=at.rpartition("/")[2]))

    assert "1 of 1 on shift now" in lee.reads(f"{HERE}/shifts")
    for page in (lee.reads(f"{HERE}/shifts"), lee.reads(HERE)):
        assert "Maya" not in page
    assert "Lee's shift" in lee.reads(HERE)


def test_running_clocks_follow_the_hours_of_their_number(shop: Shop, sam: Browser, at: str) -> None:
    shop.now[0] = datetime(2026, 11, 27, 16, 55, tzinfo=UTC)
    shop.text("+14155550142")
    sam = shop.signed_in("Sam")
    row = form(sam, HERE, f"{HERE}/numbers/{number(shop).id}")

    answer = sends(sam, row.types(calendar=at.rpartition("/")[2], zone="Europe/Berlin"))

    assert "1 running clock was set anew." in sam.reads(answer.location)
    with shop.database.reading() as session:
        clocks = list(session.scalars(select(Clock).where(Clock.kind == "first_reply")))
    assert [clock.due_at for clock in clocks] == [datetime(2026, 11, 30, 8, 5, tzinfo=UTC)]


def test_a_button_that_does_not_exist_does_nothing(sam: Browser, at: str) -> None:
    editor = form(sam, at)
    for nonsense in NO_BUTTONS:
        editor.buttons[nonsense] = f"{at}/draft"

        assert presses(sam, editor, nonsense).fields == editor.fields, nonsense


def test_fields_that_no_editor_has_are_passed_over(shop: Shop, sam: Browser, at: str) -> None:
    editor = form(sam, at)
    editor.fields += [
        ("d9-0-opens", "1"),
        ("d0-٣-opens", "1"),
        ("own-x-date", "2026-01-01"),
        ("holiday", "never"),
        ("worked", "∞"),
    ]
    editor.fields += [(f"d0-{place}-{end}", "9") for place in range(1, 90) for end in ("opens", "closes")]

    answer = sends(sam, editor)

    assert answer.status_code == 303
    assert plans(shop)[0].week[1:] == OFFICE.week[1:]


def test_a_name_of_markup_stays_words(shop: Shop, sam: Browser) -> None:
    keeps(shop, replace(OFFICE, name="<script>alert(1)</script>"))

    page = sam.opens(HERE).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
