"""The object detector that the config names, opened: a section of SITE.toml in, an `ObjectDetector` out."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from edge.vision.backends.choice import open_network
from edge.vision.objects import COCO_CLASSES, Look, ObjectDetector
from edge.vision.objects_card import Precision, measured
from edge.vision.objects_centernet import centernet_look
from edge.vision.objects_config import CenterNetObjects, ObjectsConfig, YoloObjects
from edge.vision.objects_yolo import yolo_look
from edge.vision.weights import MANIFEST, MODELS, Named, named
from wire.errors import UserError

FETCHED = MODELS / "fetched"
"""The manifest of what is not in the release but fetched at set-up; the files lie in the box's own folder."""
CENTERNET = "centernet"


def load_objects(config: ObjectsConfig, folder: Path) -> ObjectDetector:
    """`folder`: where `airbeat models` puts its files, <data_dir>/models.

    Raises UserError for a missing, wrong or refused file, and a runtime that is not installed.
    """
    match config:
        case CenterNetObjects():
            network = open_network(fetched(CENTERNET, folder), config.backend, config.threads, folder)
            look, card = centernet_look(network, config.long_side), read_card(CENTERNET)
        case YoloObjects():
            look, card = _yolo(config, folder), config.precision
    return ObjectDetector(look, sure=config.sure, measured=measured(card, config.sure))


def fetched(name: str, folder: Path) -> Named:
    """A network that set-up has fetched into `folder`, as the release's manifest pins it."""
    entry = named(FETCHED, name)
    return replace(entry, path=folder / entry.path.name, remedy=f"airbeat models fetch --into {folder}")


def read_card(name: str) -> dict[str, Precision]:
    """Kind -> what was counted of it. Raises UserError for a card that can't be read."""
    manifest = FETCHED / MANIFEST
    try:
        card = json.loads(manifest.read_text())[name]["precision"]
        return TypeAdapter(dict[str, Precision]).validate_python(card)
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        remedy = "restore the file from the release"
        raise UserError(f"no model card of {name} that can be read", where=str(manifest), remedy=remedy) from error


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their names, in order. Raises UserError where there is none."""
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    try:
        for file in files:
            digest.update(str(file.relative_to(path)).encode() if path.is_dir() else b"")
            digest.update(file.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read the model ({error.strerror})", where=str(path)) from error
    return digest.hexdigest()


def _yolo(config: YoloObjects, folder: Path) -> Look:
    _judge(config)
    found = fingerprint(config.file)
    if found != config.sha256:
        what = f"the model's SHA-256 is {found[:12]}..., the config says {config.sha256[:12]}..."
        remedy = f"If the file is the one you mean: airbeat models hash {config.file}"
        raise UserError(what, where=str(config.file), remedy=remedy)
    if config.backend == "ultralytics":
        return _tried(_by_ultralytics(config), config)
    model = Named(config.file, config.sha256, remedy="export the model again")
    network = open_network(model, config.backend, config.threads, folder)
    return _tried(yolo_look(network, config.side, config.classes or COCO_CLASSES), config)


def _tried(look: Look, config: YoloObjects) -> Look:
    """`look`, after one black picture: what doesn't fit is told at start and not by the first frame."""
    try:
        look(np.zeros((config.side, config.side, 3), np.uint8))
    except UserError:
        raise
    except Exception as error:  # the runtimes' errors have no base of their own
        reason = " ".join(str(error).split())[:160]
        what = f"does not run on a picture of {config.side} x {config.side} px ({reason})"
        raise UserError(what, where=str(config.file), remedy="Set side to what it was exported for") from error
    return look


def _judge(config: YoloObjects) -> None:
    """Which files a box runs at all."""
    suffix = config.file.suffix.lower()
    if suffix in (".pt", ".pth"):
        what = "a .pt file runs code while it loads; a box refuses it (S7)"
        raise UserError(what, where=str(config.file), remedy=f"airbeat models export {config.file}")
    native = suffix == ".engine" or config.file.is_dir()
    if native != (config.backend == "ultralytics"):
        remedy = "backend ultralytics runs .engine files and NCNN folders, the others .onnx files"
        raise UserError(f"not for backend {config.backend}", where=str(config.file), remedy=remedy)


def _by_ultralytics(config: YoloObjects) -> Look:
    try:
        from edge.vision.backends.by_ultralytics import by_ultralytics

        return by_ultralytics(config.file, config.side)
    except ImportError as error:
        remedy = "pip install ultralytics, or export the model to ONNX"
        raise UserError("ultralytics is not installed here", where="objects.backend", remedy=remedy) from error
