"""The two streams over real sockets: alarms and states as server-sent events, pictures over a WebSocket."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket

from dashboard.accounts import fresh_token
from dashboard.live import Message
from dashboard.people import Role
from ingest.store import accounts, audit
from ingest.store.connect import connect
from tests.support.dashboard_room import Console, FakeEdge, Listener, an_edge, open_incident, running
from tests.support.processes import until
from wire.ids import fresh_uuid7
from wire.states import DockState, Lid
from wire.topics import DOCK, VEHICLE
from wire.video import AccessUnit, pack


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


@pytest.fixture
def edge(console: Console) -> Iterator[FakeEdge]:
    with an_edge(console) as edge:
        yield edge


def look(console: Console, edge: FakeEdge, *roles: str, camera: str = "") -> ClientConnection:
    """A viewer's WebSocket."""
    cookie = f"airbeat_session={console.signed_in(*roles).cookies['airbeat_session']}" if roles else ""
    address = f"ws://127.0.0.1:{console.room.console.port}/api/video/{edge.edge}/{camera or edge.camera}"
    return open_socket(address, additional_headers={"Cookie": cookie}, compression=None)


def test_an_incident_reaches_the_browser_as_an_alarm_and_its_read_too(console: Console) -> None:
    listener = Listener(console.signed_in("viewer"))
    with connect(console.url) as db:
        incident = open_incident(db)
    alarm = until(lambda: listener.of("incident"), "the alarm")[0]
    assert (alarm["id"], alarm["event"], alarm["alarm"], alarm["reads"]) == (str(incident), "opened", True, 1)
    assert until(lambda: listener.of("read"), "the read")[0]["hit"] == "hit"
    client = console.signed_in("dispatcher")
    client.post(f"/api/incidents/{incident}/acknowledge", json={})
    until(lambda: len(listener.of("incident")) == 2, "the first change")  # a row is told as it is when it is told
    client.post(f"/api/incidents/{incident}/close", json={"reason": "found"})
    until(lambda: len(listener.of("incident")) == 3, "the second")
    assert [(row["event"], row["alarm"]) for row in listener.of("incident")[1:]] == [
        ("updated", False),
        ("closed", False),
    ]


def test_hello_tells_what_is_true_now(console: Console, edge: FakeEdge) -> None:
    with connect(console.url) as db:
        incident = open_incident(db)
    hello = Listener(console.signed_in("viewer")).of("hello")[0]
    assert [row["id"] for row in hello["incidents"]] == [str(incident)]
    assert datetime.fromisoformat(hello["server_time"]).tzinfo is not None


def test_states_of_the_boxes_are_passed_on_as_they_said_them(console: Console, edge: FakeEdge) -> None:
    listener = Listener(console.signed_in("viewer"))
    vehicle = until(lambda: listener.of("vehicle"), "a vehicle state")[0]
    assert {key: vehicle[key] for key in ("edge", "aircraft", "stage", "ready")} == {
        "edge": edge.edge,
        "aircraft": edge.aircraft,
        "stage": "parked",
        "ready": True,
    }
    state = DockState(
        edge=edge.edge, at=datetime.now(UTC), lid=Lid.OPEN, pad_clear=True, charging=False, connected=True
    )
    edge.say(DOCK.of(edge.edge), state)
    assert until(lambda: listener.of("dock"), "the dock state")[0]["lid"] == "open"


def test_who_should_relieve_an_aircraft_on_scene_is_told_each_second(console: Console, edge: FakeEdge) -> None:
    over = {"lat": 52.201, "lon": 0.121, "alt_rel_m": 35.0, "alt_amsl_m": 50.0, "home_alt_rel_m": 35.0}
    edge.vehicle = {
        "stage": "on_scene", "airborne": True, "armed": True, "ready": False, "stay_s": 300.0, "target_lat": 52.201,
        "target_lon": 0.121, "incident_id": fresh_uuid7(), **over,
    }  # fmt: skip
    with an_edge(console) as other:
        other.vehicle = {"alt_rel_m": 0.0, "alt_amsl_m": 100.0, "lat": 52.2, "lon": 0.12}
        listener = Listener(console.signed_in("viewer"))
        mine = lambda: [row for row in listener.of("relief") if row["aircraft"] == edge.aircraft]  # noqa: E731
        row = until(lambda: [row for row in mine() if row["relief_aircraft"] == other.aircraft], "the advice")[-1]
        assert (row["edge"], row["relief_edge"], row["alt_rel_m"]) == (edge.edge, other.edge, 35.0)
        assert row["order_by"] < row["leave_at"]
        told = len(mine())
        until(lambda: len(mine()) > told, "the next second's")
        edge.vehicle = {}
        until(lambda: not console.desk.fleet.vehicles[edge.edge, edge.aircraft][0].airborne, "it has landed")
    assert not edge.orders
    assert not other.orders


