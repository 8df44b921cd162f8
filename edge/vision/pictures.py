"""A picture file in, its pixels out: 8-bit BGR whatever the file holds, upright, or one clear line why not."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from wire.errors import UserError

Bgr = NDArray[np.uint8]

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM", b"II*\0", b"MM\0*", b"GIF8", b"\0\0\0\x0cjP  ")
_PNM = tuple(f"P{kind}".encode() for kind in range(1, 8))
_BOXED = (b"ftypavif", b"ftypheic", b"ftypmif1")
REMEDY = "Save it again as JPEG or PNG"


def is_picture(head: bytes) -> bool:
    """From the first 16 bytes: pictures say what they are, whatever the file is called."""
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return webp or head.startswith(_MAGIC) or (head[:2] in _PNM and head[2:3].isspace()) or head[4:12] in _BOXED


def load_picture(path: Path) -> Bgr:
    """uint8 (h, w, 3). Raises UserError for a file that is missing, cut off, or no picture that OpenCV can read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read ({error.strerror})", where=str(path), remedy="Check the path") from error
    if cut_off(data):
        raise UserError("the picture is cut off", where=str(path), remedy="Copy it again from its source")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise UserError(f"cannot be decoded ({error.err})", where=str(path), remedy=REMEDY) from error
    if picture is None:
        raise UserError("not a picture that can be read", where=str(path), remedy=REMEDY)
    return np.asarray(picture, np.uint8)


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
