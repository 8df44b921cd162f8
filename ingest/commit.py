"""One batch, one transaction: events, reads, hits, incidents, pictures and the notice of it all, or nothing.

Only after it has returned may a receipt leave (SAFETY.md D1). Locks are taken in one order everywhere: ledgers by
(box, boot), then marks, causes, orders, pictures, what is put aside, boxes, each sorted; so workers wait for one
another but never in a ring.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ingest.accept import (
    Aside,
    Boot,
    Chained,
    Fresh,
    Ledger,
    Sorted,
    chain,
    clash,
    edges,
    receipts,
    room_time,
    sort,
    time_verified,
)  # fmt: skip
from ingest.heads import FindKey, judge_head
from ingest.inbound import Item
from ingest.incidents import Plan, Sighting, plan
from ingest.matching import Marks, Match, match
from ingest.room import IncidentConfig
from ingest.scenes import ScenePlan, Sight, ends_of, plan_scenes
from ingest.store.boxes import put_health
from ingest.store.connect import Db
from ingest.store.events import (
    copy_events,
    flag_late,
    lock_ledgers,
    put_aside,
    put_heads,
    save_ledgers,
    stored_neighbours,
)
from ingest.store.incidents import known_incidents, link_events, lock_marks, open_incidents, update_incidents
from ingest.store.media import Picture, put_media
from ingest.store.notices import Notice, notify
from ingest.store.orders import put_order_state
from ingest.store.reads import NewRead, copy_reads
from ingest.store.scenes import end_incidents, end_unwatched, put_ends, put_scenes
from wire.events import ChainHead, Event, ObjectIncident, OrderOutcome, PlateRead
from wire.orders import OrderAnswer
from wire.states import Health, Range
from wire.vrm import fold


@dataclass(frozen=True)
class Batch:
    """What arrived since the last commit, by kind."""

    events: tuple[Fresh, ...] = ()
    aside: tuple[Aside, ...] = ()
    pictures: tuple[Picture, ...] = ()
    answers: tuple[OrderAnswer, ...] = ()
    health: tuple[Health, ...] = ()

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Batch":
        return cls(
            tuple(item for item in items if isinstance(item, Fresh)),
            tuple(item for item in items if isinstance(item, Aside)),
            tuple(item for item in items if isinstance(item, Picture)),
            tuple(item for item in items if isinstance(item, OrderAnswer)),
            tuple({item.edge: item for item in items if isinstance(item, Health)}.values()),
        )


@dataclass(frozen=True)
class Committed:
    """What the database now holds: the receipts' content a box, and figures."""

    ranges: dict[str, tuple[Range, ...]]
    media: dict[str, tuple[str, ...]]
    stored: int = 0
    repeats: int = 0
    aside: int = 0
    breaks: int = 0
    bad_heads: int = 0
    opened: tuple[UUID, ...] = ()
    new_boxes: tuple[str, ...] = ()


def commit(
    db: Db,
    batch: Batch,
    marks: Marks,
    config: IncidentConfig,
    now: datetime,
    *,
    find_key: FindKey = lambda _box: None,
) -> Committed:
    """Stores the batch. Raises psycopg.Error with nothing stored. `now`: UTC; its date names the partition."""
    stored_on = now.date()
    with db.transaction():
        ledgers, sorted_, chained = _judge(db, batch, stored_on)
        aside = [*batch.aside, *sorted_.aside]
        copy_events(db, chained.fresh, now, stored_on)
        flag_late(db, chained.late)
        heads = [
            judge_head(f.event, f.event.body, find_key) for f in chained.fresh if isinstance(f.event.body, ChainHead)
        ]
        put_heads(db, heads, now)
        reads, sightings = _match(chained.fresh, marks, config, now)
        copy_reads(db, reads, now, stored_on)
        planned = _put_incidents(db, sightings, marks.version, config, now)
        scenes = _put_scenes(db, chained.fresh, now)
        orders = _put_orders(db, batch, chained.fresh)
        put_media(db, batch.pictures, now, stored_on)
        put_aside(db, aside)
        save_ledgers(db, chained.ledgers)
        new_boxes = _put_health(db, batch, now)
        notify(db, _notice(batch, reads, planned, scenes, orders))
    known = ledgers | chained.ledgers
    told = [(f.event.box, f.event.boot, f.event.seq) for f in batch.events]
    told += [(a.envelope.box, a.envelope.boot, a.envelope.seq) for a in aside if a.envelope]
    return Committed(
        ranges=receipts(told, known),
        media=_by_box(batch),
        stored=len(chained.fresh),
        repeats=len(batch.events) - len(chained.fresh),
        aside=len(aside),
        breaks=chained.breaks,
        bad_heads=sum(head.signed is False for head in heads),
        opened=tuple(o.id for o in (*planned.opened, *scenes.opened)),
        new_boxes=new_boxes,
    )


def _judge(db: Db, batch: Batch, today: date) -> tuple[dict[Boot, Ledger], Sorted, Chained]:
    boots = {f.boot for f in batch.events}
    boots |= {(a.envelope.box, a.envelope.boot) for a in batch.aside if a.envelope}
    if not boots:
        return {}, Sorted(), Chained(())
    ledgers = lock_ledgers(db, boots, today)
    sorted_ = sort(batch.events, ledgers)
    clashes = _clashes(db, sorted_.repeats)
    sorted_ = Sorted(sorted_.fresh, sorted_.repeats, (*sorted_.aside, *clashes))
    neighbours = stored_neighbours(db, edges(sorted_.fresh, ledgers))
    return ledgers, sorted_, chain(sorted_.fresh, [*batch.aside, *sorted_.aside], ledgers, neighbours)


