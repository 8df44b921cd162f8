"""The console in a real browser, before a real control room: from the alarm to the recall."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PATIENCE_MS, PEOPLE, sign_in
from tests.support.console_room import Room, chromium, wait_for
from tests.support.fake_edge import CAMERA, SCENE, FakeEdge
from wire.orders import Launch, Orbit, Order, OrderState, Return

SEARCH_WITHOUT_A_PAINT = """async () => {
    dispatchEvent(new KeyboardEvent("keydown", { key: "/" }));
    await new Promise((next) => setTimeout(next));
    return document.querySelector("dialog[open]") !== null;
}"""

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed (apt-get install chromium)")


def list_vehicle(page: Page, room: Room, vrm: str) -> None:
    """`vrm` on the hotlist, by a supervisor's hand."""
    api = page.request
    session = api.post(f"{room.url}/api/session", data={"name": "sam", "password": PEOPLE["sam"][1]}).json()
    answer = api.post(
        f"{room.url}/api/hotlists", data=f"vrm,category,priority,note,expires\n{vrm},stolen,high,,\n".encode(),
        headers={"X-Airbeat-Csrf": session["csrf"], "Content-Type": "text/csv"},
    )  # fmt: skip
    assert answer.ok, answer.text()
    api.delete(f"{room.url}/api/session", headers={"X-Airbeat-Csrf": session["csrf"]})


def open_incident(page: Page, room: Room, edge: FakeEdge, vrm: str, spaced: str) -> None:
    list_vehicle(page, room, vrm)
    sign_in(page, room, "morgan")
    expect(page.get_by_role("tab", name="FALCON-1")).to_be_visible(timeout=PATIENCE_MS)
    edge.read(vrm)
    alarm = page.get_by_role("alert").filter(has_text=spaced)
    expect(alarm).to_be_visible(timeout=PATIENCE_MS)


def launched(page: Page, edge: FakeEdge, spaced: str) -> Order:
    """Holds the button until the order has reached the box."""
    page.get_by_role("button", name=f"Find and follow {spaced}").click()
    button = page.get_by_role("button", name=f"launch FALCON-1 to {spaced}")
    before = len(edge.orders)
    button.hover()
    page.mouse.down()
    wait_for("the launch order at the box", lambda: len(edge.orders) > before)
    page.mouse.up()
    return edge.orders[-1]


def fly(edge: FakeEdge, order: Order) -> None:
    edge.vehicle.update(
        stage="en_route", airborne=True, armed=True, ready=False, alt_rel_m=40.0, incident_id=order.incident_id,
        lease_holder=order.lease.holder, lease_epoch=order.lease.epoch,
    )  # fmt: skip


