"""H.264 packets of any container in, Annex B access units out that a browser can start at each key frame. Pure bytes.

ITU-T H.264: Annex B (start codes), 7.4.1 (NAL unit types: 7 = SPS, 8 = PPS). AVCC after ISO/IEC 14496-15, 5.3.3.1.
"""

START = b"\x00\x00\x00\x01"
SPS, PPS = 7, 8


def is_avcc(extradata: bytes) -> bool:
    """Whether packets carry lengths instead of start codes (MP4, Matroska)."""
    return len(extradata) >= 7 and extradata[0] == 1


def parameter_sets(extradata: bytes) -> bytes:
    """SPS and PPS in Annex B, whichever form `extradata` has; empty where it has none. Raises ValueError if cut off."""
    if not is_avcc(extradata):
        return extradata if nal_types(extradata) else b""
    out, place = b"", 5
    for mask in (0x1F, 0xFF):
        if place >= len(extradata):
            raise ValueError("AVCC extradata is cut off")
        count, place = extradata[place] & mask, place + 1
        for _ in range(count):
            size = int.from_bytes(extradata[place : place + 2], "big")
            unit = extradata[place + 2 : place + 2 + size]
            if len(unit) < size or not size:
                raise ValueError("AVCC extradata is cut off")
            out, place = out + START + unit, place + 2 + size
    return out


def from_avcc(packet: bytes, length_size: int) -> bytes:
    """Lengths replaced by start codes. Raises ValueError for a packet that its lengths don't fit."""
    out, place = [], 0
    while place < len(packet):
        size = int.from_bytes(packet[place : place + length_size], "big")
        unit = packet[place + length_size : place + length_size + size]
        if len(unit) < size or not size:
            raise ValueError("a packet whose NAL lengths don't fit")
        out.append(START + unit)
        place += length_size + size
    return b"".join(out)


def nal_types(data: bytes) -> set[int]:
    """The types of the NAL units in Annex B bytes."""
    types, place = set(), data.find(b"\x00\x00\x01")
    while 0 <= place < len(data) - 3:
        types.add(data[place + 3] & 0x1F)
        place = data.find(b"\x00\x00\x01", place + 3)
    return types


class AccessUnits:
    """Packets of one stream as Annex B, each key frame led by SPS and PPS."""

    def __init__(self, extradata: bytes) -> None:
        self._length_size = (extradata[4] & 3) + 1 if is_avcc(extradata) else 0
        self._parameters = parameter_sets(extradata)

    def __call__(self, packet: bytes, key: bool) -> bytes:
        """Raises ValueError for a damaged AVCC packet."""
        data = from_avcc(packet, self._length_size) if self._length_size else packet
        if key and self._parameters and not {SPS, PPS} <= nal_types(data[:400]):
            return self._parameters + data
        return data
