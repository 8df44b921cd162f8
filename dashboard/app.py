"""The console's server: one table of every route and who may use it, and the application made from it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from dashboard import commands, feeds, hotlists, incidents, integrity, overview, personal, quality, signin
from dashboard.adviser import Adviser
from dashboard.desk import Desk
from dashboard.ear import Ear
from dashboard.gate import OPEN, Gate, Refused, Route
from dashboard.people import ANYONE, COMMANDERS, KEEPERS
from dashboard.static import SecurityHeaders, serve_console
from dashboard.tidings import Tidings
from ingest.store.connect import UNSTORABLE
from ingest.store.pool import Away

log = structlog.get_logger()

ROUTES = (
    Route("GET", "/healthz", overview.get_health, OPEN),
    Route("POST", "/api/session", signin.sign_in, OPEN),
    Route("GET", "/api/session", signin.get_session, ANYONE),
    Route("DELETE", "/api/session", signin.sign_out, ANYONE, status=204),
    Route("GET", "/api/map", overview.get_map, ANYONE),
    Route("GET", overview.PMTILES, overview.get_pmtiles, ANYONE),
    Route("GET", "/api/boxes", overview.get_boxes, ANYONE),
    Route("GET", "/api/incidents", incidents.list_all, ANYONE),
    Route("GET", "/api/incidents/{incident_id}", incidents.get_one, ANYONE),
    Route("POST", "/api/incidents/{incident_id}/acknowledge", incidents.acknowledge, COMMANDERS),
    Route("POST", "/api/incidents/{incident_id}/close", incidents.close, COMMANDERS),
    Route("POST", "/api/incidents/{incident_id}/hold", integrity.set_hold, KEEPERS),
    Route("GET", "/api/incidents/{incident_id}/candidates", incidents.candidates, ANYONE),
    Route("POST", "/api/orders", commands.post_order, COMMANDERS, status=201),
    Route("GET", "/api/orders/{order_id}", commands.get_order, ANYONE),
    Route("POST", "/api/aircraft/{edge}/{aircraft}/take", commands.take, COMMANDERS),
    Route("GET", "/api/media/{sha256}", personal.get_media, ANYONE),
    Route("GET", "/api/reads", personal.search, COMMANDERS),
    Route("GET", "/api/quality", quality.get_quality, ANYONE),
    Route("GET", "/api/rejected", quality.get_rejected, COMMANDERS),
    Route("GET", "/api/integrity", integrity.get_integrity, KEEPERS),
    Route("GET", "/api/hotlists", hotlists.list_all, ANYONE),
    Route("POST", "/api/hotlists", hotlists.import_csv, KEEPERS, max_body=32 * 1024 * 1024),
    Route("GET", "/api/live", feeds.live, ANYONE),
    Route("WS", "/api/video/{edge}/{camera}", feeds.video, ANYONE),
    Route("GET", "/{path:path}", serve_console, OPEN),
)
"""All there is; the gate refuses what is not here."""

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""S2: it answers on loopback only."""


def build_app(desk: Desk) -> FastAPI:
    """Starts the desk's ears with the server and stops them with it."""
    app = FastAPI(title="Airbeat", openapi_url=None, lifespan=_lifespan, redirect_slashes=False)
    app.state.desk = desk
    for row in ROUTES:
        if row.method == "WS":
            app.add_api_websocket_route(row.path, row.handler)
        else:
            app.add_api_route(row.path, row.handler, methods=[row.method], status_code=row.status)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Away, _away)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UNSTORABLE, _unstorable)
    app.add_middleware(Gate, table=ROUTES, find_person=partial(signin.find_person, desk), hosts=HOSTS)
    app.add_middleware(SecurityHeaders)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    desk.hub.start()
    tidings, ear, adviser = Tidings(desk), Ear(desk), Adviser(desk)
    tidings.start()
    ear.start()
    adviser.start()
    yield
    desk.stopping.set()
    await asyncio.gather(adviser.stop(), ear.stop(), tidings.stop())
    desk.database.close()


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error.response()


def _away(_request: Request, _error: Exception) -> Response:
    return Refused(503, "The database is away; try again in a moment").response()


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    rows = [f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in error.errors()]
    return Refused(400, "The request is not as it should be", rows).response()


def _unstorable(request: Request, error: Exception) -> Response:
    """A value that PostgreSQL can't hold, such as a text with the character NUL."""
    why = str(error).splitlines()[0]
    log.warning("request_unstorable", path=request.url.path, why=why)
    return Refused(400, "The request holds what can't be stored", [why]).response()
