"""`airbeat aircraft-key SITE.toml`: gives the site's MAVLink key to its aircraft (F19), waits until that signs with it.

The key goes over the link in clear: use a cable with nobody else on it. An autopilot takes it on the ground only.
"""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from edge.config import SiteConfig
from edge.flight.link import Link
from edge.flight.say import SaidOnBench, Say
from edge.flight.signing import Signing, stamp_of
from wire.config import read_config
from wire.errors import UserError
from wire.mavlink_key import load_mavlink_key
from wire.process import guarded

LIMIT_S, BEAT_S = 15.0, 0.5


def main(argv: list[str] | None = None) -> int:
    """airbeat aircraft-key SITE.toml [--link WHERE]"""
    parser = argparse.ArgumentParser(prog="airbeat aircraft-key", description=__doc__)
    parser.add_argument("site", type=Path, metavar="SITE.toml")
    parser.add_argument("--link", help="another than the site's, e.g. serial:/dev/ttyACM0:115200")
    args = parser.parse_args(argv)
    return guarded(lambda: _give(read_config(args.site, SiteConfig), args.link))


def _give(site: SiteConfig, where: str | None) -> int:
    flight = site.flight
    if flight is None or not isinstance(flight.signing_key, Path):
        raise UserError("the site has no MAVLink key", where="flight.signing_key", remedy="Name its file")
    address = where or flight.link
    asyncio.run(give(address, flight.system_id, load_mavlink_key(flight.signing_key)))
    print(f"{flight.aircraft} signs with {flight.signing_key}")
    return 0


async def give(address: str, system_id: int, key: bytes, limit_s: float = LIMIT_S) -> None:
    """Raises UserError where the aircraft is not heard at all, or not heard signing with `key` afterwards."""
    setup = Say(SaidOnBench.SETUP_SIGNING, (key, stamp_of(datetime.now(UTC))))
    if not await _hears(Link(address, system_id), lambda link: link.send(setup), limit_s):
        raise UserError("nothing is heard from the aircraft", where=address, remedy="Check cable and system id")
    if not await _hears(Link(address, system_id, signing=Signing(key, 0)), lambda _: None, limit_s):
        remedy = "Disarm it; one that has another key must be reset by a ground station that knows that key"
        raise UserError("the aircraft does not sign with the key", where=address, remedy=remedy)


async def _hears(link: Link, then: Callable[[Link], None], limit_s: float) -> bool:
    """Whether a message was heard in time; `then` is done three times after it, for a link that loses one."""
    heard = asyncio.Event()
    await link.start(lambda _: heard.set())
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not heard.is_set():
                    link.heartbeat()
                    await asyncio.sleep(BEAT_S)
        for _ in range(3 if heard.is_set() else 0):
            then(link)
            await asyncio.sleep(BEAT_S / 5)
    finally:
        await link.close()
    return heard.is_set()
