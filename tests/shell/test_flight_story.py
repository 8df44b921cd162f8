"""The flight process against the simulated aircraft and dock over UDP, Modbus TCP and MQTT, as on a box."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.lockstep import DOCK
from bench.lockstep_orders import EDGE
from bench.replay import main as replayed
from bench.rig import Rig
from edge.health import gather
from sim.weather import WeatherConfig
from wire.events import GENESIS, DockEvent, FlightEvent, OrderOutcome, chain_hash
from wire.orders import GoTo, Hold, Land, Launch, Lease, Orbit, OrderState, Return
from wire.signing import seal
from wire.states import Lid, PartState
from wire.topics import ORDER

O = OrderState  # noqa: E741
NEAR = Launch(lat=DOCK.lat + 0.0003, lon=DOCK.lon, alt_rel_m=12)
SECOND = timedelta(seconds=1)


def kinds(rig: Rig) -> list[str]:
    return [line["kind"] for line in rig.truth]


def test_the_whole_story(tmp_path: Path, broker_port: int) -> None:
    with Rig(tmp_path, broker_port) as rig:
        rig.until_ready()
        abort = rig.order(NEAR)
        rig.until_stage("opening")
        back = rig.order(Return())
        rig.until_state(back, O.DONE)
        assert rig.states(abort) == [O.ACCEPTED, O.FAILED]
        assert "arm" not in kinds(rig)

        rig.until_ready()
        launch = rig.order(NEAR)
        rig.until_state(launch, O.ON_SCENE)
        assert rig.vehicle
        assert rig.vehicle.order_id == launch
        assert rig.vehicle.lease_holder == "anna"
        hold = rig.order(Hold())
        rig.until_state(hold, O.DONE)
        goto = rig.order(GoTo(lat=DOCK.lat, lon=DOCK.lon + 0.0003, alt_rel_m=12))
        rig.until_state(goto, O.DONE)
        orbit = rig.order(Orbit(lat=DOCK.lat, lon=DOCK.lon + 0.0003, alt_rel_m=12, radius_m=20))
        rig.until_state(orbit, O.DONE)
        home = rig.order(Return())
        rig.until_state(home, O.DONE)
        assert rig.states(launch) == [O.ACCEPTED, O.ARMED, O.AIRBORNE, O.ON_SCENE, O.LANDED, O.DONE]
        rig.until(lambda: rig.dock and rig.dock.lid is Lid.CLOSED, "the lid is closed")
        assert kinds(rig).count("arm") == 1
        assert "collision" not in kinds(rig)
        health = gather(rig.data)
        assert {health["flight"].state, health["dock"].state} == {PartState.OK}
        assert rig.stop() == 0
        _assert_durable(rig)
        tapes = sorted((rig.data / "flight" / "tapes").glob("*.jsonl"))
        assert len(tapes) >= 2
        assert [replayed([str(tape), "--site", str(tmp_path / "site.toml")]) for tape in tapes] == [0] * len(tapes)


def _assert_durable(rig: Rig) -> None:
    """Every answer has its event; every change of stage is there with its inputs; the chain holds."""
    events = rig.events()
    outcomes = [(e.body.order_id, e.body.state) for e in events if isinstance(e.body, OrderOutcome)]
    assert outcomes == [(answer.order_id, answer.state) for answer in rig.answers]
    flights = [e.body for e in events if isinstance(e.body, FlightEvent)]
    assert [f.stage for f in flights].count("on_scene") == 2
    assert all("battery_pct" in f.inputs and "lid" in f.inputs for f in flights)
    assert {e.body.lid for e in events if isinstance(e.body, DockEvent)} >= {"open", "closed"}
    hashes = [GENESIS, *(chain_hash(event.encode()) for event in events)]
    assert [event.prev_sha256 for event in events] == hashes[:-1]


def test_refusals_replays_and_forgeries_move_nothing(tmp_path: Path, broker_port: int) -> None:
    with Rig(tmp_path, broker_port, WeatherConfig(wind_mps=17)) as rig:
        rig.until(lambda: rig.vehicle and "wind" in " ".join(rig.vehicle.not_ready), "not ready for the wind")
        windy = rig.order(NEAR)
        rig.until_state(windy, O.REFUSED)
        assert any("is over the limit of 12 (F7)" in why for why in rig.answers[-1].reasons)

        old = rig.make(NEAR)
        stale = old.model_copy(
            update={"issued_at": old.issued_at - 9 * SECOND, "expires_at": old.expires_at - 9 * SECOND}
        )
        rig.send(rig.sealed(stale))
        rig.until_state(stale.id, O.REFUSED)
        assert "expired" in rig.answers[-1].reasons[0]
        taken = rig.make(NEAR, lease=Lease(holder="ben", epoch=2))
        rig.send(rig.sealed(taken))
        rig.until_state(taken.id, O.REFUSED)
        rig.until(lambda: rig.vehicle and rig.vehicle.lease_epoch == 2, "the room hears who commands, refused or not")
        assert rig.vehicle
        assert rig.vehicle.lease_holder == "ben"
        late = rig.order(Land())
        rig.until_state(late, O.REFUSED)
        assert any("ben holds epoch 2 (F8)" in why for why in rig.answers[-1].reasons)

        count = len(rig.answers)
        forged = rig.make(NEAR, lease=Lease(holder="eve", epoch=9))
        rig.send(seal(ORDER.name, forged.encode(), Ed25519PrivateKey.generate()))
        rig.send(b"{")
        rig.send(rig.sealed(taken))
        rig.until(lambda: len(rig.answers) == count + 1, "the repeat is answered by its last word")
        rig.until(lambda: gather(rig.data)["flight"].figures.get("bad_orders") == 2, "two bad orders are counted")
        assert rig.states(forged.id) == []
        assert rig.answers[-1].order_id == taken.id
        assert rig.stop() == 0
        rig.start(boot=2)
        seen = rig.vehicles
        rig.until(lambda: rig.vehicles > seen + 20, "it runs again")
        rig.send(rig.sealed(taken.model_copy(update={"expires_at": datetime.now(UTC) + 4 * SECOND})))
        lower = rig.make(NEAR, lease=Lease(holder="anna", epoch=1))
        rig.send(rig.sealed(lower))
        rig.until_state(lower.id, O.REFUSED)
        assert "(F8)" in rig.answers[-1].reasons[0], "the lease outlives a restart"
        assert set(kinds(rig)) <= {"mode"}


def test_killed_in_the_air_it_comes_home_and_the_next_one_closes_the_lid(tmp_path: Path, broker_port: int) -> None:
    with Rig(tmp_path, broker_port) as rig:
        rig.until_ready()
        launch = rig.order(NEAR)
        rig.until_state(launch, O.ON_SCENE)
        rig.kill()
        rig.until(lambda: rig.aircraft.copter.mode.name == "RTL", "the autopilot's own failsafe")
        rig.until(lambda: "touchdown" in kinds(rig), "it has landed")
        rig.until(lambda: not rig.aircraft.armed, "it has disarmed")
        assert rig.aircraft.from_pad_m() < 2
        rig.start(boot=2)
        rig.until_state(launch, O.DONE)
        rig.until_stage("parked")
        assert kinds(rig).count("arm") == 1
        assert "collision" not in kinds(rig)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[flight]", "[flights]"), "flights: extra inputs are not permitted"),
        (("ceiling_m = 100.0\n", ""), "flight.limits.ceiling_m: field required"),
        (("ceiling_m = 100.0", "ceiling_m = 121"), "flight.limits.ceiling_m"),
        (("[[52.19, 0.105], [52.19, 0.135]", "[[52.19, 0.105], [52.21, 0.13], [52.19, 0.135]"), "crosses itself"),
        (("room.pub", "nowhere.pub"), "cannot read the key"),
    ],
)
def test_a_wrong_site_is_one_line_and_status_2(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    rig = Rig(tmp_path, 1)
    text = rig.site.read_text()
    assert change[0] in text
    rig.site.write_text(text.replace(*change))
    command = [sys.executable, "-m", "edge.flight", str(rig.site), "--boot", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_taken_mavlink_port_is_one_line_and_status_2(tmp_path: Path, broker_port: int) -> None:
    with Rig(tmp_path, broker_port) as rig:
        rig.until(lambda: rig.vehicle, f"{EDGE} speaks")
        command = [sys.executable, "-m", "edge.flight", str(rig.site), "--boot", "2"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode == 2
        assert "cannot open the MAVLink link" in ended.stderr
        assert "Traceback" not in ended.stderr
