"""A picture file in, its pixels out: 8-bit BGR whatever the file holds, upright, or one clear line why not."""

from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from wire.errors import UserError

Bgr = NDArray[np.uint8]

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM", b"II*\0", b"MM\0*", b"GIF8", b"\0\0\0\x0cjP  ")
_PNM = tuple(f"P{kind}".encode() for kind in range(1, 8))
_BOXED = (b"ftypavif", b"ftypheic", b"ftypmif1")
REMEDY = "Save it again as JPEG or PNG"
MOST_PIXELS = 200_000_000
"""600 MB as BGR; the largest cameras have 150 megapixels."""


def is_picture(head: bytes) -> bool:
    """From the first 16 bytes: pictures say what they are, whatever the file is called."""
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return webp or head.startswith(_MAGIC) or (head[:2] in _PNM and head[2:3].isspace()) or head[4:12] in _BOXED


def load_picture(path: Path) -> Bgr:
    """uint8 (h, w, 3), the first picture of several, turned as its EXIF says.

    Raises UserError for a file that is missing, cut off, too large, or no picture that OpenCV can read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=str(path), remedy="Check the path") from error
    if cut_off(data):
        raise UserError("the picture is cut off", where=str(path), remedy="Copy it again from its source")
    if broken_png(data):
        raise UserError("the picture is damaged", where=str(path), remedy="Copy it again from its source")
    if (count := pixels(data)) > MOST_PIXELS:
        what = f"{count / 1e6:.0f} megapixels are more than {MOST_PIXELS / 1e6:.0f}"
        raise UserError(what, where=str(path), remedy="Save it smaller, or in parts")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise UserError(f"cannot be decoded ({error.err})", where=str(path), remedy=REMEDY) from error
    if picture is None or picture.dtype not in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        raise UserError("not a picture that can be read", where=str(path), remedy=REMEDY)
    return eight_bit(picture)


def eight_bit(picture: NDArray[Any]) -> Bgr:
    """The upper eight of the bits that a deep picture uses: cameras put 10, 12 or 14 bits into files of 16."""
    if picture.dtype == np.uint8:
        return picture
    return np.asarray(picture >> max(0, int(picture.max()).bit_length() - 8), np.uint8)


def pixels(data: bytes) -> int:
    """Width times height as a PNG's or JPEG's head says; 0 for what says it elsewhere.

    A file of kilobytes can ask for gigabytes. PNG: ISO 15948, 11.2.1; JPEG: the frame header of ITU-T T.81, B.2.2.
    """
    if data.startswith(b"\x89PNG"):
        return int.from_bytes(data[16:20]) * int.from_bytes(data[20:24])
    if not data.startswith(b"\xff\xd8"):
        return 0
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte (B.1.1.2)
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(data[at + 5 : at + 7]) * int.from_bytes(data[at + 7 : at + 9])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0


def cut_off(data: bytes) -> bool:
    """Whether the end is missing: OpenCV 5 refuses such a picture too, but can't say why, and libpng adds a line.

    JPEG (ITU-T T.81, B.1): after the last start of scan there must be an end of image; a thumbnail has its own before.
    PNG (ISO 15948, 11.2.5) ends with IEND; RIFF says its length.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return data.find(b"\xff\xd9", data.rfind(b"\xff\xda")) < 0 or b"\xff\xda" not in data
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-64:] and b"IEND" not in data
    if data.startswith(b"RIFF"):
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    return False


def broken_png(data: bytes) -> bool:
    """Whether a PNG's checksum is wrong (ISO 15948, 5.3). OpenCV refuses it too, but libpng writes to stderr first."""
    at = 8 if data.startswith(b"\x89PNG") else len(data)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        if crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4]):
            return True
        if data[at + 4 : at + 8] == b"IEND":
            return False
        at = end + 4
    return False
