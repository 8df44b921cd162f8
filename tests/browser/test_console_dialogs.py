"""The console's dialogs in a real browser: read quality, integrity and holds; and what flying cameras see."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PATIENCE_MS, sign_in
from tests.support.console_room import Room, chromium, wait_for
from tests.support.fake_edge import FakeEdge

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed (apt-get install chromium)")


def test_read_quality_is_in_words_and_rejected_reads_need_reason_and_case(
    page: Page, room: Room, edge: FakeEdge
) -> None:
    edge.read("MX70TRE")
    edge.rejected("PARKING")
    sign_in(page, room, "morgan")
    page.get_by_role("button", name="Read quality").click()
    dialog = page.get_by_role("dialog", name="Read quality")
    row = dialog.get_by_role("row").filter(has_text="road-1-cam")
    expect(row.get_by_text("Too early to say: 1 of 100 reads")).to_be_visible(timeout=2 * PATIENCE_MS)
    dialog.get_by_label("Reason").fill("the camera misses vehicles")
    dialog.get_by_role("button", name="Show").click()
    expect(dialog.get_by_text("PARKING")).to_have_count(0)
    dialog.get_by_label("Case").fill("42/26")
    dialog.get_by_role("button", name="Show").click()
    found = dialog.get_by_label("1 rejected reads")
    expect(found.get_by_text("Lettering, not a mark")).to_be_visible(timeout=PATIENCE_MS)
    patch = found.get_by_alt_text("Read as PARKING")
    wait_for("the plate's picture", lambda: patch.evaluate("image => image.naturalWidth") == 160)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_supervisor_sees_each_boxs_record_and_holds_an_incident(page: Page, room: Room, edge: FakeEdge) -> None:
    cause = uuid4()
    edge.scene("opened", cause, 2)
    sign_in(page, room, "sam")
    title = "Person on the carriageway, high-street (road-1-cam)"
    page.get_by_label("Incident list").get_by_role("button").filter(has_text=title).click()
    page.get_by_text("Put on legal hold").click()
    page.get_by_label("Reason").last.fill("court order 42")
    page.get_by_role("button", name="Hold", exact=True).last.click()
    expect(page.get_by_text("Release from legal hold")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Integrity").click()
    dialog = page.get_by_role("dialog", name="Integrity")
    row = dialog.get_by_role("row").filter(has_text="road-1")
    expect(row.get_by_text("whole so far; nothing signed in the last day")).to_be_visible(timeout=PATIENCE_MS)
    expect(dialog.get_by_text(title)).to_be_visible()
    edge.scene("over", cause, 9)


def test_what_the_aircraft_sees_on_the_ground_is_told_with_its_uncertainty(
    page: Page, room: Room, edge: FakeEdge
) -> None:
    sign_in(page, room, "robin")
    expect(page.get_by_role("button", name="Integrity")).to_have_count(0)
    expect(page.get_by_role("tab", name="FALCON-1")).to_be_visible(timeout=PATIENCE_MS)
    edge.placed("car", 1)
    edge.placed("truck", 2, seconds_ago=200)
    ground = page.get_by_label("Seen on the ground")
    expect(ground).to_contain_text("car ±6 m", timeout=PATIENCE_MS)
    expect(ground).not_to_contain_text("truck")


def test_the_first_click_after_a_reload_opens_what_was_pointed_at(page: Page, room: Room, edge: FakeEdge) -> None:
    edge.scene("opened", uuid4(), 3)
    sign_in(page, room, "morgan")
    page.reload()
    expect(page.get_by_text("The alarm has no sound yet")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("Incident list").get_by_role("button").filter(has_text="Person on").first.click()
    expect(page.get_by_label("Evidence")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("width", [1280, 700, 420])
def test_nothing_is_cut_off_at_the_side(page: Page, room: Room, edge: FakeEdge, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 720})
    sign_in(page, room, "sam")
    expect(page.get_by_role("tab", name="FALCON-1")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Sign out", "Integrity"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
