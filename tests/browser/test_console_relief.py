"""A relief as the dispatcher works it, in a real browser: banner, prepared launch, and the order that leaves."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PATIENCE_MS, sign_in
from tests.support.console_room import Room, chromium, wait_for
from tests.support.fake_edge import AIRCRAFT, DOCK_BOX, SCENE, FakeEdge, dock_health, now
from wire.mqtt import Mqtt
from wire.orders import Launch, Order
from wire.signing import unseal
from wire.states import VehicleState
from wire.topics import HEALTH, ORDER, VEHICLE

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed (apt-get install chromium)")
NORTH, LYNX = "dock-north", "lynx-2"


class NorthDock:
    """A second dock with an aircraft that is ready."""

    def __init__(self, room: Room) -> None:
        self.orders: list[Order] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell)
        self._mqtt = Mqtt("127.0.0.1", room.broker_port, "north-dock")
        self._mqtt.subscribe(
            ORDER.of(NORTH), 1, lambda _, p: self.orders.append(Order.model_validate_json(unseal("order", p, key)))
        )
        key = room.public_key

    def start(self) -> None:
        self._mqtt.start()
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        self._mqtt.stop()

    def _tell(self) -> None:
        health = dock_health()
        assert health.inventory
        assert health.inventory.aircraft
        limits = {"name": LYNX, "lat": 52.2035, "floor_rel_m": 8.0, "ceiling_rel_m": 100.0}
        aircraft = health.inventory.aircraft.model_copy(update=limits)
        inventory = health.inventory.model_copy(update={"aircraft": aircraft, "cameras": ()})
        while not self._over.wait(0.2):
            told = health.model_copy(update={"edge": NORTH, "at": now(), "inventory": inventory})
            self._mqtt.publish(HEALTH.of(NORTH), told.encode(), HEALTH.qos, HEALTH.retain)
            state = VehicleState(
                edge=NORTH, aircraft=LYNX, at=now(), stage="parked", airborne=False, armed=False, mode="GUIDED",
                lat=52.2035, lon=0.119, alt_rel_m=0.0, alt_amsl_m=15.0, link_ok=True, ready=True,
            )  # fmt: skip
            self._mqtt.publish(VEHICLE.of(NORTH), state.encode())


@pytest.fixture
def north(room: Room) -> Iterator[NorthDock]:
    dock = NorthDock(room)
    dock.start()
    yield dock
    dock.stop()


def test_the_banner_prepares_the_ordinary_launch_and_only_the_held_button_orders_it(
    page: Page, room: Room, edge: FakeEdge, north: NorthDock
) -> None:
    edge.scene("opened", uuid4(), 2)
    sign_in(page, room, "morgan")
    page.get_by_label("Incident list").get_by_role("button").filter(has_text="Person on").first.click()
    page.wait_for_url("**/#/incident/*")
    incident = page.url.rsplit("/", 1)[1]
    edge.vehicle = {
        "stage": "on_scene", "airborne": True, "armed": True, "ready": False, "lat": SCENE[0], "lon": SCENE[1],
        "alt_rel_m": 40.0, "alt_amsl_m": 55.0, "home_alt_rel_m": 40.0, "target_lat": SCENE[0], "target_lon": SCENE[1],
        "incident_id": incident, "stay_s": 190.0,
    }  # fmt: skip
    banner = page.locator(".relief")
    expect(banner).to_contain_text(f"{AIRCRAFT.upper()} must leave at", timeout=PATIENCE_MS)
    expect(banner).to_contain_text(f"LYNX-2 from {NORTH} can relieve it: order by", timeout=PATIENCE_MS)
    banner.get_by_role("button", name="Prepare the launch of LYNX-2").click()
    card = page.get_by_label("Send an aircraft", exact=True)
    expect(card.get_by_text("Relieves FALCON-1")).to_be_visible(timeout=PATIENCE_MS)
    expect(card.get_by_role("radio", checked=True)).to_have_count(1)
    expect(card.get_by_label("Reason")).to_have_value("Relieve FALCON-1")
    assert not north.orders
    button = card.get_by_role("button", name="Hold to launch LYNX-2")
    expect(button).to_contain_text("at 65 m")
    button.focus()
    page.keyboard.down("Enter")
    wait_for("the order", lambda: north.orders)
    page.keyboard.up("Enter")
    (order,) = north.orders
    assert order.act == Launch(lat=SCENE[0], lon=SCENE[1], alt_rel_m=65)
    assert (order.reason, order.issued_by, str(order.incident_id)) == ("Relieve FALCON-1", "morgan", incident)
    assert edge.orders == []
    assert (order.edge, DOCK_BOX) == (NORTH, "dock-1")
    edge.vehicle = {}
    expect(banner).to_have_count(0, timeout=PATIENCE_MS)


def test_a_viewer_reads_the_advice_and_can_prepare_nothing(
    page: Page, room: Room, edge: FakeEdge, north: NorthDock
) -> None:
    edge.vehicle = {
        "stage": "on_scene", "airborne": True, "armed": True, "ready": False, "lat": SCENE[0], "lon": SCENE[1],
        "alt_rel_m": 40.0, "alt_amsl_m": 55.0, "home_alt_rel_m": 40.0, "target_lat": SCENE[0], "target_lon": SCENE[1],
        "incident_id": uuid4(), "stay_s": 190.0,
    }  # fmt: skip
    sign_in(page, room, "robin")
    banner = page.locator(".relief")
    expect(banner).to_contain_text("can relieve it", timeout=PATIENCE_MS)
    expect(banner.get_by_role("button")).to_have_count(0)
    edge.vehicle = {}
