"""The embedded broker: iotcore (rumqttd) on loopback, in a process of its own: `python -m ingest.broker PORT`.

It keeps nothing on disk: what is on its way is safe because the boxes' outboxes wait for receipts (SAFETY.md D1).
Measured with iotcore 0.4.0 through wire/mqtt.py: MQTT 5, retained messages, wills, shared subscriptions that survive
the death of a member, and payloads of 2 MB work.
"""

import argparse
import logging
import tempfile
import time
from pathlib import Path

from wire.errors import UserError
from wire.ports import HOST, port_taken
from wire.process import guarded

MAX_PAYLOAD = 4 * 1024 * 1024
"""Bytes; an outbox's batch is 2 MB at most."""

CONFIG = """
id = 0
[router]
id = 0
max_connections = 10000
max_outgoing_packet_count = 200
max_segment_size = 1048576      # small segments: a filter's log keeps ten of them, and video passes through as well
max_segment_count = 10
[v5.1]
name = "airbeat"
listen = "{host}:{port}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 5000
max_payload_size = {max_payload}
max_inflight_count = 1000
dynamic_filters = true
"""


def check_port(port: int, patience_s: float = 2.0) -> None:
    """Raises UserError where the port stays taken for so long: a predecessor that was killed is still leaving."""
    deadline = time.monotonic() + patience_s
    while reason := port_taken(port):
        if time.monotonic() > deadline:
            remedy = "Stop what listens there or change broker.port"
            raise UserError(f"cannot listen ({reason})", where=f"{HOST}:{port}", remedy=remedy)
        time.sleep(0.05)


def serve(port: int) -> None:
    """Never returns: rumqttd has no door to leave by, so the process is ended by a signal."""
    from iotcore import IotCoreBroker

    logging.disable(logging.CRITICAL)  # its log costs 12 times the throughput
    with tempfile.TemporaryDirectory(prefix="airbeat-broker-") as folder:
        path = Path(folder) / "rumqttd.toml"
        path.write_text(CONFIG.format(host=HOST, port=port, max_payload=MAX_PAYLOAD))
        broker = IotCoreBroker(config_path=str(path))
    broker.run_forever()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.broker", description=serve.__doc__)
    parser.add_argument("port", type=int)
    args = parser.parse_args(argv)
    return guarded(lambda: _run(args.port))


def _run(port: int) -> int:
    check_port(port)
    serve(port)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
