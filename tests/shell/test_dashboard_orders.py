"""Orders end to end: judged, written first, sealed, sent to a box that answers, and shown to every browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from ingest.store import audit, orders
from ingest.store.connect import connect
from tests.support.dashboard_room import Console, FakeEdge, Listener, an_edge, open_incident, running
from tests.support.processes import until
from wire.orders import MAX_LIFE_S, Order, OrderState


@pytest.fixture
def console(room_toml: Path) -> Iterator[Console]:
    with running(room_toml) as console:
        yield console


@pytest.fixture
def edge(console: Console) -> Iterator[FakeEdge]:
    with an_edge(console) as edge:
        yield edge


@pytest.fixture
def incident(console: Console) -> UUID:
    with connect(console.url) as db:
        return open_incident(db)


def wish(edge: FakeEdge, incident: UUID, act: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    launch = {"act": "launch", "lat": 52.201, "lon": 0.121, "alt_rel_m": 35}
    body = {
        "request_id": str(uuid4()),
        "act": act or launch,
        "edge": edge.edge,
        "aircraft": edge.aircraft,
        "incident_id": str(incident),
        "reason": "stolen vehicle",
    }
    return body | changes


def order(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/orders", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_launch_is_written_before_it_is_sent(console: Console, edge: FakeEdge, incident: UUID) -> None:
    """The box looks into the database at the moment it hears the order."""
    known: list[bool] = []

    def look(sent: Order) -> None:
        with connect(console.url) as db:
            known.append(orders.find_order(db, sent.id) is not None)

    edge.on_order = look
    client = console.signed_in("dispatcher")
    row = order(client, wish(edge, incident))
    (sent,) = until(lambda: list(edge.orders), "the box hears the order")
    assert known == [True]
    assert (row["id"], row["state"], row["issued_by"]) == (str(sent.id), "sent", client.headers["X-Test-Name"])
    assert (sent.issued_by, sent.role, sent.trace_id) == (row["issued_by"], "dispatcher", incident.hex)
    assert (sent.expires_at - sent.issued_at).total_seconds() <= MAX_LIFE_S
    assert (sent.lease.holder, sent.lease.epoch) == (row["issued_by"], 1)


def test_what_the_box_answers_reaches_the_row_and_every_browser(
    console: Console, edge: FakeEdge, incident: UUID
) -> None:
    client = console.signed_in("dispatcher")
    onlooker = console.signed_in("viewer")
    listener = Listener(onlooker)
    row = order(client, wish(edge, incident))
    (sent,) = until(lambda: list(edge.orders), "the box hears the order")
    for state in (OrderState.ACCEPTED, OrderState.ARMED, OrderState.AIRBORNE):
        edge.answer(sent, state)
    edge.answer(sent, OrderState.ACCEPTED)
    until(lambda: [o for o in listener.of("order") if o["state"] == "airborne"], "the browser sees it airborne")
    shown = client.get(f"/api/orders/{row['id']}").json()
    assert [step["state"] for step in shown["states"]] == ["sent", "accepted", "armed", "airborne"]
    detail = client.get(f"/api/incidents/{incident}").json()
    assert [o["id"] for o in detail["orders"]] == [row["id"]]
    assert "order_issued" in [entry["act"] for entry in detail["audit"]]


def test_a_repeat_changes_nothing_and_another_wish_under_its_id_is_refused(
    console: Console, edge: FakeEdge, incident: UUID
) -> None:
    client = console.signed_in("dispatcher")
    body = wish(edge, incident)
    first = order(client, body)
    assert order(client, body)["id"] == first["id"]
    order(client, wish(edge, incident, {"act": "hold"}))
    until(lambda: len(edge.orders) > 1, "the box hears the second order")
    assert [sent.act.act for sent in edge.orders] == ["launch", "hold"]
    assert [o["act"]["act"] for o in client.get(f"/api/incidents/{incident}").json()["orders"]] == ["launch", "hold"]
    other = client.post("/api/orders", json=body | {"act": {"act": "land"}})
    assert other.status_code == 409
    stranger = console.signed_in("dispatcher")
    assert stranger.post("/api/orders", json=body).status_code == 409


def test_a_repeat_sends_what_was_written_and_never_left(
    console: Console, edge: FakeEdge, incident: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the commit and the broker; the browser repeats its request."""
    client, body = console.signed_in("dispatcher"), wish(edge, incident)

    def die(*_args: object, **_named: object) -> bool:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(console.desk.mqtt, "publish", die)
        assert client.post("/api/orders", json=body, headers={"Connection": "close"}).status_code == 500
    assert edge.orders == []
    order(client, body)
    (sent,) = until(lambda: list(edge.orders), "the box hears the order")
    assert str(sent.id) == body["request_id"]


