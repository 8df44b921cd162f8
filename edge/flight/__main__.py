"""The flight side of one box: python -m edge.flight SITE.toml --boot N"""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import structlog

from edge.config import FlightConfig, SiteConfig
from edge.flight.disk import Disk
from edge.flight.dock import make_dock
from edge.flight.link import Link
from edge.flight.pilot import Pilot
from edge.flight.seen import make_site
from edge.flight.signing import Signing
from edge.flight.tlog import Recorder
from edge.flight.voice import Voice
from edge.flight.zones_file import zones_of
from edge.line import connect
from edge.outbox import Outbox
from wire.baseline import read_sealed
from wire.config import read_config
from wire.errors import UserError
from wire.mavlink_key import load_mavlink_key
from wire.process import guarded, on_stop, setup_logging
from wire.signing import load_public

log = structlog.get_logger()


def main(argv: list[str] | None = None) -> int:
    """Exit status 2 with one line where the config, a key or a port is wrong."""
    parser = argparse.ArgumentParser(prog="python -m edge.flight", description=__doc__)
    parser.add_argument("site", type=Path, metavar="SITE.toml")
    parser.add_argument("--boot", type=int, required=True, help="which boot of the box this is")
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.site, args.boot))


def _run(path: Path, boot: int) -> int:
    config = read_config(path, SiteConfig)
    setup_logging(f"{config.box.name}/flight")
    asyncio.run(fly(config, boot))
    return 0


async def fly(config: SiteConfig, boot: int) -> None:
    """Until SIGTERM. Raises UserError where the config or the machine does not allow it."""
    box, flight = config.box, config.flight
    if flight is None or config.dock is None:
        raise UserError("the site has no aircraft", remedy="Add [flight] and [dock]")
    room_key = load_public(box.room_public_key)
    site = make_site(config, read_sealed(flight.baseline, room_key))
    outbox = Outbox(box.data_dir / "outbox.db", box=box.name, boot=boot)
    disk, mqtt = Disk(box.data_dir / "flight"), connect(config.uplink, f"{box.name}-flight")
    voice = Voice(site.edge, site.aircraft, box.data_dir, outbox=outbox, disk=disk, mqtt=mqtt)
    link = make_link(flight, disk, box.data_dir / "tlog")
    pilot = Pilot(site, link, voice=voice, dock=make_dock(config.dock), disk=disk, zones=zones_of(site, flight.zones))
    flying = asyncio.create_task(pilot.run(mqtt, room_key, box.data_dir))

    def stop() -> None:
        flying.cancel()

    on_stop(stop)
    log.info("flight_up", aircraft=site.aircraft, link=flight.link)
    with suppress(asyncio.CancelledError):
        await flying
    outbox.close()
    log.info("flight_down", stage=str(pilot.stage))


def make_link(flight: FlightConfig, disk: Disk, folder: Path) -> Link:
    """Signed (F19) unless the site says otherwise, recorded into `folder`. Raises UserError where the key is wrong."""
    signing = None
    if isinstance(flight.signing_key, Path):
        signing = Signing(load_mavlink_key(flight.signing_key), disk.stamp())
    else:
        log.warning("mavlink_unsigned", why="flight.signing_key is none: F19 is not kept")
    recorder = Recorder(folder, flight.aircraft)
    return Link(flight.link, flight.system_id, signing=signing, recorder=recorder, observer=flight.observer)


if __name__ == "__main__":
    sys.exit(main())
