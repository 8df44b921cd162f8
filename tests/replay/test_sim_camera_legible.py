"""A reader that had no part in it reads the plates in the streams: PP-OCR on the true boxes of decoded frames."""

import io
from collections.abc import Iterator

import av
import cv2
import numpy as np
import pytest
from rapidocr import RapidOCR

from sim.h264 import TsEncoder
from sim.roadside import FPS, KBIT_S, passes
from sim.scene import Roadside
from sim.scene_sight import HEIGHT, WIDTH, View, plate_in, view
from sim.town import RoadsideCamera, demo_town
from sim.traffic import Traffic, Trip
from wire.vrm import fold

CONFIG = demo_town(11).model_copy(update={"duration_s": 45})
MARGIN_PX = 3


def streamed(roadside: Roadside, times: list[float]) -> list[np.ndarray]:
    """The frames as a receiver decodes them: BGR."""
    encoder = TsEncoder(WIDTH, HEIGHT, FPS, KBIT_S)
    data = b"".join(encoder.encode(roadside.picture(t, 1e9 + t), i / FPS) for i, t in enumerate(times))
    encoder.close()
    with av.open(io.BytesIO(data), format="mpegts") as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def crops(eye: View, roadside: Roadside, trip: Trip, since_s: float, until_s: float) -> Iterator[np.ndarray]:
    """Six of a pass, evenly spread."""
    times = [step / FPS for step in range(int(since_s * FPS) - 6, int(until_s * FPS) + 1)]
    frames = streamed(roadside, times)
    inside = [i for i, t in enumerate(times) if since_s <= t <= until_s and i < len(frames)]
    for i in inside[:: max(1, len(inside) // 6)][:6]:
        corners = plate_in(eye, trip.at(times[i]))
        (x0, y0), (x1, y1) = np.floor(corners.min(axis=0)) - MARGIN_PX, np.ceil(corners.max(axis=0)) + MARGIN_PX
        yield frames[i][int(max(y0, 0)) : int(y1), int(max(x0, 0)) : int(x1)]


@pytest.mark.parametrize("camera", CONFIG.cameras, ids=lambda camera: camera.sees)
def test_pp_ocr_reads_every_passing_plate_three_times(camera: RoadsideCamera) -> None:
    cv2.setNumThreads(1)
    read = RapidOCR(params={"Global.log_level": "error"})
    eye, traffic = view(camera.lat, camera.lon, camera.heading_deg, camera.sees), Traffic(CONFIG)
    roadside, exact = Roadside(eye, traffic, camera.name), {}
    for trip, since_s, until_s in passes(eye, traffic):
        texts = [
            read(crop, use_det=False, use_cls=False, use_rec=True).txts[0]
            for crop in crops(eye, roadside, trip, since_s, until_s)
        ]
        exact[trip.vrm] = sum(fold(text) == fold(trip.vrm) for text in texts)
    share = sum(count >= 3 for count in exact.values()) / len(exact)
    assert len(exact) >= 8
    assert share >= 0.97, exact