def test_malformed_and_foreign_states_are_counted_and_dropped(console: Console, edge: FakeEdge) -> None:
    """Nobody speaks for another box, and nothing that is no message gets further (D9)."""
    listener = Listener(console.signed_in("viewer"))
    for payload in (b"", b"\xff\xfe", b"{}", b"[" * 5000, b'{"lat": NaN}'):
        edge.mqtt.publish(VEHICLE.of(edge.edge), payload)
    forged = edge.state().model_copy(update={"aircraft": "forged-1"})
    edge.mqtt.publish(VEHICLE.of("dock-other"), forged.encode())
    edge.vehicle = {"stage": "last"}
    until(lambda: [row for row in listener.of("vehicle") if row["stage"] == "last"], "a good state after the bad")
    assert (edge.edge, "forged-1") not in console.desk.fleet.vehicles
    assert {row["aircraft"] for row in listener.of("vehicle")} == {edge.aircraft}


def test_a_browser_that_does_not_read_loses_counted_news_and_harms_nobody(console: Console) -> None:
    """Its socket is filled; the others get every message meanwhile; when it reads again it is told what it missed."""
    client = console.signed_in("viewer")
    stuck = socket.create_connection(("127.0.0.1", console.room.console.port))
    stuck.settimeout(20)
    cookie = f"airbeat_session={client.cookies['airbeat_session']}"
    stuck.sendall(f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    until(lambda: console.desk.hub.clients, "the stuck browser listens")
    listener = Listener(console.signed_in("viewer"))
    total, padding = 6000, "x" * 4000
    for number in range(total):
        text = json.dumps({"type": "order", "n": number, "padding": padding})
        console.desk.hub.post(Message("order", text.encode()))
        if number % 50 == 0:
            until(lambda number=number: len(listener.of("order")) + 300 > number, "the reading browser keeps up")
    until(lambda: len(listener.of("order")) == total, "the reading browser has them all")
    assert listener.of("dropped") == []
    seen = b""
    while b'"dropped"' not in seen:
        seen = seen[-20:] + stuck.recv(65536)
    stuck.close()


def test_signing_out_ends_the_live_stream(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.feeds.SESSION_CHECK_S", 0.0)
    client = console.signed_in("viewer")
    Listener(client)
    with connect(console.url) as db:
        accounts.put_account(db, client.headers["X-Test-Name"], "x", ["viewer"], disabled=True)
    until(lambda: not console.desk.hub.clients, "the stream ends")


def test_a_session_that_runs_out_ends_its_streams_unasked(console: Console, edge: FakeEdge) -> None:
    """Its expiry was read at the start; the store is not asked again so soon."""
    client, token = console.visitor(), fresh_token()
    with connect(console.url) as db:
        ends_at = datetime.now(UTC) + timedelta(seconds=5)
        accounts.open_session(db, token.digest, console.account("viewer"), token.csrf, ends_at)
    client.cookies.set("airbeat_session", token.secret)
    Listener(client)
    with connect(console.url) as db:
        db.execute("UPDATE sessions SET expires_at = now() + interval '1 hour'")
    until(lambda: not console.desk.hub.clients, "the stream ends")


def test_pictures_pass_through_untouched_from_a_key_frame_on(console: Console, edge: FakeEdge) -> None:
    units = [pack(AccessUnit(n, n in (2, 6), bytes([n]) * 1000)) for n in range(9)]
    with look(console, edge, "viewer") as viewer:
        until(lambda: edge.watches, "the camera is asked to send")
        assert (edge.watches[0].camera, edge.watches[0].ttl_s) == (edge.camera, 12.0)
        until(lambda: channel_of(console, edge), "somebody watches")
        for payload in units:
            edge.send_video(payload)
        assert [viewer.recv(timeout=20) for _ in range(7)] == units[2:]
        with look(console, edge, "dispatcher") as late:
            assert [late.recv(timeout=20) for _ in range(3)] == units[6:]
    with connect(console.url) as db:
        watched = [row.object for row in audit.recent_audit(db) if row.act == "video_watched"]
    assert watched == [f"{edge.edge}/{edge.camera}"] * 2
    until(lambda: not channel_of(console, edge), "the viewers are gone")


def test_pictures_need_a_session_a_role_and_a_camera(console: Console, edge: FakeEdge) -> None:
    with pytest.raises(InvalidStatus) as stranger:
        look(console, edge)
    assert stranger.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as wrong:
        look(console, edge, *Role, camera="no-such-cam")
    assert wrong.value.response.status_code == 404


def test_pictures_end_with_the_session(console: Console, edge: FakeEdge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.feeds.SESSION_CHECK_S", 0.05)
    with look(console, edge, "viewer") as viewer:
        until(lambda: channel_of(console, edge), "somebody watches")
        with connect(console.url) as db:
            db.execute("DELETE FROM sessions")
        with pytest.raises(ConnectionClosed) as closed:
            viewer.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def channel_of(console: Console, edge: FakeEdge) -> int:
    """How many look at the edge's camera."""
    return console.desk.relay.viewers((edge.edge, edge.camera))


def test_a_database_that_went_and_came_back_costs_no_alarm(console: Console) -> None:
    """Every connection is cut and one incident opens while nobody listens: it is told when the room listens again."""
    listener = Listener(console.signed_in("viewer"))
    with connect(console.url) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        missed = open_incident(db, "AB12CDE")
        until(lambda: [row for row in listener.of("incident") if row["id"] == str(missed)], "the missed one")
        later = open_incident(db, "AB13CDE")
    until(lambda: [row for row in listener.of("incident") if row["id"] == str(later)], "the next alarm")
    assert listener.of("incident")[-1]["event"] == "opened"
