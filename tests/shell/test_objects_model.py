"""Object networks are opened as the config says or refused with what to do; the fetched one sees as it did before."""

import hashlib
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from pydantic import TypeAdapter, ValidationError

from edge.vision.backends.choice import Backend, open_network
from edge.vision.objects_card import Precision
from edge.vision.objects_centernet import centernet_look
from edge.vision.objects_config import CenterNetObjects, ObjectsConfig, YoloObjects
from edge.vision.objects_load import CENTERNET, fetched, load_objects, read_card
from edge.vision.weights import MODELS, named
from wire.errors import UserError

ROOT = Path(__file__).parent.parent.parent
WEIGHTS = ROOT / "var" / "models"
DATA = ROOT.parent / "shared" / "data"
needs_weights = pytest.mark.skipif(
    not (WEIGHTS / "centernet.onnx").exists(), reason="skipped: airbeat models fetch was not run"
)


def _installed(backend: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not find_spec(backend), reason=f"skipped: {backend} is not installed")


def _scene() -> NDArray[np.uint8]:
    """The picture of which `reference` below was taken."""
    y, x = np.mgrid[:512, :512]
    scene = np.stack([x % 256, y // 2, (x + y) // 5], axis=2).astype(np.uint8)
    scene[120:420, 220:300] = 20, 30, 90
    scene[60:120, 235:285] = 150, 170, 210
    scene[300:400, 20:180] = 200, 60, 40
    return scene


@needs_weights
def test_the_converted_network_computes_what_tensorflow_js_does() -> None:
    """Figures of @tensorflow/tfjs-core 4.22.0 with backend cpu, run on the package's own model.json and this scene."""
    picture = _scene()[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    network = open_network(fetched(CENTERNET, WEIGHTS), "onnxruntime", 1, WEIGHTS)
    heat, size = network(np.ascontiguousarray(picture))
    reference = json.loads((ROOT / "tests" / "shell" / "centernet_tfjs.json").read_text())
    assert list(heat.shape) == reference["heat_shape"]
    for place, row, column, value in reference["heat"]:
        assert heat[0, place, row, column] == pytest.approx(value, abs=1e-5)
    for place, row, column, value in reference["size"]:
        assert size[0, place, row, column] == pytest.approx(value, abs=1e-2)


@needs_weights
@pytest.mark.skipif(not (DATA / "aerial").exists(), reason="skipped: no ../shared/data")
def test_people_from_above_are_found() -> None:
    from bench.objects import measure

    score = measure(DATA / "aerial", CenterNetObjects(long_side=1024), WEIGHTS)
    assert score.recall >= 6 / 7
    assert score.false_per_image <= 1


@needs_weights
@pytest.mark.skipif(not (DATA / "video").exists(), reason="skipped: no ../shared/data")
def test_a_person_indoors_is_found_once_and_an_empty_room_is_empty() -> None:
    detector = load_objects(CenterNetObjects(), WEIGHTS)
    clip = cv2.VideoCapture(str(DATA / "video" / "one-by-one-person-detection.mp4"))
    for frame, expected in ((0, []), (300, ["person"]), (480, []), (1300, ["person"])):
        clip.set(cv2.CAP_PROP_POS_FRAMES, frame)
        assert [box.kind for box in detector(np.asarray(clip.read()[1], np.uint8))] == expected


@pytest.mark.parametrize("backend", [pytest.param(name, marks=_installed(name)) for name in ("openvino", "ncnn")])
@pytest.mark.parametrize("network", ["plate_detector", pytest.param(CENTERNET, marks=needs_weights)])
def test_every_runtime_that_is_installed_agrees(backend: Backend, network: str, tmp_path: Path) -> None:
    model = fetched(CENTERNET, WEIGHTS) if network == CENTERNET else named(MODELS, network)
    if backend == "ncnn":
        from edge.setup.to_ncnn import to_ncnn

        to_ncnn(model.path, tmp_path)
    picture = np.random.default_rng(3).uniform(0, 255, (1, 3, 192, 320)).astype(np.float32)
    ours = open_network(model, backend, 1, tmp_path)(picture)
    theirs = open_network(model, "onnxruntime", 1, tmp_path)(picture)
    assert [out.shape for out in ours] == [out.shape for out in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a - b).max() <= 5e-3 * np.abs(b).max()


@pytest.mark.parametrize("backend", ["openvino", "ncnn"])
def test_a_runtime_that_is_not_installed_says_what_to_install(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, backend, None)
    monkeypatch.delitem(__import__("sys").modules, f"edge.vision.backends.by_{backend}", raising=False)
    with pytest.raises(UserError, match=rf"{backend} is not installed.*airbeat\[{backend}\]"):
        open_network(named(MODELS, "plate_detector"), backend, 1, tmp_path)


def test_without_the_fetched_file_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"centernet\.onnx: no such model\. airbeat models fetch --into {tmp_path}"):
        load_objects(CenterNetObjects(), tmp_path)


def test_another_file_in_its_place_is_refused(tmp_path: Path) -> None:
    shutil.copy(MODELS / "plate_detector.onnx", tmp_path / "centernet.onnx")
    with pytest.raises(UserError, match=r"the model's SHA-256 is .*\. airbeat models fetch"):
        load_objects(CenterNetObjects(), tmp_path)


@needs_weights
def test_ncnn_files_of_another_version_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("ncnn", reason="skipped: ncnn is not installed")
    entry = {"onnx": "0" * 64, "param": "0" * 64, "bin": "0" * 64, "outputs": 2}
    (tmp_path / "centernet.ncnn.json").write_text(json.dumps(entry))
    with pytest.raises(UserError, match=r"made of another version of the model\. airbeat models ncnn"):
        open_network(fetched(CENTERNET, WEIGHTS), "ncnn", 1, tmp_path)


def _yolo_file(folder: Path) -> tuple[Path, str]:
    """A network of YOLO's shape for 320 px and 80 classes, which sees one car whatever it is shown."""
    out = np.zeros((1, 84, 5), np.float32)
    out[0, :4, 2], out[0, 4 + 2, 2] = (160, 80, 100, 40), 0.9
    none = numpy_helper.from_array(np.zeros((1, 1, 1), np.float32), "none")
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "none"], ["zero"]),
        helper.make_node("Add", ["zero", "boxes"], ["output0"]),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 320, 320])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 84, 5])
    graph = helper.make_graph(nodes, "yolo", [images], [output], [none, numpy_helper.from_array(out, "boxes")])
    path = folder / "yolo.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
    )
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_yolo_file_sees_in_the_pictures_own_pixels(tmp_path: Path) -> None:
    path, sha256 = _yolo_file(tmp_path)
    detector = load_objects(YoloObjects(kind="yolo", file=path, sha256=sha256, side=320), tmp_path)
    (car,) = detector(np.zeros((360, 640, 3), np.uint8))
    assert (car.kind, car.box) == ("car", (220, 120, 420, 200))


