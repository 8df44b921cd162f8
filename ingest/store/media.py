"""Pictures by their SHA-256 (hex outside, bytes inside)."""

from collections.abc import Sequence
from datetime import date, datetime

from ingest.store.connect import Db
from wire.frozen import Frozen


class Picture(Frozen):
    """A JPEG that was checked against its name. Arrived from `box`."""

    sha256: str
    box: str
    jpeg: bytes


def put_media(db: Db, pictures: Sequence[Picture], stored_at: datetime, stored_on: date) -> None:
    """Keeps each picture once; part of the caller's transaction."""
    keyed = sorted((bytes.fromhex(p.sha256), p.box, p.jpeg) for p in pictures)
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO media (stored_on, stored_at, sha256, box, jpeg) SELECT %s, %s, %s, %s, %s"
            " WHERE NOT EXISTS (SELECT FROM media WHERE sha256 = %s) ON CONFLICT DO NOTHING",
            [(stored_on, stored_at, key, box, jpeg, key) for key, box, jpeg in keyed],
        )


def find_media(db: Db, sha256: str) -> bytes | None:
    """The JPEG, or None where it is not (or no longer) here. Audit before you show it (S5)."""
    row = db.execute("SELECT jpeg FROM media WHERE sha256 = %s LIMIT 1", (bytes.fromhex(sha256),)).fetchone()
    return bytes(row[0]) if row else None
