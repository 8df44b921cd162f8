"""The door to the site's file of zones: read when it changes, so that a zone closed today is known in flight."""

from pathlib import Path
from typing import Literal

import structlog

from edge.flight.geometry import Place
from edge.flight.seen import Site
from edge.flight.zones import NO_ZONES, Zone, Zones, around
from edge.flight.zones_read import read_zones
from wire.errors import UserError

log = structlog.get_logger()
FAR_M = 1000.0
"""Past the longest range: braking, wind and a fence that reaches farther."""


class ZonesFile:
    """`path` "none": nobody publishes zones for the site. `reach_m` from the `dock`: farther zones are left out."""

    def __init__(self, path: Literal["none"] | Path, dock: Place, reach_m: float) -> None:
        self._path, self._dock, self._reach_m = path, dock, reach_m
        self._stamp: tuple[int, int, int] | None = None
        self.zones = Zones(fault="not read yet") if isinstance(path, Path) else NO_ZONES

    def look(self) -> Zones:
        """What holds now. A file that is gone or can't be read leaves the zones known before, with the fault."""
        if not isinstance(self._path, Path):
            return self.zones
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp != self._stamp:
                known = around(read_zones_file(self._path), self._dock, self._reach_m)
                self._stamp, self.zones = stamp, Zones(known)
                log.info("zones_read", zones=len(known), file=str(self._path))
        except OSError as error:
            self._fail(f"{self._path}: cannot read the zones ({error.strerror})")
        except UserError as error:
            self._fail(str(error))
        return self.zones

    def _fail(self, fault: str) -> None:
        self._stamp = None
        if self.zones.fault != fault:
            log.warning("zones_unreadable", why=fault)
        self.zones = Zones(self.zones.known, fault)


def read_zones_file(path: Path) -> tuple[Zone, ...]:
    """Raises UserError with the file and what is wrong in it."""
    try:
        return read_zones(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read the zones ({error.strerror})", where=str(path)) from error
    except UserError as error:
        raise UserError(str(error), where=str(path)) from error


def zones_of(site: Site, path: Literal["none"] | Path) -> ZonesFile:
    """For as far as the site's aircraft comes."""
    limits = site.limits
    return ZonesFile(path, site.dock, limits.max_range_m + limits.top_speed_mps * limits.order_latency_s + FAR_M)
