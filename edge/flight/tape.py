"""A flight on tape (F26, pure): every input of the flight code with its time, and every decision; and its replay.

It begins where an idle aircraft gets its order or a restarted box looks for its aircraft, and ends where all is idle.
While somebody is waited for (an aircraft without power, a person at the dock) a turn that changes nothing is left out.
JSON lines: `begin` (the sortie before), then one a turn: `in` what changed of all that is seen, `order`, `out` what was
decided.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from edge.flight.inspection import Inspection
from edge.flight.launch import Stage
from edge.flight.seen import Seen, Site
from edge.flight.sortie import Step, advance, obey
from edge.flight.state import Saved, Sortie, resume, save
from wire.orders import Order

Lines = list[str]
NESTED = ("telemetry", "dock")
WAITING = (Stage.STARTING, Stage.LANDED_OUT, Stage.FAULT)
"""For days, maybe: 200 MB each, if every turn were kept."""
BEGIN = '{"begin"'
"""How a flight's first line starts."""
_SEEN = TypeAdapter(Seen)
_line = partial(json.dumps, separators=(",", ":"))


@dataclass
class Tape:
    """`on`: a flight is being recorded."""

    on: bool = False
    _last: dict[str, Any] = field(default_factory=dict)
    _sortie: Sortie | None = None

    def turn(self, before: Sortie, seen: Seen, order: Order | None, step: Step) -> Lines:
        """One step of the flight code, with what it stood on: the lines to be written, none while nothing goes on."""
        lines: Lines = []
        if before.stage is Stage.STARTING and before != self._sortie:  # begun anew in flight
            self.on = False
        self._sortie = step.sortie
        if not self.on:
            if before.stage is not Stage.STARTING and not (_is_idle(before) and not _is_idle(step.sortie)):
                return []
            self.on, self._last = True, {}
            lines.append(
                _line({"begin": json.loads(save(before).encode()), "stage": before.stage, "s": before.since_s})
            )
        out = decision(step)
        if before.stage in WAITING and step.sortie == before and not order and not out:
            return lines
        now = _flat(seen)
        changed = {name: value for name, value in now.items() if self._last.get(name, _line) != value}
        self._last = now
        turn: dict[str, Any] = {"in": changed}
        turn |= {"order": json.loads(order.encode())} if order else {}
        turn |= {"out": out} if out else {}
        self.on = not _is_idle(step.sortie)
        return [*lines, _line(turn)]


@dataclass(frozen=True)
class Turn:
    """What was decided then and what is decided now, as text."""

    at_s: float
    then: str
    now: str


def replay(lines: Iterable[str], site: Site) -> Iterator[Turn]:
    """Every turn of the tape through the flight code again. Raises ValueError where a line is none of a tape."""
    sortie, known = Sortie(), dict[str, Any]()
    for line in lines:
        told = json.loads(line)
        if "begin" in told:
            sortie, known = _begun(told), {}
            continue
        known |= told["in"]
        seen = _SEEN.validate_python(_nested(known))
        order = Order.model_validate(told["order"]) if "order" in told else None
        step = obey(site, sortie, seen, order) if order else advance(site, sortie, seen)
        sortie = step.sortie
        yield Turn(seen.now_s, _line(told.get("out", {})), _line(decision(step)))


def decision(step: Step) -> dict[str, Any]:
    """What leaves the flight code: commands, wishes of the lid, the step of the table, words."""
    out: dict[str, Any] = {}
    if step.sends:
        out["sends"] = [[int(c.cmd), list(c.params), c.frame] for c in step.sends]
    if step.lid:
        out["lid"] = step.lid
    if moved := step.moved:
        out["moved"] = [moved.before, moved.after, moved.cause.happened, moved.cause.text]
    if step.answers:
        out["answers"] = [[str(word.order_id), word.state, list(word.reasons)] for word in step.answers]
    return out


def _is_idle(sortie: Sortie) -> bool:
    return sortie == Sortie(Stage.PARKED, sortie.since_s)


def _begun(told: dict[str, Any]) -> Sortie:
    if told["stage"] == Stage.STARTING:
        return resume(Saved.model_validate(told["begin"]), told["s"])
    return Sortie(Stage(told["stage"]), told["s"])


def _flat(seen: Seen) -> dict[str, Any]:
    """Everything seen as name -> JSON value. Of the inspection what the rules ask: its end and its findings."""
    known = seen.inspection
    slim = replace(seen, inspection=Inspection(ended_s=known.ended_s, result=known.result))
    told: dict[str, Any] = _SEEN.dump_python(slim, mode="json")
    flat = {name: value for name, value in told.items() if name not in NESTED}
    return flat | {f"{part}.{name}": value for part in NESTED for name, value in told[part].items()}


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {part: {} for part in NESTED}
    for name, value in flat.items():
        part, _, rest = name.partition(".")
        if rest:
            out[part][rest] = value
        else:
            out[part] = value
    return out
