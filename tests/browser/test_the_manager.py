"""The manager sees what goes on while it goes on, and can act on it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cast import CustomerWithPhone, Person


def test_a_text_changes_the_managers_page_by_itself(sam: Person, maria: CustomerWithPhone) -> None:
    page = sam.opens(sam.shop.managers_page)
    expect(page.get_by_role("region", name="Who is waiting")).to_contain_text("Nobody is waiting.")

    maria.texts("Anybody there?")

    expect(page.get_by_role("region", name="Who is waiting")).to_contain_text("has waited")
    expect(page.get_by_role("region", name="Waiting for us")).to_contain_text("1")


def test_an_alert_is_told_and_then_seen(sam: Person, maria: CustomerWithPhone) -> None:
    page = sam.opens(sam.shop.managers_page)
    maria.texted("Where is my order?", minutes=25)

    alerts = page.get_by_role("region", name="Response-time alerts")
    expect(alerts).to_contain_text("Maria")
    alerts.get_by_role("button").first.click()

    expect(alerts).not_to_contain_text("Maria")
    page.goto("/manager/alerts")
    expect(page.locator("#main")).to_contain_text("seen by Sam")


def test_another_promise_sets_the_running_clocks_anew(sam: Person, maya: Person, maria: CustomerWithPhone) -> None:
    conversation = maria.texted("How long will it take?", minutes=1)
    desk = maya.opens(f"/conversations/{conversation}")
    expect(desk.locator("[data-promise]")).to_contain_text("Reply within")
    page = sam.opens("/manager")

    page.get_by_role("link", name=f"Change the promise of {sam.shop.label}").click()
    page.get_by_label("Promise a reply within").fill("45s")
    page.get_by_role("button", name="Change the promise").click()

    expect(page.get_by_role("status").first).to_contain_text("1 running clock was set anew")
    expect(desk.locator("[data-promise]")).to_contain_text("Late by")


def test_a_figure_of_a_report_opens_what_is_behind_it(sam: Person, maria: CustomerWithPhone) -> None:
    maria.texted("Where is my order?", minutes=25)
    page = sam.opens(f"/manager/reports?number={sam.shop.number_id}&days=today")
    figure = page.get_by_role("region", name="Kept our promise")
    expect(figure).to_contain_text("0 of 1")

    figure.get_by_role("link", name="1 late").click()

    rows = page.locator("table.episodes tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("still waiting")
    rows.get_by_role("link").click()
    expect(page.locator("#texts")).to_contain_text("Where is my order?")
