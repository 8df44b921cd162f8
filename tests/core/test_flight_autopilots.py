"""How each wish of ours is put to PX4, where its ways differ from ArduCopter's."""

import math
from dataclasses import replace

from edge.flight.autopilots import ARDUCOPTER, PX4, Ask, Cmd, Do, asks
from edge.flight.geometry import Place, Target
from edge.flight.talk import Talk, converse
from edge.flight.telemetry import Landed, Telemetry

HOLD = 4 << 16 | 3 << 24
"""PX4's custom_mode of AUTO.LOITER: main mode in byte 2, sub mode in byte 3."""
FAST = Telemetry(
    heard_s=9.9, heartbeat_s=9.9, custom_mode=HOLD, armed=True, position_s=9.9, place=Place(47.4, 8.5), alt_rel_m=20,
    alt_amsl_m=509.4, north_mps=14,
)  # fmt: skip
SCENE = Target(Place(47.401, 8.5), 30)


def only(do: Do) -> Ask:
    (ask,) = asks(do, PX4, SCENE, FAST)
    return ask


def test_px4_brakes_for_a_hold_even_though_it_flies_in_its_hold_mode_already() -> None:
    hold = only(Do.HOLD)
    assert hold.command.cmd is Cmd.DO_REPOSITION
    assert hold.command.params[:2] == (-1, 1)
    assert all(math.isnan(value) for value in hold.command.params[3:])


def test_px4_holds_only_once_it_slows() -> None:
    hold = only(Do.HOLD)
    later = replace(FAST, heartbeat_s=10.5, position_s=10.5)
    assert not hold.effect(later, 10)
    assert hold.effect(replace(later, north_mps=6), 10)
    assert not hold.effect(replace(later, north_mps=6, custom_mode=4 << 16 | 5 << 24), 10)


def test_a_hover_counts_as_a_hold() -> None:
    (hold,) = asks(Do.HOLD, PX4, None, replace(FAST, north_mps=0.3))
    assert hold.effect(replace(FAST, heartbeat_s=10.5, position_s=10.5, north_mps=0.5), 10)


def test_arducopter_holds_by_its_brake_mode() -> None:
    (hold,) = asks(Do.HOLD, ARDUCOPTER, None, FAST)
    assert (hold.command.cmd, hold.command.params[1]) == (Cmd.DO_SET_MODE, 17)


def test_px4_heights_are_above_the_sea() -> None:
    assert only(Do.TAKE_OFF).command.params[6] == 519.4
    assert only(Do.GO).command.params[6] == 519.4


def test_px4_has_ten_seconds_to_leave_the_ground() -> None:
    """As long as it stays armed on the pad; it takes 4 to 5 s."""
    talk: Talk | None = Talk((only(Do.TAKE_OFF),))
    sent, now_s = 0, 0.0
    while talk:
        seen = Telemetry(heard_s=now_s, landed_s=now_s, landed=Landed.ON_GROUND, armed=True)
        turn = converse(talk, seen, now_s)
        talk, sent, now_s = turn.talk, sent + len(turn.sends), now_s + 0.05
    assert sent == 5
    assert 10 < now_s < 10.5
