"""Everyone who talks with one simulated aircraft: each caller's channel and codec, and what all of them are told."""

from typing import Any

from sim.autopilot.channel import Channel
from sim.autopilot.copter import Copter
from sim.autopilot.streams import HEARTBEAT
from sim.beacons import Beacons
from sim.mavlink import Address, Codec, Kind, Peer, Signing, dialect
from sim.payload import Payload

MOST_PEERS = 8


class Callers:
    """`copter` is whoever answers now: a reboot puts another in its place.

    `signing`: with a key nothing unsigned is heard; SETUP_SIGNING changes it while disarmed.
    """

    def __init__(self, address: Address, system_id: int, copter: Copter, payload: Payload, beacons: Beacons) -> None:
        self.signing: Signing | None = None
        self.garbage = 0
        self._address, self._system_id, self._copter = address, system_id, copter
        self._payload, self._beacons = payload, beacons
        self._peers: dict[Peer, tuple[Channel, Codec]] = {}

    def serve(self, copter: Copter) -> None:
        """Rates and uploads begin anew with it; what was to be said still is. Whom we dial is met."""
        self._copter = copter
        for peer, (before, _) in list(self._peers.items()):
            self._meet(peer)
            self._peers[peer][0].queue.extend(before.queue)
        if not self._address.listens and not self._peers:
            self._meet((self._address.host, self._address.port))

    def receive(self, datagram: bytes, peer: Peer) -> bool:
        """Whether it asks for a reboot. Garbage is counted; a ninth peer is ignored."""
        if peer not in self._peers:
            if len(self._peers) >= MOST_PEERS or not self._address.listens:
                return False
            self._meet(peer)
        channel, codec = self._peers[peer]
        before = codec.garbage
        for message in codec.decode(datagram):
            channel.receive(message)
        self.garbage += codec.garbage - before
        if channel.key is not None:
            self._take_key(channel.key)
        return channel.reboot

    def forget(self, peer: Peer) -> None:
        """A TCP client has gone; its rates and unfinished uploads with it."""
        self._peers.pop(peer, None)

    def stream(self, number: int, hz: float) -> None:
        """Every caller is sent this message so often, whatever it asked for."""
        for channel, _ in self._peers.values():
            channel.set_rate(number, 1 / hz)

    def outgoing(self, now_s: float) -> list[tuple[bytes, Peer]]:
        """What is due to be sent, to whom."""
        news, due = self._news(), {peer: channel.due() for peer, (channel, _) in self._peers.items()}
        around = self._beacons.due(now_s) if self._peers else []
        if any(message.get_msgId() == HEARTBEAT for messages in due.values() for message in messages):
            # Right behind the autopilot's: a client that takes the first heartbeat for the aircraft is nearly right.
            around += self._payload.due(now_s)
        out: list[tuple[bytes, Peer]] = []
        for peer, (channel, codec) in self._peers.items():
            out += [(codec.encode(message), peer) for message in (*due[peer], *news)]
            out += [(codec.encode(message, component), peer) for component, message in (*channel.beside, *around)]
            channel.beside.clear()
        return out

    def _news(self) -> list[Any]:
        """What every peer is told: texts and the mission items reached. Kept until there is a peer."""
        if not self._peers:
            return []
        copter = self._copter
        news = [chunk for severity, text in copter.texts for chunk in _chunks(severity, text)]
        news += [dialect.MAVLink_mission_item_reached_message(seq) for seq in copter.reached]
        copter.texts.clear()
        copter.reached.clear()
        return news

    def _meet(self, peer: Peer) -> None:
        codec = Codec(self._system_id, stream=self._address.kind is Kind.TCPIN, signing=self.signing)
        self._peers[peer] = (Channel(self._copter, payload=self._payload), codec)

    def _take_key(self, key: bytes) -> None:
        """All zeros end the signing (mavlink.io, SETUP_SIGNING)."""
        self.signing = Signing(key) if any(key) else None
        for peer in list(self._peers):
            self._meet(peer)


def _chunks(severity: int, text: str) -> list[Any]:
    """STATUSTEXT carries 50 bytes; longer ones go in numbered chunks that share an id."""
    data = text.encode()
    if len(data) <= 50:
        return [dialect.MAVLink_statustext_message(severity, data)]
    mark = sum(data) % 65535 + 1
    parts = [data[start : start + 50] for start in range(0, len(data), 50)]
    return [dialect.MAVLink_statustext_message(severity, part, mark, number) for number, part in enumerate(parts)]
