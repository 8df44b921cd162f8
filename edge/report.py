"""The box's own word: its health as a sum of its parts, and the signed head of its event chain (S4)."""

import shutil
from datetime import UTC, datetime
from importlib.metadata import version

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge import health
from edge.config import SiteConfig
from edge.outbox import Outbox
from wire.events import ChainHead
from wire.states import Health, PartHealth, PartState

VERSION = version("airbeat")


class Reporter:
    """Knows who the box is; asked by the uplink."""

    def __init__(self, site: SiteConfig, boot: int, key: Ed25519PrivateKey) -> None:
        self._site, self._boot, self._key = site, boot, key
        self._signed_seq = 0
        self._link: tuple[bool, datetime] = (False, datetime.now(UTC))

    def health(self, outbox: Outbox) -> Health:
        data_dir = self._site.box.data_dir
        events, media = outbox.counts()
        return Health(
            edge=self._site.box.name,
            at=datetime.now(UTC),
            online=True,
            version=VERSION,
            boot=self._boot,
            inventory=self._site.inventory(),
            parts=health.gather(data_dir),
            outbox_events=events,
            outbox_media=media,
            last_seq=outbox.head()[0],
            disk_free_mb=shutil.disk_usage(data_dir).free / 1e6,
            clock_offset_ms=health.read_clock_offset_ms(data_dir),
        )

    def report_uplink(self, connected: bool, bad_messages: int) -> None:
        if connected != self._link[0]:
            self._link = (connected, datetime.now(UTC))
        state = PartState.OK if connected else PartState.DEGRADED
        detail = "" if connected else f"no broker at {self._site.uplink.host}:{self._site.uplink.port}"
        part = PartHealth(state=state, detail=detail, since=self._link[1], figures={"bad_messages": bad_messages})
        health.report(self._site.box.data_dir, "uplink", part)

    def sign_head(self, outbox: Outbox) -> None:
        """Puts a ChainHead over everything so far, unless nothing came since the last one."""
        seq, sha256 = outbox.head()
        if seq <= self._signed_seq:
            return
        text = f"{self._site.box.name}:{self._boot}:{seq}:{sha256}"
        signature = self._key.sign(text.encode()).hex()
        event = outbox.put(ChainHead(head_seq=seq, head_sha256=sha256, signature=signature), datetime.now(UTC))
        self._signed_seq = event.seq
