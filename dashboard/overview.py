"""What the console needs to draw its map: GET /api/map, /api/map.pmtiles and /api/boxes; and GET /healthz."""

import json
from datetime import UTC, datetime
from typing import Any

from fastapi import Response
from fastapi.responses import FileResponse, JSONResponse

from dashboard.desk import AtDesk
from dashboard.fleet import HEALTH_SILENT_S
from dashboard.gate import Refused
from ingest.store import boxes
from ingest.store.boxes import BoxRow
from wire.frozen import Frozen

PMTILES = "/api/map.pmtiles"


class MapView(Frozen):
    lat: float
    lon: float
    zoom: float
    streets: dict[str, Any] | None
    """GeoJSON."""
    pmtiles: str | None


def get_map(desk: AtDesk) -> MapView:
    """Read at each call, a few a shift, so that a new street file needs no restart."""
    config = desk.room.map
    streets = None
    if config.streets:
        try:
            streets = json.loads(config.streets.read_bytes())
        except (OSError, ValueError) as error:
            raise Refused(503, "The street map can't be read", [f"{config.streets}: {error}"]) from error
    return MapView(
        lat=config.lat, lon=config.lon, zoom=config.zoom, streets=streets, pmtiles=PMTILES if config.pmtiles else None
    )


def get_pmtiles(desk: AtDesk) -> FileResponse:
    """The operator's own base map; the browser asks for ranges of it."""
    path = desk.room.map.pmtiles
    if path is None or not path.is_file():
        raise Refused(404, "There is no .pmtiles file", ["Name one in the room's config: map.pmtiles"])
    return FileResponse(path, media_type="application/octet-stream")


def get_boxes(desk: AtDesk) -> list[BoxRow]:
    """A box that has been silent for three beats is offline, whatever it said last."""
    now = datetime.now(UTC)
    with desk.database.transaction() as db:
        rows = boxes.list_boxes(db)
    return [
        row.model_copy(update={"online": row.online and (now - row.seen_at).total_seconds() <= HEALTH_SILENT_S})
        for row in rows
    ]


def get_health(desk: AtDesk) -> Response:
    """200 when all is well, else 503 with the part that is away; open, so it says no more than that."""
    parts = {"database": "ok" if desk.database.ping() else "away", "broker": "ok" if desk.mqtt.connected else "away"}
    well = all(state == "ok" for state in parts.values())
    return JSONResponse({"status": "ok" if well else "degraded", "parts": parts}, 200 if well else 503)