def test_sequence_numbers_rise_within_a_lease(console: Console, edge: FakeEdge, incident: UUID) -> None:
    client = console.signed_in("dispatcher")
    for act in ("hold", "return", "land", "hold"):
        order(client, wish(edge, incident, {"act": act}, reason=""))
    heard = until(lambda: edge.orders if len(edge.orders) == 4 else None, "four orders")
    assert [sent.seq for sent in heard] == sorted({sent.seq for sent in heard})
    assert {sent.lease.epoch for sent in heard} == {1}
    assert heard[1].reason == "return"


def test_another_dispatcher_must_take_over_first(console: Console, edge: FakeEdge, incident: UUID) -> None:
    ada, bob = console.signed_in("dispatcher"), console.signed_in("dispatcher")
    order(ada, wish(edge, incident))
    recall = wish(edge, incident, {"act": "return"})
    refused = bob.post("/api/orders", json=recall)
    assert refused.status_code == 409
    assert "under the command of" in refused.json()["reasons"][0]
    taken = bob.post(f"/api/aircraft/{edge.edge}/{edge.aircraft}/take", json={"reason": "shift change"})
    assert (taken.status_code, taken.json()["epoch"]) == (200, 2)
    order(bob, recall)
    assert ada.post("/api/orders", json=wish(edge, incident, {"act": "hold"})).status_code == 409
    sent = until(lambda: edge.orders[1:], "the recall arrives")[0]
    assert (sent.lease.holder, sent.lease.epoch) == (bob.headers["X-Test-Name"], 2)
    with connect(console.url) as db:
        entry = next(row for row in audit.recent_audit(db) if row.act == "lease_taken")
    assert (entry.reason, entry.details["from"]) == ("shift change", ada.headers["X-Test-Name"])


def test_an_epoch_that_the_box_holds_is_outbid(console: Console, edge: FakeEdge, incident: UUID) -> None:
    """A database restored from an older copy must not leave an aircraft that nobody can recall."""
    edge.vehicle = {"lease_epoch": 41, "airborne": True, "armed": True, "stage": "on_scene"}
    standing = console.desk.fleet.vehicles
    until(lambda: standing[edge.edge, edge.aircraft][0].lease_epoch == 41, "the console hears the epoch")
    order(console.signed_in("dispatcher"), wish(edge, incident, {"act": "return"}))
    (sent,) = until(lambda: list(edge.orders), "the recall arrives")
    assert sent.lease.epoch == 42


def test_after_a_restored_copy_the_next_recall_is_above_all_that_the_box_knows(
    console: Console, edge: FakeEdge, incident: UUID
) -> None:
    client = console.signed_in("dispatcher")
    order(client, wish(edge, incident))
    for _ in range(3):
        order(client, wish(edge, incident, {"act": "hold"}))
    before = until(lambda: edge.orders[3:], "the orders arrive")[0]
    with connect(console.url) as db:
        db.execute("UPDATE leases SET last_seq = 1 WHERE edge = %s", (edge.edge,))
    order(client, wish(edge, incident, {"act": "return"}))
    recall = until(lambda: edge.orders[4:], "the recall arrives")[0]
    assert (recall.lease, recall.seq > before.seq) == (before.lease, True)
    edge.vehicle = {"lease_epoch": recall.lease.epoch, "lease_holder": "somebody else", "airborne": True}
    known = console.desk.fleet.vehicles
    until(lambda: known[edge.edge, edge.aircraft][0].lease_holder == "somebody else", "the console hears who commands")
    order(client, wish(edge, incident, {"act": "return"}))
    assert until(lambda: edge.orders[5:], "the recall arrives")[0].lease.epoch == recall.lease.epoch + 1


def test_a_recall_without_an_incident_goes_a_launch_without_one_does_not(console: Console, edge: FakeEdge) -> None:
    client = console.signed_in("dispatcher")
    nil = UUID(int=0)
    for act in ("hold", "return", "land"):
        assert order(client, wish(edge, nil, {"act": act}, reason=""))["state"] == "sent"
    refused = client.post("/api/orders", json=wish(edge, nil))
    assert (refused.status_code, refused.json()["reasons"]) == (409, ["There is no such incident"])


