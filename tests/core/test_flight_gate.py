"""Orders at the gate: stale, replayed, reordered, altered or from an old lease, none of them gets through (F8, F9)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bench.lockstep import SCENE
from bench.lockstep_orders import AIRCRAFT, EDGE, T0, make_order
from edge.flight.gate import KEPT_IDS, Go, Memory, Refusal, Repeat, gate, heard
from wire.orders import Hold, Land, Lease, Orbit, Order, Return
from wire.signing import BadSeal, seal, unseal

KEY = Ed25519PrivateKey.generate()
SECOND = timedelta(seconds=1)


def judged(order: Order, memory: Memory | None = None, after_s: float = 0.5) -> object:
    return gate(order, memory or Memory(), EDGE, AIRCRAFT, order.issued_at + after_s * SECOND)


def reasons(verdict: object) -> str:
    assert isinstance(verdict, Refusal), verdict
    return "; ".join(verdict.reasons)


def test_a_fresh_order_goes() -> None:
    assert judged(make_order(SCENE)) == Go()


@pytest.mark.parametrize("after_s", [5.0, 5.001, 60, 3600])
def test_an_expired_order_is_refused(after_s: float) -> None:
    assert "expired" in reasons(judged(make_order(Hold()), after_s=after_s))


def test_just_before_its_expiry_it_goes() -> None:
    assert judged(make_order(Hold()), after_s=4.999) == Go()


def test_an_order_from_the_future_is_refused() -> None:
    assert judged(make_order(SCENE), after_s=-0.5) == Go()
    assert "in the future (F9)" in reasons(judged(make_order(SCENE), after_s=-0.6))


@pytest.mark.parametrize("life_s", [0, -1, 5.1, 3600])
def test_no_order_lives_longer_than_five_seconds(life_s: float) -> None:
    assert "lives" in reasons(judged(make_order(SCENE, expires_at=T0 + life_s * SECOND), after_s=-0.1))


def test_a_repeat_changes_nothing_even_after_its_expiry() -> None:
    order = make_order(SCENE)
    memory = Memory().admit(order)
    assert judged(order, memory) == Repeat()
    assert judged(order, memory, after_s=60) == Repeat()


def test_a_lower_or_equal_sequence_is_refused() -> None:
    memory = Memory().admit(make_order(Hold(), seq=7))
    assert "out of sequence: number 6 after 7" in reasons(judged(make_order(Return(), seq=6), memory))
    assert "out of sequence" in reasons(judged(make_order(Return(), seq=7), memory))
    assert judged(make_order(Return(), seq=8), memory) == Go()


def test_a_higher_epoch_takes_over_and_the_old_one_is_refused() -> None:
    memory = Memory().admit(make_order(Hold(), seq=7))
    taken = make_order(Hold(), seq=1, lease=Lease(holder="ben", epoch=2))
    assert judged(taken, memory) == Go()
    memory = memory.admit(taken)
    old = make_order(Return(), seq=8)
    assert "the lease is old: epoch 1, ben holds epoch 2 (F8)" in reasons(judged(old, memory))


def test_nobody_else_commands_within_an_epoch() -> None:
    memory = Memory().admit(make_order(Hold()))
    other = make_order(Return(), seq=2, lease=Lease(holder="ben", epoch=1))
    assert "anna holds the lease" in reasons(judged(other, memory))


def test_an_order_that_came_too_late_deposes_and_uses_up_its_number() -> None:
    """The room gives no number twice, and a taking-over counts however late the box hears of it."""
    memory = Memory().admit(make_order(Hold(), seq=7))
    late = make_order(Return(), seq=9, lease=Lease(holder="ben", epoch=2))
    assert "expired" in reasons(judged(late, memory, after_s=60))
    memory = heard(memory, late, EDGE, AIRCRAFT)
    assert "the lease is old" in reasons(judged(make_order(Return(), seq=8), memory))
    ben: dict[str, Any] = {"lease": Lease(holder="ben", epoch=2)}
    assert "out of sequence: number 9 after 9" in reasons(judged(make_order(Hold(), seq=9, **ben), memory))
    assert judged(make_order(Hold(), seq=10, **ben), memory) == Go()
    assert judged(late, memory) == Repeat()


@pytest.mark.parametrize("changes", [{"aircraft": "falcon-2"}, {"lease": Lease(holder="eve", epoch=1)}, {"seq": 7}])
def test_what_may_not_command_moves_no_memory(changes: dict[str, Any]) -> None:
    memory = Memory().admit(make_order(Hold(), seq=7))
    assert heard(memory, make_order(Hold(), **{"seq": 9, **changes}), EDGE, AIRCRAFT) is memory


def test_another_aircraft_or_edge_is_refused() -> None:
    assert "is for falcon-2" in reasons(judged(make_order(SCENE, aircraft="falcon-2")))
    assert "at dock-2" in reasons(judged(make_order(SCENE, edge="dock-2")))


def test_without_the_rooms_time_only_the_three_safe_acts_go() -> None:
    for act in (Hold(), Return(), Land()):
        assert gate(make_order(act), Memory(), EDGE, AIRCRAFT, None) == Go()
    for act in (SCENE, Orbit(lat=52.2, lon=0.12, alt_rel_m=30, radius_m=40)):
        assert "time is unknown" in reasons(gate(make_order(act), Memory(), EDGE, AIRCRAFT, None))


def test_every_reason_is_told_at_once() -> None:
    memory = Memory().admit(make_order(Hold(), seq=9))
    told = reasons(judged(make_order(SCENE, edge="dock-2"), memory, after_s=60))
    assert "dock-2" in told
    assert "out of sequence" in told
    assert "expired" in told


def test_the_memory_survives_the_disk_and_stays_bounded() -> None:
    memory = Memory()
    for seq in range(1, KEPT_IDS + 20):
        memory = memory.admit(make_order(Hold(), seq=seq))
    assert Memory.model_validate_json(memory.encode()) == memory
    assert len(memory.seen) == KEPT_IDS


@given(st.data())
def test_a_flipped_bit_anywhere_in_a_sealed_order_is_found(data: st.DataObject) -> None:
    order = make_order(SCENE)
    sealed = bytearray(seal("order", order.encode(), KEY))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    try:
        read = Order.model_validate_json(unseal("order", bytes(sealed), KEY.public_key()))
    except (BadSeal, ValidationError):
        return
    assert read == order


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 6), st.sampled_from("abc")), max_size=30))
def test_what_is_admitted_only_ever_goes_forward(tries: list[tuple[int, int, str]]) -> None:
    memory = Memory()
    for epoch, seq, holder in tries:
        order = make_order(Hold(), seq=seq, id=uuid4(), lease=Lease(holder=holder, epoch=epoch))
        if judged(order, memory) != Go():
            continue
        after = memory.admit(order)
        assert (after.epoch, after.seq) > (memory.epoch, memory.seq)
        assert after.epoch > memory.epoch or after.holder == memory.holder
        memory = after
