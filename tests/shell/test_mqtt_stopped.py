"""A client that is stopped while it connects leaves no connection open."""

import time

from wire.mqtt import Mqtt


def test_who_is_stopped_as_it_connects_holds_no_connection(broker_port: int) -> None:
    for number in range(200):
        client = Mqtt("127.0.0.1", broker_port, f"stopped-{number}")
        client.start()
        time.sleep(number % 20 / 4000)
        client.stop()
        left = client._client.socket()
        assert left is None or left.fileno() == -1
