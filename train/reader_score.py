"""The reader on true boxes, without grammar: `airbeat train reader_score --data DIR...` reads a checkpoint and prints.

DIR holds pictures and a truth.csv (image, vrm, x, y, w, h). For a look while a run goes on; `airbeat bench vision`
measures what is shipped.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from edge.vision.line import strip
from edge.vision.rectify import square_on, text_lines
from train.frames import data_folder
from train.letters import CHARACTERS
from train.reader import CHECKPOINT
from train.reader_net import ReaderNet
from wire.process import guarded
from wire.vrm import fold

FOLDERS = ("uk_crops", "eu", "uk_two_line")


def read(net: ReaderNet, picture: NDArray[np.uint8], box: tuple[float, ...]) -> str:
    """Greedy CTC of the plate in `box` (x, y, w, h px)."""
    x, y, w, h = box
    corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)
    text = ""
    for row in text_lines(square_on(picture, corners, 0.06, 0.02)):
        with torch.no_grad():
            best = net(torch.from_numpy(strip(row))[None, None]).argmax(2)[0].tolist()
        text += "".join(CHARACTERS[b - 1] for a, b in zip([0, *best], best, strict=False) if b and b != a)
    return text


def score(net: ReaderNet, folder: Path) -> dict[str, object]:
    """Exact and tolerant (O = 0, I = 1) counts, and what was misread."""
    with (folder / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    reads = [
        (row["vrm"], read(net, _picture(folder / row["image"]), tuple(float(row[side]) for side in "xywh")))
        for row in rows
    ]
    tolerant = sum(fold(truth) == fold(text) for truth, text in reads)
    wrong = [f"{truth} {text}" for truth, text in reads if fold(truth) != fold(text)]
    exact = sum(truth == text for truth, text in reads)
    return {"exact": exact, "tolerant": tolerant, "n": len(rows), "wrong": wrong}


def _picture(path: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path)), np.uint8)


def main(argv: list[str] | None = None) -> int:
    """One line of JSON a folder."""
    parser = argparse.ArgumentParser(prog="airbeat train reader_score", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="*", default=[data_folder() / "plates" / name for name in FOLDERS])
    chosen = parser.parse_args(argv)
    return guarded(lambda: _run(chosen.data))


def _run(folders: list[Path]) -> int:
    torch.set_num_threads(1)
    state = torch.load(CHECKPOINT, weights_only=True)
    net = ReaderNet()
    net.load_state_dict(state["mean"])
    net.eval()
    for folder in folders:
        print(json.dumps({"folder": folder.name, "seen": state["seen"]} | score(net, folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