UNFIT = {
    r"the config says 000.*airbeat models hash": {"sha256": "0" * 64},
    r"does not run on a picture of 640 x 640 px.*Set side": {"side": 640},
    r"a YOLO of 2 classes has \[1, 6, n\].*Name the model's classes": {"classes": ("person", "car")},
}


@pytest.mark.parametrize("told", UNFIT)
def test_a_yolo_that_does_not_fit_its_section_is_told_at_start(told: str, tmp_path: Path) -> None:
    path, sha256 = _yolo_file(tmp_path)
    config = YoloObjects(kind="yolo", file=path, sha256=sha256, side=320).model_copy(update=UNFIT[told])
    with pytest.raises(UserError, match=told):
        load_objects(config, tmp_path)


@pytest.mark.parametrize(
    ("name", "backend", "told"),
    [
        ("yolo.pt", "ultralytics", r"runs code while it loads.*airbeat models export"),
        ("yolo.pt", "onnxruntime", r"runs code while it loads.*airbeat models export"),
        ("yolo.engine", "onnxruntime", "not for backend onnxruntime"),
        ("yolo.onnx", "ultralytics", "not for backend ultralytics"),
    ],
)
def test_files_that_a_box_does_not_run_are_refused(name: str, backend: str, told: str, tmp_path: Path) -> None:
    config = TypeAdapter(YoloObjects).validate_python(
        {"kind": "yolo", "file": tmp_path / name, "sha256": "0" * 64, "backend": backend}
    )
    with pytest.raises(UserError, match=told):
        load_objects(config, tmp_path)


def test_no_knife_alarms_by_the_shipped_card() -> None:
    card = read_card(CENTERNET)
    assert "knife" not in card
    assert set(card) <= {"person", "bicycle", "motorcycle", "car", "bus", "truck"}


@needs_weights
def test_what_may_alarm_is_on_the_card_and_never_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_objects(CenterNetObjects(sure=0.4), WEIGHTS).measured == {"person", "car"}
    assert load_objects(CenterNetObjects(sure=0.2), WEIGHTS).measured == frozenset()


def test_a_yolos_card_is_in_its_config(tmp_path: Path) -> None:
    path, sha256 = _yolo_file(tmp_path)
    counted = {"knife": Precision(right=95, judged=100, sure=0.5, on="our own frames of June")}
    config = YoloObjects(kind="yolo", file=path, sha256=sha256, side=320, sure=0.5, precision=counted)
    assert load_objects(config, tmp_path).measured == {"knife"}
    assert load_objects(config.model_copy(update={"precision": {}}), tmp_path).measured == frozenset()


@pytest.mark.parametrize(
    "section",
    [{"kind": "yolo"}, {"kind": "centernet", "backend": "cuda"}, {"kind": "centernet", "sure": 1.5}, {"kind": "ssd"}],
)
def test_a_section_that_makes_no_sense_is_refused(section: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ObjectsConfig).validate_python(section)


@needs_weights
@pytest.mark.parametrize("shape", [(1, 1), (2, 4000), (2000, 3), (5000, 10000)])
def test_pictures_of_odd_sizes_give_boxes_or_none_but_no_crash(shape: tuple[int, int]) -> None:
    look = centernet_look(open_network(fetched(CENTERNET, WEIGHTS), "onnxruntime", 1, WEIGHTS), 256)
    assert isinstance(look(np.zeros((*shape, 3), np.uint8)), list)
