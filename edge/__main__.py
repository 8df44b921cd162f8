"""One box: the supervisor of its uplink, its cameras (one process each) and its flight side."""

import asyncio
import secrets
import sqlite3
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from edge import health
from edge.boot import CHANCE_BITS, next_boot
from edge.config import SiteConfig
from edge.flight.seen import make_site
from edge.flight.zones_file import read_zones_file
from edge.outbox import Outbox
from edge.report import VERSION
from wire.baseline import read_sealed
from wire.children import Child, Family, python
from wire.events import PROCESS_DIED, Fault, Started
from wire.mavlink_key import load_mavlink_key
from wire.process import on_stop, run_configured, setup_logging
from wire.signing import load_private, load_public

log = structlog.get_logger()


def children(site: SiteConfig, path: Path, boot: int) -> list[Child]:
    """Every process of the box. Cameras are apart from flight and from one another: what one meets harms no other."""
    common = (str(path), "--boot", str(boot))
    cameras = [Child(c.name, python("edge.vision", *common, "--camera", c.name)) for c in site.cameras]
    flight = [Child("flight", python("edge.flight", *common))] if site.flight else []
    return [Child("uplink", python("edge.uplink", *common)), *flight, *cameras]


def check(site: SiteConfig) -> str:
    """What the config describes, in one line. Raises UserError where a key, the baseline or the fence is wrong."""
    load_private(site.box.private_key)
    room_key = load_public(site.box.room_public_key)
    if site.flight:
        make_site(site, read_sealed(site.flight.baseline, room_key))
        if isinstance(site.flight.signing_key, Path):
            load_mavlink_key(site.flight.signing_key)
        if isinstance(site.flight.zones, Path):
            read_zones_file(site.flight.zones)
    aircraft = f", aircraft {site.flight.aircraft} ({site.flight.autopilot})" if site.flight else ""
    return f"box {site.box.name}: {len(site.cameras)} cameras{aircraft}; uplink {site.uplink.host}:{site.uplink.port}"


def check_all(site: SiteConfig) -> str:
    """As `check`, and that the network opens which cameras watch objects with; at run time the box goes on without."""
    words, watching = check(site), [c.name for c in site.cameras if c.scene or c.aerial]
    if not watching:
        return words
    from edge.vision.objects_load import load_objects

    load_objects(site.objects, site.box.data_dir / "models")
    return f"{words}; objects watched by {', '.join(watching)}"


async def supervise(site: SiteConfig, path: Path) -> int:
    """Until SIGTERM; exit status 2 where a child found its config wrong."""
    data_dir = site.box.data_dir
    boot = next_boot(data_dir, int(time.time()), secrets.randbits(CHANCE_BITS))
    health.forget(data_dir)
    outbox = Outbox(data_dir / "outbox.db", box=site.box.name, boot=boot)
    aircraft = site.flight.aircraft if site.flight else None
    _tell(outbox, Started(version=VERSION, cameras=tuple(c.name for c in site.cameras), aircraft=aircraft))
    family = Family(children(site, path, boot), on_death=partial(_tell_death, outbox))
    on_stop(family.stop)
    log.info("box_up", boot=boot)
    failed = await family.run()
    outbox.close()
    return 2 if failed else 0


def main(argv: list[str] | None = None) -> int:
    """airbeat edge SITE.toml [--check]"""
    return run_configured(argv, prog="airbeat edge", doc=__doc__, model=SiteConfig, check=check_all, serve=_serve)


def _serve(site: SiteConfig, path: Path) -> int:
    check(site)
    setup_logging(site.box.name)
    return asyncio.run(supervise(site, path))


def _tell_death(outbox: Outbox, child: str, status: int) -> None:
    _tell(outbox, Fault(part=child, what=PROCESS_DIED, detail=f"exit status {status}"))


def _tell(outbox: Outbox, body: Started | Fault) -> None:
    """A full disk must not stop the supervisor: then its words are in the log only."""
    try:
        outbox.put(body, datetime.now(UTC))
    except sqlite3.Error as error:
        log.warning("event_not_stored", event_kind=body.kind, why=str(error))


if __name__ == "__main__":
    sys.exit(main())
