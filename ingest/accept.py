"""What a box sent, judged: stored, known already, or put aside with the reason. Pure; nothing is dropped.

Order and repeats go by (box, boot, seq) against the ledger of that boot (SAFETY.md D6, D7). A line that cannot be read
is put aside; where its envelope still tells who sent it as what, it is receipted, for it lies safely in the database.
An event whose number is taken by another is put aside too: only a box that lost its memory does that.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic import Field, ValidationError

from wire.events import GENESIS, Event, ObjectIncident, ObjectPlaced, ObjectSeen, PlateRead, chain_hash, decode_event
from wire.frozen import Frozen, Name
from wire.states import Range

MAX_LINE = 64 * 1024
"""Bytes of one event; the largest we make are near 2 KB."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""Beyond these a time is no clock error but damage, and some of them PostgreSQL and Python can't both hold."""

Boot = tuple[str, int]
"""(box, boot)."""


class Envelope(Frozen):
    """The part of an event that any later version keeps."""

    box: Name
    boot: int = Field(ge=0, lt=2**53)
    seq: int = Field(ge=1, lt=2**53)


@dataclass(frozen=True)
class Fresh:
    """An event that can be read. `chain`: does it name the event before it? None: that one is not here."""

    event: Event
    line: bytes
    sha256: str
    chain: bool | None = None

    @property
    def boot(self) -> Boot:
        return self.event.box, self.event.boot


@dataclass(frozen=True)
class Aside:
    """Kept for a look. `envelope`: who sent it as what, where that can be read: it counts as stored.

    `picture`: (box, sha256) of a picture that counts as stored.
    """

    topic: str
    payload: bytes
    reason: str
    envelope: Envelope | None = None
    picture: tuple[str, str] | None = None


@dataclass(frozen=True)
class Ledger:
    """What is stored of one boot. `firsts`, `lasts`: sorted ranges that neither touch nor overlap."""

    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()
    head_seq: int = 0
    head_sha256: str = GENESIS
    breaks: int = 0

    def has(self, seq: int) -> bool:
        at = bisect_right(self.firsts, seq) - 1
        return at >= 0 and seq <= self.lasts[at]

    def range_of(self, boot: int, seq: int) -> Range:
        """The stored range that holds `seq`."""
        at = bisect_right(self.firsts, seq) - 1
        return Range(boot=boot, first=self.firsts[at], last=self.lasts[at])

    def add(self, seqs: Iterable[int]) -> "Ledger":
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*zip(self.firsts, self.lasts, strict=True), *((seq, seq) for seq in seqs)]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(merged[-1][1], last)
            else:
                merged.append((first, last))
        return replace(self, firsts=tuple(f for f, _ in merged), lasts=tuple(last for _, last in merged))


@dataclass(frozen=True)
class Sorted:
    """`fresh` in the order of (box, boot, seq); `repeats`: numbers that the database has, to be compared by hash."""

    fresh: tuple[Fresh, ...] = ()
    repeats: tuple[Fresh, ...] = ()
    aside: tuple[Aside, ...] = ()


@dataclass(frozen=True)
class Neighbour:
    """A stored event beside new ones: its hash, and the hash it names as its predecessor's."""

    sha256: str
    prev_sha256: str


@dataclass(frozen=True)
class Chained:
    """`late`: stored events whose predecessor arrived only now, and whether it is the one that they name."""

    fresh: tuple[Fresh, ...]
    ledgers: dict[Boot, Ledger] = field(default_factory=dict)
    late: tuple[tuple[tuple[str, int, int], bool], ...] = ()

    @property
    def breaks(self) -> int:
        return sum(f.chain is False for f in self.fresh) + sum(not fits for _, fits in self.late)


def read_line(edge: str, topic: str, line: bytes) -> Fresh | Aside:
    """One line of an event payload that came on the topic of `edge`."""
    if len(line) > MAX_LINE:
        envelope = _envelope(edge, line)
        kept = (
            line if envelope else line[:MAX_LINE]
        )  # receipted, so whole: its box deletes it, and else sent it for ever
        return Aside(topic, kept, f"longer than {MAX_LINE} bytes", envelope)
    try:
        event = decode_event(line)
    except ValidationError as error:
        return Aside(topic, line, why_invalid(error), _envelope(edge, line))
    if event.box != edge:
        return Aside(topic, line, f"an event of {event.box} on the topic of {edge}")
    if b"\\u0000" in line:
        return Aside(topic, line, "holds the character NUL", _envelope(edge, line))
    if not all(_FIRST_YEAR <= at.year <= _LAST_YEAR for at in _times(event)):
        return Aside(topic, line, "a time out of all bounds", _envelope(edge, line))
    return Fresh(event, line, chain_hash(line))


def sort(arrived: Iterable[Fresh], ledgers: Mapping[Boot, Ledger]) -> Sorted:
    """Tells new events from known ones; of two with one number in the batch the first counts."""
    chosen: dict[tuple[str, int, int], Fresh] = {}
    repeats: list[Fresh] = []
    aside: list[Aside] = []
    for item in arrived:
        event = item.event
        key = (event.box, event.boot, event.seq)
        first = chosen.get(key)
        if ledgers[item.boot].has(event.seq):
            repeats.append(item)
        elif first is None:
            chosen[key] = item
        elif first.sha256 != item.sha256:
            aside.append(clash(item))
    return Sorted(tuple(chosen[key] for key in sorted(chosen)), tuple(repeats), tuple(aside))


