"""The Mosquitto config that is shipped, with the ACL made from the topic table, over mutual TLS."""

import ipaddress
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import ingest
from ingest.acl import acl
from tests.support.ingest_box import Chain, Line
from tests.support.processes import Process, free_port, until
from tests.support.room_toml import write_room
from wire.mqtt import Mqtt, Tls
from wire.signing import load_public
from wire.topics import EVENT, RECEIPT, TOPICS, Topic

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto is not installed (apt install mosquitto)")
CONF = Path(ingest.__file__).parent / "mosquitto.conf"
SHA = "0" * 64


class Authority:
    """A certificate authority for one test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.now = datetime.now(UTC)
        own = self._builder(self.name, self.key).add_extension(x509.BasicConstraints(True, None), critical=True)
        (folder / "ca.crt").write_bytes(self._signed(own))

    def issue(self, common_name: str, file: str) -> Tls:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        cert, private = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        cert.write_bytes(self._signed(self._builder(subject, key).add_extension(address, critical=False)))
        pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        private.write_bytes(key.private_bytes(pem, pkcs8, plain))
        for path in (cert, private, self.folder / "ca.crt"):
            path.chmod(0o644)
        return Tls(self.folder / "ca.crt", cert, private)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(self.now - timedelta(hours=1))
        return builder.not_valid_after(self.now + timedelta(days=1))

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Deployed:
    """The shipped config in a folder of its own; only the port is the test's."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        (folder / "tls").mkdir()
        folder.chmod(0o755)
        self.authority = Authority(folder / "tls")
        self.authority.issue("broker", "broker")
        conf = CONF.read_text()
        assert conf.count("listener 8883\n") == 1
        (folder / "mosquitto.conf").write_text(conf.replace("listener 8883\n", f"listener {self.port} 127.0.0.1\n"))
        (folder / "acl").write_text(acl())
        (folder / "acl").chmod(0o644)
        self.process = subprocess.Popen([str(MOSQUITTO), "-c", "mosquitto.conf"], cwd=folder)

    def client(self, name: str) -> Mqtt:
        tls = self.authority.issue(name, f"client-{name}")
        mqtt = Mqtt("127.0.0.1", self.port, f"client-{name}", tls=tls)
        mqtt.start()
        return mqtt


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    with tempfile.TemporaryDirectory(prefix="airbeat-mosquitto-") as folder:
        broker = Deployed(Path(folder))
        yield broker
        broker.process.kill()
        broker.process.wait()


def test_events_pass_the_deployed_broker_and_come_back_as_receipts(
    deployed: Deployed, tmp_path: Path, database_url: str, database: "psycopg.Connection[Any]"
) -> None:
    room = deployed.authority.issue("room", "room")
    lines = f'kind = "external"\nhost = "127.0.0.1"\nport = {deployed.port}\n'
    lines += f'ca = "{room.ca}"\ncertificate = "{room.certificate}"\nkey = "{room.key}"'
    store = f'kind = "external"\nurl = "{database_url}"'
    path = write_room(tmp_path, deployed.port, store, broker=lines, workers=2)
    workers = [Process("ingest.consume", str(path), "--worker", str(n)) for n in range(2)]
    boxes = [Chain(f"road-{n}") for n in range(2)]
    for chain in boxes:
        chain.reads([f"XY{n % 90 + 10}ABC" for n in range(200)])
    key = load_public(tmp_path / "room.pub")
    senders = [
        Line(chain, deployed.port, key, tls=deployed.authority.issue(chain.box, chain.box)).start() for chain in boxes
    ]
    try:
        until(lambda: all(sender.done for sender in senders), "everything receipted")
    finally:
        for sender in senders:
            sender.stop()
        assert [worker.stop() for worker in workers] == [0, 0]
    assert database.execute("SELECT count(*), count(DISTINCT id) FROM events").fetchone() == (400, 400)


def test_a_box_may_use_its_own_topics_only(deployed: Deployed) -> None:
    """Each topic of the table, its own and another's, both ways; a marker behind them says when all have passed."""
    heard: dict[str, list[str]] = {"room": [], "road-1": []}
    clients = {name: deployed.client(name) for name in heard}
    for name, client in clients.items():
        client.subscribe("#", 1, lambda topic, _p, to=heard[name]: to.append(topic))
    until(lambda: all(client.connected for client in clients.values()), "both are connected")
    time.sleep(0.3)
    for row in TOPICS:
        for edge in ("road-1", "road-2"):
            clients["road-1"].publish(_topic(row, edge), b"from the box", 1)
            clients["room"].publish(_topic(row, edge), b"from the room", 1)
    last_up, last_down = _topic(EVENT, "road-1"), _topic(RECEIPT, "road-1")
    clients["road-1"].publish(last_up, b"marker", 1)
    clients["room"].publish(last_down, b"marker", 1)
    until(lambda: heard["room"].count(last_up) == 2 and heard["road-1"].count(last_down) == 2, "the markers")
    for client in clients.values():
        client.stop()
    assert set(heard["room"]) == {_topic(row, "road-1") for row in TOPICS if row.sender == "edge"}
    assert set(heard["road-1"]) == {_topic(row, "road-1") for row in TOPICS if row.sender == "room"}


def test_without_a_certificate_nobody_enters(deployed: Deployed) -> None:
    other = Path(tempfile.mkdtemp())
    stranger = Authority(other).issue("road-1", "stranger")
    tls = Tls(deployed.authority.folder / "ca.crt", stranger.certificate, stranger.key)
    bad, good = Mqtt("127.0.0.1", deployed.port, "bad", tls=tls), deployed.client("road-1")
    plain = Mqtt("127.0.0.1", deployed.port, "plain")
    bad.start()
    plain.start()
    until(lambda: good.connected, "the certified one is connected")
    time.sleep(1)
    assert not bad.connected
    assert not plain.connected
    for client in (bad, good, plain):
        client.stop()
    shutil.rmtree(other)


def _topic(row: Topic, edge: str) -> str:
    return row.path.format(edge=edge, sha256=SHA, camera="cam")
