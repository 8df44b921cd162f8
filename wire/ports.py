"""Whether a TCP port on loopback can be had; asked before a process starts, so that the answer is one line."""

import socket

HOST = "127.0.0.1"


def port_taken(port: int) -> str:
    """Why one cannot listen there; empty where one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""
