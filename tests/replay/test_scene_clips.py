"""A rule over a zone on a real clip, with the real object network and a real outbox."""

import os
from pathlib import Path

import pytest

from edge.config import CameraConfig
from edge.outbox import Outbox
from edge.vision.clips import file_frames
from edge.vision.objects_config import CenterNetObjects
from edge.vision.post import Post
from edge.vision.source import parse_address
from edge.vision.watch import ObjectWatch
from wire.events import ObjectIncident, decode_event

DATA = Path(os.environ.get("AIRBEAT_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "video"
MODELS = Path(__file__).parents[2] / "var" / "models"
NETWORK = MODELS / "centernet.onnx"
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="no clips in ../shared/data/video"),
    pytest.mark.skipif(not NETWORK.is_file(), reason="no object network: airbeat models fetch"),
]


def tell(clip: str, tmp_path: Path, seconds: float, zone: dict[str, object], **times: float) -> list[ObjectIncident]:
    (tmp_path / "models").symlink_to(MODELS.resolve())
    scene = {"zones": [{"name": "whole", "polygon": WHOLE, **zone}], "times": times, "look_s": 0.3}
    camera = CameraConfig.model_validate(
        {"name": "cam", "url": clip, "role": "view", "lat": 52.2, "lon": 0.12, "scene": scene}
    )
    outbox = Outbox(tmp_path / "outbox.db", box="road-1", boot=1)
    watch = ObjectWatch(CenterNetObjects(), camera, tmp_path, Post(outbox, camera, tmp_path).tell)
    assert watch.hindrance == ""
    for frame in file_frames(parse_address(str(DATA / clip)), seconds):
        watch(frame)
    watch.finish()
    events = [decode_event(pending.line).body for pending in outbox.pending(100)]
    pictures = {sha256 for sha256, _ in outbox.pending_media(100)}
    outbox.close()
    found = [body for body in events if isinstance(body, ObjectIncident)]
    assert {body.overview_sha256 for body in found if body.state == "opened"} <= pictures
    return found


def test_a_person_where_none_may_walk_is_one_incident_with_its_end(tmp_path: Path) -> None:
    """Somebody enters after 6 s and leaves at 19 s; the next one has come for a second when the clip is cut."""
    told = tell("one-by-one-person-detection.mp4", tmp_path, 24, {"kind": "carriageway"}, person_s=2, over_s=2)
    assert [(event.state, event.rule, event.label, event.count) for event in told] == [
        ("opened", "person_on_carriageway", "person", 1),
        ("over", "person_on_carriageway", "person", 1),
    ]
    assert 8 < (told[1].captured_at - told[0].since_at).total_seconds() < 14
    assert told[0].reason == "a person on the carriageway whole for 2 s"
