"""What the autopilot holds against what the site wants (F6, F18, pure): firmware, parameters, fence, rally, mission.

Rules
- Only with the aircraft proven down and disarmed; in the air nothing is asked and nothing written (F28).
- A plan that differs is written once, then read back; only what was read back counts.
- It is done anew for each launch: what was compared before the order counts for being ready, not for arming.
- Firmware, parameters and plans are asked for side by side, the plans one after another: PX4 plays one transfer at a
  time (mavlink_mission.cpp). What follows an answer is asked for at once, not at the next tick: a launch waits for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from edge.flight.autopilots import Cmd, Command
from edge.flight.launch import Stage
from edge.flight.parameters import Reading
from edge.flight.plans import Item, Kind, Transfer
from edge.flight.say import Say
from edge.flight.state import Sortie
from edge.flight.telemetry import Message, Telemetry
from wire.baseline import Baseline

CONVERSED = frozenset(
    {"AUTOPILOT_VERSION", "PARAM_VALUE", "MISSION_COUNT", "MISSION_ITEM_INT", "MISSION_REQUEST", "MISSION_REQUEST_INT",
     "MISSION_ACK"}
)  # fmt: skip
"""The allow-list inwards, beside what telemetry hears."""
AUTOPILOT_VERSION = 148
TRIES = 5
AGAIN_S = 1.0
EVERY_S, AFTER_FINDINGS_S = 300.0, 20.0
"""How often a parked aircraft is looked through."""
MOST_TOLD = 8
"""Differences that are told one by one."""
FENCE_INCLUSION = 5001
"""MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION; its param1 is the number of corners."""
RULE = {Kind.FENCE: "F6", Kind.RALLY: "F18", Kind.MISSION: "F18"}
NAMES = {Kind.FENCE: "fence", Kind.RALLY: "rally points", Kind.MISSION: "mission"}
Sends = tuple[Say | Command, ...]


@dataclass(frozen=True)
class Wanted:
    """What the site wants. `home_first`: item 0 of a mission is home and no part of it (ArduPilot)."""

    baseline: Baseline
    plans: Mapping[Kind, tuple[Item, ...]]
    home_first: bool


@dataclass(frozen=True)
class Version:
    """The question for the firmware; `told`: "4.6.1"."""

    told: str = ""
    asked_s: float | None = None
    tries: int = 0
    ended: bool = False

    def turn(self, now_s: float) -> "tuple[Version, Sends]":
        if self.ended or (self.asked_s is not None and now_s - self.asked_s < AGAIN_S):
            return self, ()
        if self.tries >= TRIES:
            return replace(self, ended=True), ()
        ask = Command(Cmd.REQUEST_MESSAGE, (AUTOPILOT_VERSION, 0, 0, 0, 0, 0, 0))
        return replace(self, asked_s=now_s, tries=self.tries + 1), (ask,)

    def heard(self, message: Message, _now_s: float) -> "tuple[Version, Sends]":
        """`flight_sw_version`: major, minor, patch and release type, a byte each from the highest."""
        if message.get_type() != "AUTOPILOT_VERSION":
            return self, ()
        number = int(message.flight_sw_version)
        return replace(self, told=f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}", ended=True), ()


Talk = Version | Reading | Transfer


@dataclass(frozen=True)
class Inspection:
    """`talks`: not ended yet. `result`: every difference found by the last one that ended; None before the first."""

    began_s: float | None = None
    ended_s: float | None = None
    talks: tuple[Talk, ...] = ()
    written: Mapping[Kind, str] = field(default_factory=dict)
    """The plans that were written, and what the autopilot said against it."""
    found: tuple[str, ...] = ()
    result: tuple[str, ...] | None = None

    def reasons(self, rule: str) -> tuple[str, ...]:
        """Why it may not be launched by this rule, "F6" or "F18"."""
        if self.result is None:
            what = "fence has" if rule == "F6" else "parameters, firmware and mission have"
            return (f"the autopilot's {what} not been read back yet ({rule})",)
        mine = [line for line in self.result if line.endswith(f"({rule})")]
        more = [f"and {len(mine) - MOST_TOLD} differences more ({rule})"] if len(mine) > MOST_TOLD else []
        return (*mine[:MOST_TOLD], *more)


def fence_items(corners: tuple[tuple[float, float], ...]) -> tuple[Item, ...]:
    """An inclusion polygon, (lat, lon) corners in degrees; a repeat of the first at the end is left out."""
    corners = corners[:-1] if corners[0] == corners[-1] else corners
    return tuple(Item(FENCE_INCLUSION, len(corners), round(lat * 1e7), round(lon * 1e7)) for lat, lon in corners)


def make_wanted(baseline: Baseline, fence: tuple[tuple[float, float], ...]) -> Wanted:
    """No rally point, since a return would go there instead of to the dock, and no mission."""
    plans: Mapping[Kind, tuple[Item, ...]] = {Kind.FENCE: fence_items(fence), Kind.RALLY: (), Kind.MISSION: ()}
    return Wanted(baseline, plans, home_first=baseline.autopilot == "arducopter")


def look(
    wanted: Wanted, known: Inspection, sortie: Sortie, telemetry: Telemetry, now_s: float
) -> tuple[Inspection, Sends]:
    """Time has passed, before the step of the launch table: begins an inspection that is due, or goes on with it.

    Whatever is not proven down and linked forgets what was found.
    """
    if not telemetry.on_ground(now_s) or not telemetry.link_ok(now_s):
        return NONE, ()
    if _is_due(known, sortie, now_s):
        known = _begin(wanted, known, now_s)
    return _turn(wanted, known, now_s)


def heard(wanted: Wanted, known: Inspection, message: Message, now_s: float) -> tuple[Inspection, Sends]:
    """A message of CONVERSED."""
    known, answers = _each(wanted, known, lambda talk: talk.heard(message, now_s), now_s)
    known, asked = _turn(wanted, known, now_s)
    return known, (*answers, *asked)


NONE = Inspection()


def _turn(wanted: Wanted, known: Inspection, now_s: float) -> tuple[Inspection, Sends]:
    return _each(wanted, known, lambda talk: talk.turn(now_s), now_s)


def _each(
    wanted: Wanted, known: Inspection, step: Callable[[Talk], tuple[Talk, Sends]], now_s: float
) -> tuple[Inspection, Sends]:
    """One step of every talk that is under way: all but the plans that wait for another."""
    sends: Sends = ()
    plans = [talk for talk in known.talks if isinstance(talk, Transfer)]
    for talk in known.talks:
        if talk not in plans[1:]:
            after, said = step(talk)
            known, sends = _after(wanted, known, talk, after, now_s), (*sends, *said)
    return known, sends


def _is_due(known: Inspection, sortie: Sortie, now_s: float) -> bool:
    if sortie.stage is Stage.OPENING:
        return known.began_s is None or known.began_s < sortie.since_s
    if sortie.stage is not Stage.PARKED or known.talks:
        return False
    pause_s = AFTER_FINDINGS_S if known.result else EVERY_S
    return known.ended_s is None or now_s - known.ended_s > pause_s


def _begin(wanted: Wanted, known: Inspection, now_s: float) -> Inspection:
    names, bytewise = tuple(wanted.baseline.parameters), wanted.baseline.autopilot == "px4"
    talks: tuple[Talk, ...] = (Version(), Reading(names, bytewise), *(Transfer(kind) for kind in wanted.plans))
    return Inspection(began_s=now_s, talks=talks, result=known.result)


def _after(wanted: Wanted, known: Inspection, before: Talk, talk: Talk, now_s: float) -> Inspection:
    """With the talk as it stands; one that has ended gives its findings, or a plan to be written."""
    if not talk.ended:
        return replace(known, talks=tuple(talk if other is before else other for other in known.talks))
    rest, written, found = tuple(other for other in known.talks if other is not before), known.written, known.found
    match talk:
        case Version(told=told):
            found += _firmware(wanted.baseline.firmware, told)
        case Reading(values=values):
            found += tuple(f"{line} (F18)" for line in wanted.baseline.differences(values))
        case Transfer(kind=kind, writes=True, failure=failure):
            written = {**written, kind: failure}
        case Transfer(kind=kind) as read:
            wrong = difference(wanted, read)
            if wrong and not read.failure and kind not in written:
                rest = (Transfer(kind, writes=True, items=wanted.plans[kind]), Transfer(kind), *rest)
            elif wrong:
                said = f"; when it was written, {why}" if (why := written.get(kind)) else ""
                found += (f"the autopilot's {NAMES[kind]}: {wrong}{said} ({RULE[kind]})",)
    after = replace(known, talks=rest, written=written, found=found)
    return after if rest else replace(after, ended_s=now_s, result=found)


def _firmware(wanted: str, told: str) -> tuple[str, ...]:
    if not told:
        return ("the autopilot does not tell its firmware (F18)",)
    same = told == wanted or told.startswith(wanted + ".")
    return () if same else (f"the firmware is {told}, the baseline says {wanted} (F18)",)


def difference(wanted: Wanted, read: Transfer) -> str:
    """In plain words; "" where what was read is what is wanted."""
    if read.failure:
        return f"cannot be read: {read.failure}"
    held = read.items[1:] if read.kind is Kind.MISSION and wanted.home_first else read.items
    want = wanted.plans[read.kind]
    if len(held) != len(want):
        return f"{len(held)} items are held, {len(want)} are wanted"
    for number, (has, wants) in enumerate(zip(held, want, strict=True), start=1):
        if not _same(has, wants):
            return f"item {number} is {_item(has)}, not {_item(wants)}"
    return ""


def _same(a: Item, b: Item) -> bool:
    """PX4 keeps places as floating point: the last digit may differ, about a centimetre."""
    near = abs(a.lat_e7 - b.lat_e7) <= 1 and abs(a.lon_e7 - b.lon_e7) <= 1
    return near and (a.command, a.param1) == (b.command, b.param1)


def _item(item: Item) -> str:
    return f"{item.lat_e7 / 1e7:.7f} {item.lon_e7 / 1e7:.7f} (item {item.command} of {item.param1:g})"
