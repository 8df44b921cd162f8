"""Mosquitto's access list, made from the topic table: `python -m ingest.acl > acl`. Nobody writes an ACL line by hand.

The user is the common name of the client's certificate: a box's own name (%u), or ROOM for the control room.
"""

import sys

from wire.topics import TOPICS, Topic

ROOM = "room"


def acl(topics: tuple[Topic, ...] = TOPICS) -> str:
    """A box sends and hears on its own topics only; the room hears every box and sends to every box (S3)."""
    lines = [f"# Made from wire/topics.py by {__spec__.name}; do not edit.", "", f"user {ROOM}"]
    lines += [f"topic {'read' if row.sender == 'edge' else 'write'} {row.filter()}" for row in topics]
    lines += ["", "# Every other user is a box."]
    lines += [f"pattern {'write' if row.sender == 'edge' else 'read'} {row.filter('%u')}" for row in topics]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(acl())
