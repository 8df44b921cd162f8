"""The two pictures that go with a read, as small as the uplink needs them: plate patch and overview, JPEG."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.detect import PlateBox

Bgr = NDArray[np.uint8]

PATCH_BYTES = 3_000
OVERVIEW_BYTES = 25_000
_PATCH_WIDTH = 240
_OVERVIEW_WIDTH = 640
_QUALITIES = (85, 72, 60, 48, 36, 24)


def plate_patch(bgr: Bgr, plate: PlateBox) -> bytes:
    """The plate as the camera saw it, with a little of its surroundings; at most 3,000 bytes. Of a box outside the
    picture, where detectors guess at its filled-up edge, the nearest pixels."""
    x1, y1, x2, y2 = plate.box
    pad = 0.2 * (y2 - y1)
    height, width = bgr.shape[:2]
    left, top = (min(max(0, int(low - pad)), size - 1) for low, size in ((x1, width), (y1, height)))
    right, bottom = max(left, int(x2 + pad)) + 1, max(top, int(y2 + pad)) + 1
    return jpeg_within(bgr[top:bottom, left:right], PATCH_BYTES, _PATCH_WIDTH)


def overview(bgr: Bgr) -> bytes:
    """The whole scene, 640 px wide; at most 25,000 bytes."""
    return jpeg_within(bgr, OVERVIEW_BYTES, _OVERVIEW_WIDTH)


def jpeg_within(bgr: Bgr, most_bytes: int, most_width: int) -> bytes:
    """The best quality that fits; a picture that fits at none is made smaller until it does."""
    height, width = bgr.shape[:2]
    scale = min(1.0, most_width / width)
    while True:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA) if scale < 1 else bgr
        for quality in _QUALITIES:
            jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(jpeg) <= most_bytes or size == (1, 1):
                return jpeg
        scale *= 0.75