def test_a_refusal_tells_every_reason_sends_nothing_and_is_audited(
    console: Console, edge: FakeEdge, incident: UUID
) -> None:
    edge.vehicle = {"ready": False, "not_ready": ("wind 14.2 m/s is over the limit of 12 (F7)", "battery 31 %")}
    fleet = console.desk.fleet
    until(lambda: not fleet.vehicles[edge.edge, edge.aircraft][0].ready, "the console hears that it is not ready")
    client = console.signed_in("dispatcher")
    refused = client.post("/api/orders", json=wish(edge, incident, reason=" "))
    assert refused.status_code == 409
    assert refused.json()["reasons"] == [
        "A reason is missing",
        "wind 14.2 m/s is over the limit of 12 (F7)",
        "battery 31 %",
    ]
    shown = client.get(f"/api/incidents/{incident}/candidates").json()
    mine = next(row for row in shown if row["aircraft"] == edge.aircraft)
    assert (mine["able"], mine["suggested"]) == (False, False)
    assert "battery 31 %" in mine["reasons"]
    assert client.get(f"/api/incidents/{incident}").json()["audit"][1]["act"] == "order_refused"
    order(client, wish(edge, incident, {"act": "hold"}))
    until(lambda: edge.orders, "the next order arrives")
    assert [sent.act.act for sent in edge.orders] == ["hold"]


def test_no_launch_for_a_closed_incident_but_a_recall(console: Console, edge: FakeEdge, incident: UUID) -> None:
    client = console.signed_in("dispatcher")
    assert client.post(f"/api/incidents/{incident}/close", json={"reason": "found"}).json()["state"] == "closed"
    assert client.post("/api/orders", json=wish(edge, incident)).status_code == 409
    assert client.post("/api/orders", json=wish(edge, uuid4())).status_code == 409
    order(client, wish(edge, incident, {"act": "return"}))


def test_the_suggestion_names_the_aircraft_and_why(console: Console, edge: FakeEdge, incident: UUID) -> None:
    shown = console.signed_in("viewer").get(f"/api/incidents/{incident}/candidates").json()
    mine = next(row for row in shown if row["aircraft"] == edge.aircraft)
    assert not mine["able"]
    shown = console.signed_in("dispatcher").get(f"/api/incidents/{incident}/candidates").json()
    mine = next(row for row in shown if row["aircraft"] == edge.aircraft)
    assert mine["able"]
    assert mine["why"].startswith("nearest able: 1")
    assert 20 < mine["eta_s"] < 40


def test_an_answer_of_another_box_counts_for_nothing(console: Console, edge: FakeEdge, incident: UUID) -> None:
    client = console.signed_in("dispatcher")
    row = order(client, wish(edge, incident))
    (sent,) = until(lambda: list(edge.orders), "the box hears the order")
    with an_edge(console) as other:
        own = order(client, wish(other, incident, {"act": "hold"}))
        (theirs,) = until(lambda: list(other.orders), "the other box hears its order")
        other.answer(sent, OrderState.REFUSED, "not mine")
        other.answer(theirs, OrderState.ACCEPTED)
        until(lambda: client.get(f"/api/orders/{own['id']}").json()["state"] == "accepted", "the later answer counts")
    assert [s["state"] for s in client.get(f"/api/orders/{row['id']}").json()["states"]] == ["sent"]


def test_an_order_that_nobody_answers_is_told_to_be_dead(console: Console, edge: FakeEdge, incident: UUID) -> None:
    client = console.signed_in("dispatcher")
    listener = Listener(client)
    row = order(client, wish(edge, incident))
    dead = until(lambda: [o for o in listener.of("order") if o["reasons"]], "the browser is told")[0]
    assert dead["id"] == row["id"]
    assert "No answer from" in dead["reasons"][0]
    assert "can't fly" in client.get(f"/api/orders/{row['id']}").json()["reasons"][0]


def test_without_a_broker_the_order_is_kept_as_failed(
    console: Console, edge: FakeEdge, incident: UUID, broker: tuple[Any, int]
) -> None:
    client = console.signed_in("dispatcher")
    listener = Listener(client)
    broker[0].kill()
    until(lambda: not console.desk.mqtt.connected, "the broker is lost")
    body = wish(edge, incident, {"act": "hold"})
    answer = client.post("/api/orders", json=body)
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["The broker is away"])
    assert client.get(f"/api/orders/{body['request_id']}").json()["state"] == "failed"
    until(lambda: [o for o in listener.of("order") if o["state"] == "failed"], "the browser sees it")
    assert client.get("/healthz").json()["parts"] == {"database": "ok", "broker": "away"}
    assert edge.orders == []
