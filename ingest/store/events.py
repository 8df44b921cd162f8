"""Events as they came, and the ledgers that say which numbers of a boot are stored. Writers only; see commit.py."""

from datetime import date, datetime, timedelta

from ingest.accept import Aside, Boot, Fresh, Ledger, Neighbour
from ingest.heads import Head
from ingest.store.connect import Db
from wire.events import GENESIS, FlightEvent


def lock_ledgers(db: Db, boots: set[Boot], today: date) -> dict[Boot, Ledger]:
    """The ledgers of these boots, ours alone until the transaction ends; taken in one order: no two wait in a ring."""
    keys = sorted(boots)
    columns = [box for box, _ in keys], [boot for _, boot in keys]
    db.execute(
        "INSERT INTO boots (box, boot, first_on) SELECT box, boot, %s"
        " FROM unnest(%s::text[], %s::bigint[]) AS k (box, boot) ON CONFLICT DO NOTHING",
        (today - timedelta(days=1), *columns),  # another worker's day may still be yesterday
    )
    rows = db.execute(
        "SELECT box, boot, seen, head_seq, encode(head_sha256, 'hex'), breaks FROM boots"
        " JOIN unnest(%s::text[], %s::bigint[]) AS k (box, boot) USING (box, boot)"
        " ORDER BY box, boot FOR UPDATE OF boots",
        columns,
    ).fetchall()
    return {
        (box, boot): Ledger(tuple(seen[::2]), tuple(seen[1::2]), head_seq, head or GENESIS, breaks)
        for box, boot, seen, head_seq, head, breaks in rows
    }


def save_ledgers(db: Db, ledgers: dict[Boot, Ledger]) -> None:
    with db.cursor() as cursor:
        cursor.executemany(
            "UPDATE boots SET seen = %s, head_seq = %s, head_sha256 = %s, breaks = %s WHERE box = %s AND boot = %s",
            [
                (
                    [n for pair in zip(ledger.firsts, ledger.lasts, strict=True) for n in pair],
                    ledger.head_seq,
                    bytes.fromhex(ledger.head_sha256),
                    ledger.breaks,
                    box,
                    boot,
                )
                for (box, boot), ledger in ledgers.items()
            ],
        )


def copy_events(db: Db, fresh: tuple[Fresh, ...], stored_at: datetime, stored_on: date) -> None:
    """Straight into the day's partition: the ledger has told new from known, and the primary key stands behind it."""
    columns = (
        "stored_on, stored_at, box, boot, seq, id, kind, happened_at, clock_offset_ms, incident_id, chain, sha256, line"
    )
    with db.cursor().copy(f"COPY events ({columns}) FROM STDIN") as copy:
        for f in fresh:
            e = f.event
            incident_id = e.body.incident_id if isinstance(e.body, FlightEvent) else None
            copy.write_row(
                (stored_on, stored_at, e.box, e.boot, e.seq, e.id, e.body.kind, e.happened_at, e.clock_offset_ms,
                 incident_id, f.chain, bytes.fromhex(f.sha256), f.line.decode())
            )  # fmt: skip


def stored_neighbours(db: Db, keys: list[tuple[str, int, int]]) -> dict[tuple[str, int, int], Neighbour]:
    """The hashes of stored events; those that retention took or shelved are missing."""
    if not keys:
        return {}
    rows = db.execute(
        "SELECT e.box, e.boot, e.seq, encode(e.sha256, 'hex'), e.line->>'prev_sha256'"
        " FROM unnest(%(box)s::text[], %(boot)s::bigint[], %(seq)s::bigint[]) AS k (box, boot, seq)"
        " JOIN events e USING (box, boot, seq)"
        # A scalar subquery, so that only the partitions since these boots began are opened.
        " WHERE e.stored_on >= (SELECT min(first_on) FROM boots b"
        " JOIN unnest(%(box)s::text[], %(boot)s::bigint[]) AS k (box, boot) USING (box, boot))",
        {"box": [k[0] for k in keys], "boot": [k[1] for k in keys], "seq": [k[2] for k in keys]},
    ).fetchall()
    return {(box, boot, seq): Neighbour(sha256, prev) for box, boot, seq, sha256, prev in rows}


def flag_late(db: Db, late: tuple[tuple[tuple[str, int, int], bool], ...]) -> None:
    """Completes the chain flags of stored events whose predecessor is now here."""
    with db.cursor() as cursor:
        cursor.executemany(
            "UPDATE events SET chain = %s WHERE box = %s AND boot = %s AND seq = %s",
            [(fits, *key) for key, fits in late],
        )


def put_heads(db: Db, heads: list[Head], stored_at: datetime) -> None:
    """One a boot and number; of two the first stays, and a different second shows as a false head of its own event."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chain_heads (box, boot, seq, sha256, signed, stored_at) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(h.box, h.boot, h.seq, bytes.fromhex(h.sha256), h.signed, stored_at) for h in heads],
        )


def false_heads(db: Db) -> list[Head]:
    """Heads that are not by their box's key, or that do not fit the event that is stored under their number."""
    rows = db.execute(
        "SELECT h.box, h.boot, h.seq, encode(h.sha256, 'hex'), h.signed FROM chain_heads h"
        " LEFT JOIN events e USING (box, boot, seq) WHERE h.signed IS false OR e.sha256 <> h.sha256 ORDER BY 1, 2, 3"
    )
    return [Head(*row) for row in rows]


def put_aside(db: Db, aside: list[Aside]) -> None:
    """Keeps each payload once and counts its repeats."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO put_aside AS p (sha256, topic, reason, payload, box, boot, seq)"
            " VALUES (sha256(%(payload)s), %(topic)s, %(reason)s, %(payload)s, %(box)s, %(boot)s, %(seq)s)"
            " ON CONFLICT (sha256) DO UPDATE SET times = p.times + 1, last_at = now()",
            [
                {
                    "payload": a.payload,
                    "topic": a.topic[:200].replace("\0", "?"),
                    "reason": a.reason,
                    "box": a.envelope.box if a.envelope else None,
                    "boot": a.envelope.boot if a.envelope else None,
                    "seq": a.envelope.seq if a.envelope else None,
                }
                for a in sorted(aside, key=lambda a: a.payload)
            ],
        )


def trim_aside(db: Db, keep: int) -> int:
    """Of what nobody can read, the newest `keep` stay; what counts as stored always does. Returns how many went."""
    oldest = "SELECT sha256 FROM put_aside WHERE seq IS NULL ORDER BY last_at DESC OFFSET %s"
    return db.execute(f"DELETE FROM put_aside WHERE sha256 IN ({oldest})".encode(), (keep,)).rowcount
