"""Clips and streams for the vision tests: a rendered plate drives through a grey street, encoded as cameras do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sim.plates import render_plate

Bgr = NDArray[np.uint8]
SIZE = 960, 540
FPS = 12


def street(seed: int = 1) -> Bgr:
    """An empty road with texture, so that a still scene is no flat field."""
    rng = np.random.default_rng(seed)
    rough = rng.normal(110, 25, (27, 48)).astype(np.float32)
    grey = cv2.resize(rough, SIZE, interpolation=cv2.INTER_CUBIC) + rng.normal(0, 3, (SIZE[1], SIZE[0]))
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def with_car(scene: Bgr, vrm: str, x: float, y: float, width: float, *, rear: bool = False) -> Bgr:
    """A dark car whose plate (`width` px) is centred on (x, y)."""
    picture = scene.copy()
    car = np.array([[x - 1.7 * width, y - 1.6 * width], [x + 1.7 * width, y + 0.5 * width]]).astype(int)
    cv2.rectangle(picture, car[0].tolist(), car[1].tolist(), (70, 50, 40), -1)
    plate = render_plate(vrm, rear=rear, px_per_mm=1.0)
    size = round(width), round(width * 111 / 520)
    small = cv2.resize(plate, size, interpolation=cv2.INTER_AREA)
    left, top = round(x - size[0] / 2), round(y - size[1] / 2)
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + size[0], SIZE[0]), min(top + size[1], SIZE[1])
    if x2 > x1 and y2 > y1:
        picture[y1:y2, x1:x2] = small[y1 - top : y2 - top, x1 - left : x2 - left]
    return picture


def drive(vrm: str, *, frames: int = 24, still: int = 8, seed: int = 1) -> Iterator[Bgr]:
    """The car comes towards the camera, from 70 to 200 px of plate; `still` frames of empty road around it."""
    scene = street(seed)
    for _ in range(still):
        yield scene
    for step in np.linspace(0, 1, frames):
        yield with_car(scene, vrm, 300 + 330 * step, 190 + 260 * step, 70 + 130 * step)
    for _ in range(still):
        yield scene


def encode(path: Path, pictures: Iterator[Bgr], *, form: str | None = None, fps: int = FPS) -> Path:
    """H.264 baseline with a key frame every second, in the container that the name (or `form`) says."""
    with av.open(str(path), "w", format=form) as out:
        stream = out.add_stream("libx264", rate=fps, options={"profile": "baseline", "preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.gop_size = fps
        stream.codec_context.time_base = Fraction(1, fps)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


@contextmanager
def tcp_server(data: bytes, *, bytes_s: float = 400_000, hang_after: int | None = None, port: int = 0) -> Iterator[int]:
    """Sends `data` over and over to each client at `bytes_s`; after `hang_after` bytes it says nothing more."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.1)
    stopping = threading.Event()
    threads = [threading.Thread(target=_accept, args=(listener, data, bytes_s, hang_after, stopping))]
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        threads[0].join()
        listener.close()


def _accept(
    listener: socket.socket, data: bytes, bytes_s: float, hang_after: int | None, stopping: threading.Event
) -> None:
    clients = []
    while not stopping.is_set():
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        clients.append(threading.Thread(target=_serve, args=(client, data, bytes_s, hang_after, stopping)))
        clients[-1].start()
    for thread in clients:
        thread.join()


def _serve(
    client: socket.socket, data: bytes, bytes_s: float, hang_after: int | None, stopping: threading.Event
) -> None:
    chunk, sent = 188 * 20, 0
    with client:
        client.settimeout(1)
        while not stopping.is_set():
            place = sent % len(data)
            if hang_after is None or sent < hang_after:
                try:
                    client.sendall(data[place : place + chunk])
                except OSError:
                    return
                sent += len(data[place : place + chunk])
            stopping.wait(chunk / bytes_s)
