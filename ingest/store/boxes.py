"""The boxes that ever spoke: what they have and how they are."""

from datetime import datetime

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ingest.store.connect import Db
from wire.frozen import Frozen
from wire.states import Health, Inventory


class BoxRow(Frozen):
    edge: str
    online: bool
    seen_at: datetime
    inventory: Inventory | None
    health: Health | None


_SELECT = "SELECT edge, online, seen_at, inventory, health FROM boxes"


def put_health(db: Db, health: Health, seen_at: datetime) -> bool:
    """Keeps the newest word of a box; the broker's word that it is offline keeps what the box said of itself before.

    `seen_at` by the room's clock. True where the box was unknown until now.
    """
    inventory = Jsonb(health.inventory.model_dump(mode="json")) if health.inventory else None
    said = Jsonb(health.model_dump(mode="json", exclude={"inventory"})) if health.online else None
    row = db.execute(
        "INSERT INTO boxes (edge, online, seen_at, inventory, health) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (edge) DO UPDATE SET online = excluded.online,"
        " seen_at = CASE WHEN excluded.online THEN excluded.seen_at ELSE boxes.seen_at END,"
        " inventory = coalesce(excluded.inventory, boxes.inventory), health = coalesce(excluded.health, boxes.health)"
        " RETURNING xmax = 0",
        (health.edge, health.online, seen_at, inventory, said),
    ).fetchone()
    return bool(row and row[0])


def list_boxes(db: Db) -> list[BoxRow]:
    return db.cursor(row_factory=class_row(BoxRow)).execute(f"{_SELECT} ORDER BY edge").fetchall()


def find_box(db: Db, edge: str) -> BoxRow | None:
    return db.cursor(row_factory=class_row(BoxRow)).execute(f"{_SELECT} WHERE edge = %s", (edge,)).fetchone()
