"""What cameras told of a cause: the rows behind an incident that no plate opened, with their pictures and reasons."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from ingest.scenes import OVER, UNWATCHED, End, Sight
from ingest.store.connect import Db
from wire.frozen import Frozen


class SceneRow(Frozen):
    """`edge`: the box. `box`: x1, y1, x2, y2 px of a picture of the size `frame` (width, height)."""

    event_id: UUID
    edge: str
    camera: str
    state: str
    rule: str
    zone: str
    reason: str
    label: str
    count: int
    confidence: float
    since_at: datetime
    captured_at: datetime
    stored_at: datetime
    lat: float
    lon: float
    box: tuple[float, float, float, float]
    frame: tuple[int, int]
    overview: str | None
    time_verified: bool


_END = (
    "UPDATE incidents i SET tags = CASE WHEN %(tag)s = ANY(i.tags) THEN i.tags ELSE i.tags || %(tag)s::text END,"
    " closed_at = CASE WHEN i.state = 'open' THEN now() ELSE i.closed_at END,"
    " closed_by = CASE WHEN i.state = 'open' THEN 'the camera' ELSE i.closed_by END,"
    " close_reason = CASE WHEN i.state = 'open' OR i.closed_by = 'the camera' THEN %(reason)s ELSE i.close_reason END,"
    " state = CASE WHEN i.state = 'open' THEN 'closed' ELSE i.state END"
)
_COLUMNS = (
    "event_id, edge, camera, state, rule, zone, reason, label, count, confidence, since_at, captured_at, stored_at,"
    " lat, lon, box, frame, encode(overview, 'hex') AS overview, time_verified"
)


def put_scenes(db: Db, links: Sequence[tuple[UUID, Sight]], stored_at: datetime) -> None:
    """Part of the commit of their events."""
    query = (
        "INSERT INTO scenes (incident_id, event_id, edge, camera, state, rule, zone, reason, label, count, confidence,"
        " since_at, captured_at, stored_at, lat, lon, box, frame, overview, time_verified, boot, seq)"
        f" VALUES ({', '.join(['%s'] * 22)}) ON CONFLICT DO NOTHING"
    )
    with db.cursor() as cursor:
        cursor.executemany(query.encode(), [_values(incident, sight, stored_at) for incident, sight in links])


def end_incidents(db: Db, over: Sequence[tuple[UUID, str]]) -> None:
    """Closes what nobody has taken up; the rest is tagged and stays open."""
    with db.cursor() as cursor:
        cursor.executemany(
            _END.encode() + b" WHERE i.id = %(id)s",
            [{"id": incident, "reason": reason, "tag": OVER} for incident, reason in over],
        )


def put_ends(db: Db, ends: Sequence[End], stored_at: datetime) -> None:
    """Of each camera and box the last one stays. The caller holds the locks of these boxes."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO scene_ends AS e (box, camera, boot, seq, stored_at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (box, camera) DO UPDATE SET boot = excluded.boot, seq = excluded.seq,"
            " stored_at = excluded.stored_at WHERE (e.boot, e.seq) < (excluded.boot, excluded.seq)",
            [(end.box, end.camera, end.boot, end.seq, stored_at) for end in ends],
        )


def end_unwatched(db: Db, boxes: Sequence[str]) -> list[UUID]:
    """Ends, as `end_incidents`, what these boxes told before they had to begin anew; returns the incidents.

    A box with a new disk and a clock of 1970 counts its boots from below: what it saw after the end had come goes on.
    A clock that counts as verified may be a second fast, so what is told that soon after counts as from before.
    """
    query = _END + (
        " FROM scenes s JOIN scene_ends e ON e.box = s.edge AND e.camera IN ('', s.camera)"
        " WHERE i.id = s.incident_id AND s.edge = ANY(%(boxes)s) AND i.state <> 'closed' AND NOT %(tag)s = ANY(i.tags)"
        " AND (s.boot, s.seq) < (e.boot, e.seq)"
        " AND NOT (s.time_verified AND s.captured_at > e.stored_at + interval '1 s')"
        " RETURNING i.id"
    )
    rows = db.execute(query.encode(), {"boxes": list(boxes), "reason": UNWATCHED, "tag": OVER})
    return [incident for (incident,) in rows]


def incident_scenes(db: Db, incident_id: UUID) -> list[SceneRow]:
    """Newest first. Personal data: audit before you show it (S5)."""
    query = f"SELECT {_COLUMNS} FROM scenes WHERE incident_id = %s ORDER BY captured_at DESC, event_id DESC"
    return db.cursor(row_factory=class_row(SceneRow)).execute(query, (incident_id,)).fetchall()


def shows_picture(db: Db, incident_id: UUID, sha256: str) -> bool:
    """Whether a word of the incident names the picture."""
    query = "SELECT FROM scenes WHERE incident_id = %s AND overview = %s LIMIT 1"
    return db.execute(query, (incident_id, bytes.fromhex(sha256))).fetchone() is not None


def forget_scenes(db: Db, before: datetime) -> int:
    """Rows stored before that day, but for incidents that are open or on hold; returns how many went."""
    query = (
        "DELETE FROM scenes s USING incidents i WHERE i.id = s.incident_id AND s.stored_at < %s"
        " AND NOT i.hold AND i.state = 'closed'"
    )
    return db.execute(query, (before,)).rowcount


def _values(incident: UUID, sight: Sight, stored_at: datetime) -> tuple[object, ...]:
    b = sight.body
    overview = bytes.fromhex(b.overview_sha256) if b.overview_sha256 else None
    return (
        incident, sight.event_id, sight.box, b.camera, b.state, b.rule, b.zone, b.reason, b.label, b.count,
        b.confidence, b.since_at, b.captured_at, stored_at, b.lat, b.lon, list(b.box), list(b.frame), overview,
        sight.time_verified, sight.boot, sight.seq,
    )  # fmt: skip
