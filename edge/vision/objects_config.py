"""The [objects] section of SITE.toml: which network finds people and vehicles, and what runs it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from edge.vision.backends.choice import Backend
from edge.vision.objects_card import Precision
from wire.config import Section

Share = Annotated[float, Field(gt=0, lt=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CenterNetObjects(Section):
    """The default network, as `airbeat models fetch` puts it into <data_dir>/models; its card is docs/models.md."""

    kind: Literal["centernet"] = "centernet"
    backend: Backend = "onnxruntime"
    long_side: int = Field(default=512, ge=64, le=2048)
    """px at which the picture's longer side is seen: more finds smaller objects and costs by its square."""
    sure: Share = 0.4
    threads: int = Field(default=1, ge=1, le=64)


class YoloObjects(Section):
    """Any detector of ultralytics: exported to ONNX or, with backend ultralytics, a TensorRT engine or an NCNN folder.

    `sha256` of the file as `airbeat models hash FILE` prints it (S7). `classes`: the names that the model gives, in its
    order; those that are no kind of ours are not told. `precision`: its card; kinds without one raise no alarm.
    """

    kind: Literal["yolo"]
    file: Path
    sha256: Sha256
    backend: Backend | Literal["ultralytics"] = "onnxruntime"
    side: int = Field(default=640, ge=64, le=2048, multiple_of=32)
    classes: tuple[str, ...] = ()
    """Left out: COCO's 80."""
    sure: Share = 0.4
    threads: int = Field(default=1, ge=1, le=64)
    precision: dict[str, Precision] = {}


ObjectsConfig = Annotated[CenterNetObjects | YoloObjects, Field(discriminator="kind")]
