"""A conversation with the autopilot (pure): ask, look for the effect in telemetry, ask again, give up in the end."""

import math
from dataclasses import dataclass, replace

from edge.flight.autopilots import Ask, Command
from edge.flight.telemetry import Ack, Telemetry

TRIES = 5
IN_PROGRESS = 5
RESULTS = {
    0: "accepted", 1: "temporarily rejected", 2: "denied", 3: "unsupported", 4: "failed", 5: "in progress",
    6: "cancelled", 7: "command long only", 8: "command int only", 9: "unsupported frame",
}  # fmt: skip
"""MAV_RESULT. An ACK is no proof of anything: it only tells a person more, or buys time."""


@dataclass(frozen=True)
class Talk:
    """`asks[0]` is being asked; `since_s`: first sending of it, `sent_s`: the last. `until_s`: when its order expires,
    after which nothing is sent, only waited for (F9)."""

    asks: tuple[Ask, ...]
    tries: int = 0
    since_s: float | None = None
    sent_s: float | None = None
    until_s: float = math.inf


@dataclass(frozen=True)
class Turn:
    """What follows: the talk as it stands (None: every effect was seen), what to send, whether it was given up."""

    talk: Talk | None
    sends: tuple[Command, ...] = ()
    failed: str = ""


def converse(talk: Talk, telemetry: Telemetry, now_s: float) -> Turn:
    """One turn. While the link is silent nothing is given up: the effect may be there, unseen. Nor is it then sent more
    than TRIES times: the autopilot's own failsafe, which we don't see, must not be argued with (F11).
    """
    ask, late = talk.asks[0], now_s >= talk.until_s
    if talk.since_s is None or talk.sent_s is None:
        begun = Turn(replace(talk, tries=1, since_s=now_s, sent_s=now_s), ask.sends)
        return Turn(None, failed=f"{ask.name} was not sent: its order has expired (F9)") if late else begun
    if ask.effect(telemetry, _reference(talk)):
        rest = talk.asks[1:]
        return converse(Talk(rest, until_s=talk.until_s), telemetry, now_s) if rest else Turn(None)
    ack = telemetry.acks.get(ask.command.cmd)
    ack = ack if ack and ack.at_s > talk.since_s else None
    working_s = ack.at_s if ack and ack.result == IN_PROGRESS else talk.sent_s
    if talk.tries >= TRIES and not telemetry.link_ok(now_s):
        return Turn(replace(talk, sent_s=now_s))
    if now_s - max(talk.sent_s, working_s) < ask.again_s:
        return Turn(talk)
    if talk.tries >= TRIES:
        return Turn(None, failed=ask.why_not(telemetry) or _no_effect(talk, telemetry, ack))
    return Turn(replace(talk, tries=talk.tries + 1, sent_s=now_s), () if late else ask.sends)


def _no_effect(talk: Talk, telemetry: Telemetry, ack: Ack | None) -> str:
    said = f" (acknowledged: {RESULTS.get(ack.result, ack.result)})" if ack else ""
    words = telemetry.last_words(talk.since_s or 0.0)
    return f"{talk.asks[0].name} had no effect after {talk.tries} tries{said}" + (f": {words}" if words else "")


def _reference(talk: Talk) -> float:
    """The effect may follow the first sending already: repeats change nothing at the autopilot."""
    return talk.since_s if talk.since_s is not None else 0.0
