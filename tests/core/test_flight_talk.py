"""A command's conversation: asked up to five times, believed by its effect only, patient while the autopilot works."""

from dataclasses import replace

from edge.flight.autopilots import AGAIN_S, Ask, Cmd, Command
from edge.flight.talk import TRIES, Talk, converse
from edge.flight.telemetry import Ack, Telemetry, Text

ARM = Ask("ARM", Command(Cmd.COMPONENT_ARM_DISARM, (1, 0, 0, 0, 0, 0, 0)), lambda seen, _: seen.armed)
TICK_S = 0.05


def talk_through(seen: Telemetry, seconds: float, acked_at: tuple[float, ...] = (), result: int = 0) -> tuple[int, str]:
    """How often it was sent, and why it was given up."""
    talk: Talk | None = Talk((ARM,))
    sent, now_s = 0, 0.0
    while talk and now_s < seconds:
        seen = replace(seen, heard_s=now_s)
        for at_s in acked_at:
            if at_s <= now_s < at_s + TICK_S:
                seen = replace(seen, acks={int(Cmd.COMPONENT_ARM_DISARM): Ack(result, now_s)})
        turn = converse(talk, seen, now_s)
        sent += len(turn.sends)
        talk = turn.talk
        if turn.failed:
            return sent, turn.failed
        now_s = round(now_s + TICK_S, 3)
    return sent, "" if talk is None else "still talking"


def test_it_is_sent_until_the_effect_is_seen_and_no_longer() -> None:
    assert talk_through(Telemetry(armed=True), 10) == (1, "")
    assert talk_through(Telemetry(), 100)[0] == TRIES


def test_past_its_orders_expiry_nothing_is_sent_and_the_effect_still_counts() -> None:
    """A hold that comes to an aircraft long after it was wished for may stop it where it should not (F9)."""
    sent = []
    talk: Talk | None = Talk((ARM,), until_s=3.0)
    for tick in range(1, 100):
        now_s = tick * TICK_S
        assert talk
        turn = converse(talk, Telemetry(heard_s=now_s), now_s)
        talk, sent = turn.talk, sent + [now_s for _ in turn.sends]
    assert len(sent) == 3
    assert max(sent) < 3.0
    assert talk
    assert converse(talk, Telemetry(heard_s=5.0, armed=True), 5.0).failed == ""


def test_the_next_of_its_commands_is_not_begun_past_the_expiry() -> None:
    begun = converse(Talk((ARM, ARM), until_s=3.0), Telemetry(), 0.0).talk
    assert begun
    assert converse(begun, Telemetry(armed=True), 2.9).sends
    assert "its order has expired (F9)" in converse(begun, Telemetry(armed=True), 3.0).failed


def test_an_acknowledgement_alone_ends_nothing() -> None:
    sent, failed = talk_through(Telemetry(), 100, acked_at=(0.1,), result=0)
    assert (sent, failed) == (TRIES, "ARM had no effect after 5 tries (acknowledged: accepted)")


def test_why_it_was_given_up_says_what_the_autopilot_said() -> None:
    told = Telemetry(texts=(Text(2, "Arm: Need Position Estimate", 0.1),))
    assert talk_through(told, 100, acked_at=(0.1, 1.3), result=4)[1] == (
        "ARM had no effect after 5 tries (acknowledged: failed): Arm: Need Position Estimate"
    )


def test_what_is_in_progress_is_not_asked_again_while_the_autopilot_says_so() -> None:
    every_second = tuple(float(s) for s in range(1, 9))
    assert talk_through(Telemetry(), 8 + AGAIN_S - 0.1, acked_at=every_second, result=5) == (1, "still talking")
    assert talk_through(Telemetry(), 100, acked_at=every_second, result=5)[0] == TRIES


def test_an_old_acknowledgement_is_no_word_on_this_command() -> None:
    old = Telemetry(acks={int(Cmd.COMPONENT_ARM_DISARM): Ack(5, -3.0)})
    assert "acknowledged" not in talk_through(old, 100)[1]


def test_nothing_is_given_up_while_the_link_is_silent() -> None:
    talk = Talk((ARM,))
    for tick in range(4000):
        turn = converse(talk, Telemetry(heard_s=0.0), tick * TICK_S)
        assert turn.talk
        assert not turn.failed
        talk = turn.talk


def test_a_deaf_box_does_not_argue_with_what_it_cannot_see() -> None:
    talk, sent = Talk((ARM,)), 0
    for tick in range(4000):
        turn = converse(talk, Telemetry(heard_s=0.0), tick * TICK_S)
        assert turn.talk
        talk, sent = turn.talk, sent + len(turn.sends)
    assert sent == TRIES
