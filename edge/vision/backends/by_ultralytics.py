"""ultralytics, for what only it can run: TensorRT engines (Jetson) and its own NCNN folders.

It loads .pt files too, but those are pickles, which run code while they load: a box refuses them (S7), and
`airbeat models export` turns them into ONNX where the box is set up.
"""

import os
from pathlib import Path
from threading import Lock

from edge.vision.objects import Bgr, Look, ObjectBox

LEAST = 0.1


def by_ultralytics(path: Path, side: int) -> Look:
    """`path`: an .engine file or an ..._ncnn_model folder, its hash checked before. Raises ImportError."""
    # A box dials nobody but its room: no packages installed, no weights fetched, no statistics sent
    os.environ |= {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}
    from ultralytics import YOLO

    model, turn = YOLO(str(path), task="detect"), Lock()

    def look(bgr: Bgr) -> list[ObjectBox]:
        with turn:  # its predictor keeps the picture it works on
            found = model.predict(bgr, imgsz=side, conf=LEAST, verbose=False)[0]
        rows = zip(found.boxes.xyxy.tolist(), found.boxes.cls.tolist(), found.boxes.conf.tolist(), strict=True)
        return [ObjectBox(found.names[int(place)], tuple(box), score) for box, place, score in rows]

    return look
