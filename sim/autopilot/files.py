"""MAVFTP as far as parameters need it (pure): @PARAM/param.pck is opened and read, all else gets its NAK at once.

Sources: mavlink.io, File Transfer Protocol; the packed form is ArduPilot's (AP_Filesystem_Param.cpp).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sim.autopilot.parameters import INT8, INT16, INT32, REAL, Parameters

ACK, NAK = 128, 129
TERMINATE, RESET, OPEN_RO, READ, BURST = 1, 2, 4, 5, 15
BAD_SIZE, BAD_SESSION, END_OF_FILE, UNKNOWN_COMMAND, NOT_FOUND = 3, 4, 6, 7, 10
HEAD, WHOLE = struct.Struct("<HBBBBBBI"), 251
MOST = WHOLE - HEAD.size
PACKED = "@PARAM/param.pck"
MAGIC = 0x671B
FORMS = {INT8: (1, "<b"), INT16: (2, "<h"), INT32: (3, "<i"), REAL: (4, "<f")}
"""MAV_PARAM_TYPE -> (AP_Param's type, how a value is packed)."""


@dataclass
class Files:
    """One client's open file; there is one session, 0."""

    opened: bytes | None = None

    def answer(self, asked: bytes, parameters: Parameters) -> Iterator[bytes]:
        """The payloads to send for one of FILE_TRANSFER_PROTOCOL's."""
        seq, session, opcode, size, _, _, _, offset = HEAD.unpack_from(asked)
        data = asked[HEAD.size : HEAD.size + size]

        def say(kind: int, payload: bytes, ahead: int = 1, *, last: bool = False, at: int = offset) -> bytes:
            head = HEAD.pack((seq + ahead) & 0xFFFF, session, kind, len(payload), opcode, last, 0, at)
            return (head + payload).ljust(WHOLE, b"\0")

        if opcode in (TERMINATE, RESET):
            self.opened = None
            yield say(ACK, b"")
        elif opcode == OPEN_RO:
            known = data.decode(errors="replace").rstrip("\0").partition("?")[0] == PACKED
            self.opened = pack(parameters) if known else self.opened
            yield say(ACK, struct.pack("<I", len(self.opened or b""))) if known else say(NAK, bytes([NOT_FOUND]))
        elif why := self._refusal(opcode, size, offset):
            yield say(NAK, bytes([why]))
        else:
            parts = self._parts(offset, size or MOST, 1 if opcode == READ else None)
            for ahead, (at, part, last) in enumerate(parts, 1):
                yield say(ACK, part, ahead, last=last and opcode == BURST, at=at)

    def _refusal(self, opcode: int, size: int, offset: int) -> int:
        """Why nothing can be read; 0 where it can."""
        if opcode not in (READ, BURST):
            return UNKNOWN_COMMAND
        if self.opened is None:
            return BAD_SESSION
        return BAD_SIZE if size > MOST else END_OF_FILE if offset >= len(self.opened) else 0

    def _parts(self, offset: int, size: int, most: int | None) -> Iterator[tuple[int, bytes, bool]]:
        whole = self.opened or b""
        starts = range(offset, len(whole), size)[:most]
        return ((at, whole[at : at + size], at == starts[-1]) for at in starts)


def pack(parameters: Parameters) -> bytes:
    """Each name without what it shares with the one before."""
    out, before = [struct.pack("<HHH", MAGIC, len(parameters.names), len(parameters.names))], ""
    for name in parameters.names:
        kind, form = FORMS[parameters.kind(name)]
        shared = min(_shared(before, name), len(name) - 1, 15)
        value = parameters[name] if form == "<f" else int(parameters[name])
        out.append(bytes([kind, shared | (len(name) - shared - 1) << 4]) + name[shared:].encode())
        out.append(struct.pack(form, value))
        before = name
    return b"".join(out)


def _shared(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