def clash(item: Fresh) -> Aside:
    """The number of this event is another's."""
    event = item.event
    envelope = Envelope(box=event.box, boot=event.boot, seq=event.seq)
    return Aside(f"{event.box}/event", item.line, "its sequence number belongs to another event", envelope)


def edges(fresh: Iterable[Fresh], ledgers: Mapping[Boot, Ledger]) -> list[tuple[str, int, int]]:
    """The stored events beside the new ones, whose hashes the chain check needs; the head's is in the ledger."""
    new = {(f.event.box, f.event.boot, f.event.seq) for f in fresh}
    wanted = set()
    for box, boot, seq in new:
        ledger = ledgers[box, boot]
        for beside in (seq - 1, seq + 1):
            if (box, boot, beside) not in new and beside != ledger.head_seq and ledger.has(beside):
                wanted.add((box, boot, beside))
        if seq + 1 == ledger.head_seq:
            wanted.add((box, boot, seq + 1))
    return sorted(wanted)


def chain(
    fresh: Iterable[Fresh],
    aside: Iterable[Aside],
    ledgers: Mapping[Boot, Ledger],
    neighbours: Mapping[tuple[str, int, int], Neighbour],
) -> Chained:
    """Checks each new event against the one before it, and enters everything in the ledgers.

    A broken chain is flagged, not dropped: the event may be all that is left of a tampered box.
    """
    fresh = tuple(fresh)
    new = {(f.event.box, f.event.boot, f.event.seq): f.sha256 for f in fresh}
    hashes = new | {key: neighbour.sha256 for key, neighbour in neighbours.items()}
    hashes |= {(*boot, ledger.head_seq): ledger.head_sha256 for boot, ledger in ledgers.items()}
    checked = tuple(Fresh(f.event, f.line, f.sha256, _fits(f.event, hashes)) for f in fresh)
    late = tuple(
        (key, before == neighbour.prev_sha256)
        for key, neighbour in neighbours.items()
        if (before := new.get((key[0], key[1], key[2] - 1)))
    )
    numbers: dict[Boot, list[int]] = {}
    for box, boot, seq in new:
        numbers.setdefault((box, boot), []).append(seq)
    for envelope in [a.envelope for a in aside if a.envelope]:
        numbers.setdefault((envelope.box, envelope.boot), []).append(envelope.seq)
    entered = {boot: ledgers[boot].add(seqs) for boot, seqs in numbers.items()}
    for f in checked:
        entered[f.boot] = _advance(entered[f.boot], f)
    for box, boot, _ in [key for key, fits in late if not fits]:
        entered[box, boot] = replace(entered[box, boot], breaks=entered[box, boot].breaks + 1)
    return Chained(checked, entered, late)


def receipts(seqs: Iterable[tuple[str, int, int]], ledgers: Mapping[Boot, Ledger]) -> dict[str, tuple[Range, ...]]:
    """Per box the stored ranges that hold these numbers; whole ranges, so that a lost receipt is made good."""
    found: dict[str, dict[tuple[int, int], Range]] = {}
    for box, boot, seq in seqs:
        stored = ledgers[box, boot].range_of(boot, seq)
        found.setdefault(box, {})[boot, stored.first] = stored
    return {box: tuple(ranges[key] for key in sorted(ranges)) for box, ranges in found.items()}


def time_verified(clock_offset_ms: float | None) -> bool:
    """The box's clock was known to be within 1 s of the room's (D7)."""
    return clock_offset_ms is not None and abs(clock_offset_ms) <= 1000


def room_time(at: datetime, clock_offset_ms: float | None, now: datetime) -> datetime:
    """A box's time by the room's clock, as well as it can be known; `now` where the box's clock was not known."""
    if clock_offset_ms is None:
        return now
    if time_verified(clock_offset_ms):
        return at
    try:
        return min(now, at - timedelta(milliseconds=clock_offset_ms))
    except OverflowError:
        return now


def why_invalid(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:300].replace("\0", "?")


def _fits(event: Event, hashes: Mapping[tuple[str, int, int], str]) -> bool | None:
    before = GENESIS if event.seq == 1 else hashes.get((event.box, event.boot, event.seq - 1))
    return None if before is None else before == event.prev_sha256


def _advance(ledger: Ledger, f: Fresh) -> Ledger:
    if f.chain is False:
        ledger = replace(ledger, breaks=ledger.breaks + 1)
    if f.event.seq > ledger.head_seq:
        return replace(ledger, head_seq=f.event.seq, head_sha256=f.sha256)
    return ledger


def _envelope(edge: str, line: bytes) -> Envelope | None:
    try:
        envelope = Envelope.model_validate_json(line)
    except ValidationError:
        return None
    return envelope if envelope.box == edge else None


def _times(event: Event) -> tuple[datetime, ...]:
    match event.body:
        case PlateRead() as read:
            return event.happened_at, read.captured_at, read.first_seen_at, read.last_seen_at
        case ObjectSeen() | ObjectPlaced() as seen:
            return event.happened_at, seen.captured_at
        case ObjectIncident() as incident:
            return event.happened_at, incident.captured_at, incident.since_at
        case _:
            return (event.happened_at,)
