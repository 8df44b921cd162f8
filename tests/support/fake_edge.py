"""Boxes for the control room's tests: they speak the true protocol over MQTT and do as the test says."""

import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import av
import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wire.events import GENESIS, Body, Event, ObjectIncident, ObjectPlaced, PlateRead, chain_hash
from wire.ids import fresh_uuid7
from wire.mqtt import Mqtt
from wire.orders import Order, OrderAnswer, OrderState
from wire.rejected import RejectedRead
from wire.signing import unseal
from wire.states import (
    AircraftInfo,
    CameraInfo,
    DockState,
    Health,
    Inventory,
    Lid,
    PartHealth,
    PartState,
    VehicleState,
    Watch,
)
from wire.topics import ANSWER, DOCK, EVENT, HEALTH, MEDIA, ORDER, REJECTED, VEHICLE, VIDEO, WATCH
from wire.video import AccessUnit, pack

ROAD, DOCK_BOX, AIRCRAFT, CAMERA = "road-1", "dock-1", "falcon-1", "falcon-1-cam"
SCENE = (52.2, 0.121)
HOME = (52.2022, 0.119)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class FakeEdge:
    """A roadside unit and a dock on one connection. `vehicle`: fields told five times a second."""

    port: int
    room_key: Ed25519PublicKey
    vehicle: dict[str, Any] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    _chain: tuple[int, str] = (0, GENESIS)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._mqtt = Mqtt("127.0.0.1", self.port, "fake-edge")
        self._mqtt.subscribe(ORDER.of(DOCK_BOX), ORDER.qos, self._order)
        self._mqtt.subscribe(WATCH.of(DOCK_BOX), WATCH.qos, self._watch)
        self._threads = [threading.Thread(target=work) for work in (self._tell, self._film)]

    def __enter__(self) -> "FakeEdge":
        self._mqtt.start()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._mqtt.stop()

    def _order(self, _topic: str, payload: bytes) -> None:
        """As a true box, it takes an id once: MQTT delivers at least once."""
        order = Order.model_validate_json(unseal("order", payload, self.room_key))
        if all(known.id != order.id for known in self.orders):
            self.orders.append(order)

    def _watch(self, _topic: str, payload: bytes) -> None:
        self.watched.append(Watch.model_validate_json(payload).camera)

    def read(self, vrm: str) -> None:
        """A vehicle passes the roadside camera: pictures first, then the event that names them."""
        pictures = [picture(160, 40, vrm), picture(640, 360, vrm)]
        hashes = [sha256(jpeg).hexdigest() for jpeg in pictures]
        for name, jpeg in zip(hashes, pictures, strict=True):
            self._mqtt.publish(MEDIA.of(ROAD, sha256=name), jpeg, MEDIA.qos)
        moment = now() - timedelta(milliseconds=300)
        self.put(
            PlateRead(
                camera="road-1-cam", vrm=vrm, raw=vrm, format="current", confidence=0.97, captured_at=moment,
                first_seen_at=moment, last_seen_at=moment, frames=9, track=1, box=(0, 0, 100, 30), lat=SCENE[0],
                lon=SCENE[1], camera_heading_deg=90, patch_sha256=hashes[0], overview_sha256=hashes[1],
            )
        )  # fmt: skip

    def scene(self, state: Literal["opened", "over"], cause: UUID, seconds: int) -> None:
        """A rule of the roadside camera holds, or is over."""
        jpeg = picture(640, 360, "street")
        name = sha256(jpeg).hexdigest()
        self._mqtt.publish(MEDIA.of(ROAD, sha256=name), jpeg, MEDIA.qos)
        moment = now() - timedelta(milliseconds=300)
        word = "a person on the carriageway high-street"
        self.put(
            ObjectIncident(
                cause_id=cause, state=state, camera="road-1-cam", rule="person_on_carriageway", zone="high-street",
                reason=f"{'over: ' if state == 'over' else ''}{word} for {seconds} s", label="person", count=1,
                confidence=0.81, since_at=moment, captured_at=moment, tracks=(3,), box=(300, 100, 340, 220),
                frame=(640, 360), lat=SCENE[0], lon=SCENE[1], overview_sha256=name,
            )
        )  # fmt: skip

    def rejected(self, text: str) -> None:
        """The roadside camera read something that it does not tell."""
        told = RejectedRead(
            edge=ROAD, camera="road-1-cam", at=now(), text=text, reason="lettering, not a mark", confidence=0.41,
            frames=4, patch=b64encode(picture(160, 40, text)).decode(),
        )  # fmt: skip
        self._mqtt.publish(REJECTED.of(ROAD), told.encode(), REJECTED.qos)

    def placed(self, label: str, track: int, seconds_ago: float = 0.0) -> None:
        """The aircraft's camera sees something on the ground."""
        moment = now() - timedelta(seconds=seconds_ago)
        body = ObjectPlaced(
            camera=CAMERA, label=label, confidence=0.7, captured_at=moment, track=track, box=(0, 0, 40, 20),
            frame=(640, 360), lat=SCENE[0] + 3e-4, lon=SCENE[1] + 3e-4 * track, error_m=5.4,
            covariance_m2=(4, 0, 4), height_m=30,
        )  # fmt: skip
        event = Event(
            id=fresh_uuid7(), box=DOCK_BOX, boot=1, seq=track, happened_at=moment, clock_offset_ms=1.0,
            prev_sha256=GENESIS, body=body,
        )  # fmt: skip
        self._mqtt.publish(EVENT.of(DOCK_BOX), event.encode(), EVENT.qos)

    def put(self, body: Body) -> None:
        seq, previous = self._chain[0] + 1, self._chain[1]
        event = Event(
            id=fresh_uuid7(), box=ROAD, boot=1, seq=seq, happened_at=now(), clock_offset_ms=1.0, prev_sha256=previous,
            body=body,
        )  # fmt: skip
        line = event.encode()
        self._chain = (seq, chain_hash(line))
        self._mqtt.publish(EVENT.of(ROAD), line, EVENT.qos)

    def answer(self, order: Order, state: OrderState, *reasons: str) -> None:
        answer = OrderAnswer(
            order_id=order.id, edge=DOCK_BOX, aircraft=AIRCRAFT, at=now(), state=state, reasons=reasons
        )
        self._mqtt.publish(ANSWER.of(DOCK_BOX), answer.encode(), ANSWER.qos)

    def _tell(self) -> None:
        """Vehicle 5 Hz, dock 1 Hz, health every 2 s."""
        beat = 0
        while not self._over.wait(0.2):
            self._mqtt.publish(VEHICLE.of(DOCK_BOX), self._vehicle().encode())
            if beat % 5 == 0:
                dock = DockState(edge=DOCK_BOX, at=now(), lid=Lid.CLOSED, pad_clear=True, charging=True, connected=True)
                self._mqtt.publish(DOCK.of(DOCK_BOX), dock.encode())
            if beat % 10 == 0:
                for health in (road_health(), dock_health()):
                    self._mqtt.publish(HEALTH.of(health.edge), health.encode(), HEALTH.qos, HEALTH.retain)
            beat += 1

    def _vehicle(self) -> VehicleState:
        told: dict[str, Any] = {
            "edge": DOCK_BOX, "aircraft": AIRCRAFT, "at": now(), "stage": "parked", "airborne": False, "armed": False,
            "mode": "GUIDED", "lat": HOME[0], "lon": HOME[1], "alt_rel_m": 0.0, "heading_deg": 90.0,
            "groundspeed_mps": 0.0, "battery_pct": 96.0, "battery_v": 24.4, "satellites": 17, "gps_fix": 4,
            "link_ok": True, "ready": True,
        }  # fmt: skip
        return VehicleState.model_validate(told | self.vehicle)

    def _film(self) -> None:
        """A red picture at 10 Hz while somebody watches."""
        encoder = av.CodecContext.create("libx264", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = 640, 360, "yuv420p"
        encoder.time_base, encoder.profile = Fraction(1, 10), "Baseline"
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10", "x264-params": "repeat-headers=1"}
        red = np.zeros((360, 640, 3), np.uint8)
        red[:, :, 2] = 220
        frame_number = 0
        while not self._over.wait(0.1):
            if CAMERA not in self.watched:
                continue
            frame = av.VideoFrame.from_ndarray(red, "bgr24")
            frame.pts, frame_number = frame_number, frame_number + 1
            for packet in encoder.encode(frame):
                unit = AccessUnit(time.time_ns() // 1000, bool(packet.is_keyframe), bytes(packet))
                self._mqtt.publish(VIDEO.of(DOCK_BOX, camera=CAMERA), pack(unit))


def picture(width: int, height: int, text: str) -> bytes:
    canvas = np.full((height, width, 3), (0, 210, 255), np.uint8)
    cv2.putText(canvas, text, (6, height - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2)
    done, jpeg = cv2.imencode(".jpg", canvas)
    assert done
    return bytes(jpeg)


def road_health() -> Health:
    camera = CameraInfo(name="road-1-cam", role="plates", lat=SCENE[0], lon=SCENE[1], heading_deg=90)
    return _health(ROAD, Inventory(lat=SCENE[0], lon=SCENE[1], cameras=(camera,)), "camera-road-1-cam")


def dock_health() -> Health:
    camera = CameraInfo(name=CAMERA, role="aircraft", lat=HOME[0], lon=HOME[1])
    aircraft = AircraftInfo(
        name=AIRCRAFT, autopilot="arducopter", lat=HOME[0], lon=HOME[1], cruise_mps=12, climb_mps=3,
        scene_alt_rel_m=40, max_range_m=3000,
    )  # fmt: skip
    return _health(DOCK_BOX, Inventory(lat=HOME[0], lon=HOME[1], cameras=(camera,), aircraft=aircraft), "flight")


def _health(edge: str, inventory: Inventory, part: str) -> Health:
    parts = {part: PartHealth(state=PartState.OK, since=now())}
    return Health(edge=edge, at=now(), online=True, version="test", boot=1, inventory=inventory, parts=parts,
                  clock_offset_ms=1.0)  # fmt: skip