def test_the_story(page: Page, room: Room, edge: FakeEdge) -> None:
    open_incident(page, room, edge, "AB12CDE", "AB12 CDE")
    expect(page.locator("[data-rung]:not([data-rung='0'])")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("a")
    expect(page.get_by_role("alert").filter(has_text="New incident")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("Acknowledged").first).to_be_visible(timeout=PATIENCE_MS)
    for picture in ("Plate as photographed: AB12 CDE", "Overview: AB12 CDE at road-1-cam"):
        image = page.get_by_alt_text(picture)
        expect(image).to_be_visible(timeout=PATIENCE_MS)
        wait_for(picture, lambda image=image: image.evaluate("image => image.naturalWidth") > 0)

    order = launched(page, edge, "AB12 CDE")
    assert isinstance(order.act, Launch)
    assert (order.aircraft, order.issued_by, order.reason) == ("falcon-1", "morgan", "Find and follow AB12 CDE")
    orders = page.get_by_label("Orders", exact=True)
    for state in (OrderState.ACCEPTED, OrderState.ARMED, OrderState.AIRBORNE, OrderState.ON_SCENE):
        edge.answer(order, state)
        word = state.value.replace("_", " ").capitalize()
        expect(orders.locator(".chip")).to_have_text(word, timeout=PATIENCE_MS)

    fly(edge, order)
    expect(page.get_by_role("button", name="R Return FALCON-1")).to_be_enabled(timeout=PATIENCE_MS)
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Again to return")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("r")
    wait_for("the recall at the box", lambda: isinstance(edge.orders[-1].act, Return))
    edge.answer(edge.orders[-1], OrderState.ACCEPTED)
    expect(orders.get_by_text("Return FALCON-1")).to_be_visible(timeout=PATIENCE_MS)
    edge.vehicle.clear()


def test_an_aircraft_at_its_scene_circles_it(page: Page, room: Room, edge: FakeEdge) -> None:
    open_incident(page, room, edge, "LK21HRZ", "LK21 HRZ")
    page.keyboard.press("a")
    first = launched(page, edge, "LK21 HRZ")
    edge.answer(first, OrderState.ACCEPTED)
    fly(edge, first)
    edge.vehicle.update(
        stage="on_scene", alt_amsl_m=55.0, target_lat=SCENE[0], target_lon=SCENE[1], lat=SCENE[0], lon=SCENE[1]
    )
    page.get_by_role("button", name="Circle the target").click()
    page.get_by_role("button", name="Again to circle with FALCON-1").click()
    wait_for("the orbit at the box", lambda: isinstance(edge.orders[-1].act, Orbit))
    act = edge.orders[-1].act
    assert isinstance(act, Orbit)
    assert (act.lat, act.lon) == pytest.approx(SCENE)
    edge.vehicle.clear()


def test_a_short_press_launches_nothing(page: Page, room: Room, edge: FakeEdge) -> None:
    open_incident(page, room, edge, "KV19BXA", "KV19 BXA")
    page.keyboard.press("a")
    page.get_by_role("button", name="Find and follow KV19 BXA").click()
    before = len(edge.orders)
    button = page.get_by_role("button", name="launch FALCON-1 to KV19 BXA")
    for _ in range(3):
        button.hover()
        page.mouse.down()
        page.wait_for_timeout(200)
        page.mouse.up()
    button.focus()
    page.keyboard.press("Space", delay=200)
    page.wait_for_timeout(1500)
    assert len(edge.orders) == before
    button.focus()
    page.keyboard.down("Space")
    wait_for("the launch by keyboard", lambda: len(edge.orders) > before)
    page.keyboard.up("Space")


def test_keys_do_nothing_while_somebody_types(page: Page, room: Room, edge: FakeEdge) -> None:
    sign_in(page, room, "morgan")
    edge.vehicle.update(stage="en_route", airborne=True, armed=True, ready=False)
    expect(page.get_by_role("button", name="R Return FALCON-1")).to_be_enabled(timeout=PATIENCE_MS)
    before = len(edge.orders)
    assert page.evaluate(SEARCH_WITHOUT_A_PAINT), "the keys typed after / would command the aircraft"
    page.get_by_role("dialog").get_by_label("Mark").press_sequentially("rrllhh")
    page.wait_for_timeout(500)
    assert len(edge.orders) == before
    edge.vehicle.clear()


def test_another_dispatchers_aircraft_is_taken_over_with_a_reason(page: Page, room: Room, edge: FakeEdge) -> None:
    session = page.request.post(f"{room.url}/api/session", data={"name": "sam", "password": PEOPLE["sam"][1]}).json()
    lease = page.request.post(
        f"{room.url}/api/aircraft/dock-1/falcon-1/take", data={"reason": "first"},
        headers={"X-Airbeat-Csrf": session["csrf"]},
    ).json()  # fmt: skip
    edge.vehicle.update(
        stage="on_scene", airborne=True, armed=True, ready=False, lease_holder="sam", lease_epoch=lease["epoch"]
    )
    page.context.clear_cookies()
    sign_in(page, room, "morgan")
    recall = page.get_by_role("button", name="R Return FALCON-1")
    expect(recall).to_be_enabled(timeout=PATIENCE_MS)
    before = len(edge.orders)
    page.keyboard.press("r")
    page.keyboard.press("r")
    expect(page.get_by_role("alert").filter(has_text="under the command of sam")).to_be_visible(timeout=PATIENCE_MS)
    assert len(edge.orders) == before
    page.get_by_role("button", name="Take over…").click()
    page.get_by_label("Reason for taking over").fill("sam has gone home")
    page.get_by_role("button", name="Take over FALCON-1").click()
    expect(page.get_by_text("You command FALCON-1 with your next order")).to_be_visible(timeout=PATIENCE_MS)
    recall.click()
    page.get_by_role("button", name="Again to return").click()
    wait_for("the recall at the box", lambda: len(edge.orders) > before)
    assert (edge.orders[-1].lease.holder, edge.orders[-1].lease.epoch) == ("morgan", lease["epoch"] + 1)
    edge.vehicle.clear()


def test_live_pictures_are_decoded(page: Page, room: Room, edge: FakeEdge) -> None:
    sign_in(page, room, "morgan")
    canvas = page.get_by_role("img", name=f"Live picture of {CAMERA}")
    expect(canvas).to_have_attribute("data-state", "playing", timeout=PATIENCE_MS)
    middle = "canvas => [...canvas.getContext('2d').getImageData(320, 180, 1, 1).data]"
    red, green, blue, _ = canvas.evaluate(middle)
    assert red > 180
    assert max(green, blue) < 60


def test_it_says_when_what_it_shows_is_no_longer_live(page: Page, room: Room, edge: FakeEdge) -> None:
    sign_in(page, room, "morgan")
    room.kill("dashboard")
    expect(page.get_by_text("Live data lost")).to_be_visible(timeout=PATIENCE_MS)
    room.start("dashboard")
    expect(page.get_by_text("Live data lost")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(".link-live")).to_be_visible(timeout=PATIENCE_MS)


def test_a_cameras_rule_raises_an_alarm_with_picture_and_reason(page: Page, room: Room, edge: FakeEdge) -> None:
    cause = uuid4()
    sign_in(page, room, "morgan")
    edge.scene("opened", cause, 2)
    title = "Person on the carriageway, high-street (road-1-cam)"
    row = page.get_by_label("Incident list").get_by_role("button", name=re.compile(re.escape(title)))
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    row.click()
    evidence = page.get_by_label("Evidence")
    expect(evidence.get_by_text("A person on the carriageway high-street for 2 s")).to_be_visible(timeout=PATIENCE_MS)
    image = evidence.get_by_alt_text("Person at road-1-cam")
    wait_for("the picture", lambda: image.evaluate("image => image.naturalWidth") == 640)
    box, frame = evidence.locator(".scene-box").bounding_box(), image.bounding_box()
    assert box is not None
    assert frame is not None
    assert (box["x"] - frame["x"]) / frame["width"] == pytest.approx(300 / 640, abs=0.01)
    assert box["height"] / frame["height"] == pytest.approx(120 / 360, abs=0.02)
    evidence.get_by_role("button", name="Live picture of road-1-cam").click()
    expect(page.get_by_role("img", name="Live picture of road-1-cam")).to_be_visible(timeout=PATIENCE_MS)
    edge.scene("over", cause, 12)
    expect(page.get_by_label("Incident list").get_by_text(title)).to_have_count(0, timeout=PATIENCE_MS)
    expect(evidence.get_by_text("Over: a person on the carriageway high-street for 12 s")).to_be_visible()


def test_a_viewer_sees_and_commands_nothing(page: Page, room: Room, edge: FakeEdge) -> None:
    list_vehicle(page, room, "LP64WEN")
    sign_in(page, room, "robin")
    edge.read("LP64WEN")
    expect(page.get_by_role("alert").filter(has_text="LP64 WEN")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_alt_text("Overview: LP64 WEN at road-1-cam")).to_be_visible(timeout=PATIENCE_MS)
    for name in ("^Acknowledge A$", "launch", "^R Return", "^L Land here", "^H Hold"):
        expect(page.get_by_role("button", name=re.compile(name))).to_have_count(0)


def test_a_plate_search_names_its_reason(page: Page, room: Room, edge: FakeEdge) -> None:
    sign_in(page, room, "morgan")
    edge.read("MX70TRE")
    expect(page.get_by_label("Latest reads").get_by_text("MX70 TRE")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Plate search").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Mark").fill("MX70 TRE")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog.get_by_label("1 reads")).to_have_count(0)
    dialog.get_by_label("Case").fill("C-17")
    dialog.get_by_label("Reason").fill("Test of the search")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog.get_by_label("1 reads")).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name=re.compile("^Show the picture")).click()
    plate = dialog.get_by_alt_text("Plate as photographed: MX70 TRE")
    wait_for("the plate's picture", lambda: plate.evaluate("image => image.naturalWidth") == 160)