def _clashes(db: Db, repeats: tuple[Fresh, ...]) -> list[Aside]:
    """Repeats that are none: another event is stored under their number."""
    stored = stored_neighbours(db, [(f.event.box, f.event.boot, f.event.seq) for f in repeats])
    keyed = [(f, stored.get((f.event.box, f.event.boot, f.event.seq))) for f in repeats]
    return [clash(f) for f, there in keyed if there and there.sha256 != f.sha256]


def _match(
    fresh: tuple[Fresh, ...], marks: Marks, config: IncidentConfig, now: datetime
) -> tuple[list[NewRead], list[Sighting]]:
    reads, sightings = [], []
    for event in (f.event for f in fresh):
        if not isinstance(event.body, PlateRead):
            continue
        read, offset_ms = event.body, event.clock_offset_ms
        seen_at = room_time(read.captured_at, offset_ms, now)
        least = config.min_confidence
        found = match(read.vrm, read.confidence, marks, min_confidence=least, now=now, raw=read.raw)
        reads.append(
            NewRead(
                event_id=event.id,
                box=event.box,
                read=read,
                seen_at=seen_at,
                hit=found.kind if found else None,
                time_verified=time_verified(offset_ms),
            )
        )
        if found and found.kind == "hit":
            sightings.append(_sighting(event.id, read, seen_at, found))
    return reads, sightings


def _sighting(event_id: UUID, read: PlateRead, seen_at: datetime, found: Match) -> Sighting:
    return Sighting(event_id, read.vrm, fold(read.vrm), seen_at, read.lat, read.lon, found.entry)


def _put_incidents(db: Db, sightings: list[Sighting], version: int, config: IncidentConfig, now: datetime) -> Plan:
    if not sightings:
        return Plan()
    folds = sorted({s.fold for s in sightings})
    lock_marks(db, folds)
    planned = plan(sightings, known_incidents(db, folds), join_s=config.join_s, version=version)
    open_incidents(db, list(planned.opened), now)
    update_incidents(db, list(planned.updates))
    link_events(db, list(planned.links), now.date())
    return planned


def _put_scenes(db: Db, fresh: tuple[Fresh, ...], now: datetime) -> ScenePlan:
    """After the hits, as every lock of marks is taken before every lock of causes; a box before its causes."""
    ends, sights = ends_of(f.event for f in fresh), [sight for f in fresh if (sight := _sight(f.event, now))]
    boxes = sorted({sight.box for sight in sights} | {end.box for end in ends})
    if not boxes:
        return ScenePlan()
    lock_marks(db, [f"scenes:{box}" for box in boxes])
    put_ends(db, ends, now)
    planned = _put_sights(db, sights, now)
    return replace(planned, ended=tuple(end_unwatched(db, boxes)))


def _put_sights(db: Db, sights: list[Sight], now: datetime) -> ScenePlan:
    """Of boxes whose scenes are locked."""
    keys = sorted({sight.key for sight in sights})
    planned = plan_scenes(sights, known_incidents(db, keys))
    open_incidents(db, list(planned.opened), now)
    update_incidents(db, list(planned.updates))
    link_events(db, [(incident, sight.event_id) for incident, sight in planned.links], now.date())
    put_scenes(db, planned.links, now)
    end_incidents(db, planned.over)
    return planned


def _sight(event: Event, now: datetime) -> Sight | None:
    if not isinstance(event.body, ObjectIncident):
        return None
    seen_at = room_time(event.body.captured_at, event.clock_offset_ms, now)
    return Sight(event.id, event.box, event.boot, event.seq, event.body, seen_at, time_verified(event.clock_offset_ms))


def _put_orders(db: Db, batch: Batch, fresh: tuple[Fresh, ...]) -> list[UUID]:
    """The ids of the orders of which something new is known."""
    steps = [(a.order_id, a.state, a.at, a.reasons, a.edge) for a in batch.answers]
    for event in (f.event for f in fresh):
        if isinstance(event.body, OrderOutcome):
            steps.append((event.body.order_id, event.body.state, event.happened_at, event.body.reasons, event.box))
    steps.sort(key=lambda step: step[:2])
    new = (order for order, state, at, why, edge in steps if put_order_state(db, order, state, at, why, edge=edge))
    return list(dict.fromkeys(new))


def _notice(batch: Batch, reads: list[NewRead], planned: Plan, scenes: ScenePlan, orders: list[UUID]) -> Notice:
    return Notice(
        events=tuple(n.event_id for n in reads),
        opened=tuple(o.id for o in (*planned.opened, *scenes.opened)),
        incidents=(*(u.id for u in (*planned.updates, *scenes.updates)), *scenes.ended),
        orders=tuple(orders),
        boxes=tuple(health.edge for health in batch.health),
    )


def _put_health(db: Db, batch: Batch, now: datetime) -> tuple[str, ...]:
    """The boxes that nobody knew before. In one order, as every lock."""
    words = sorted(batch.health, key=lambda health: health.edge)
    return tuple(h.edge for h in words if put_health(db, h, min(now, room_time(h.at, h.clock_offset_ms, now))))


def _by_box(batch: Batch) -> dict[str, tuple[str, ...]]:
    """The pictures that count as stored."""
    found: dict[str, dict[str, None]] = {}
    named = [(p.box, p.sha256) for p in batch.pictures] + [a.picture for a in batch.aside if a.picture]
    for box, sha256 in named:
        found.setdefault(box, {})[sha256] = None
    return {box: tuple(hashes) for box, hashes in found.items()}
