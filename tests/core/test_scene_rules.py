"""Rules over zones and time, on the simulator's truth: one incident a cause, with its reason, closed when over."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from uuid import UUID

import pytest

from edge.vision.object_track import ObjectTracks
from edge.vision.objects import KINDS, ObjectBox
from edge.vision.scene_causes import MOST_JOIN_S, Causes, Told
from edge.vision.scene_config import SceneTimes
from edge.vision.scene_rules import Scene, findings, silent_rules
from edge.vision.zones import Zone
from sim.walkers import LEFT_LANE, OVERVIEW, RIGHT_LANE, STORIES, truth_boxes, zone

FRAME = (OVERVIEW.width, OVERVIEW.height)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALL = frozenset(KINDS)
FPS = 5


def lane(name: str, x: tuple[float, float], direction: tuple[float, float]) -> Zone:
    corners = zone([(x[0], 9), (x[0], 85), (x[1], 85), (x[1], 9)])
    return Zone(name=name, kind="carriageway", polygon=corners, direction=direction)


ZONES = (
    lane("away", LEFT_LANE, (-0.2, -1)),
    lane("towards", RIGHT_LANE, (0.2, 1)),
    Zone(name="pavement", kind="footway", crowd_from=6, polygon=zone([(-4, 10), (-4, 60), (0.3, 60), (0.3, 10)])),
)
TIMES = SceneTimes(stopped_s=20, crowd_s=5)


def seen(story: str, t: float, rng: random.Random | None) -> list[ObjectBox]:
    """The truth at `t`; with `rng` as a detector sees it: it trembles by 2 % and misses one box in ten."""
    boxes = [ObjectBox(kind, box, 0.9) for kind, box in truth_boxes(STORIES[story], t)]
    if rng is None:
        return boxes
    return [ObjectBox(b.kind, tremble(b.box, rng), 0.8) for b in boxes if rng.random() > 0.1]


def tremble(box: tuple[float, float, float, float], rng: random.Random) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (
        edge + rng.gauss(0, 0.02) * size for edge, size in zip(box, (box[2] - box[0], box[3] - box[1]) * 2, strict=True)
    )
    return x1, y1, x2, y2


def play(story: str, seconds: float, measured: frozenset[str] = ALL, seed: int | None = None) -> list[Told]:
    return list(watch(story, seconds, measured, None if seed is None else random.Random(seed)))


def watch(story: str, seconds: float, measured: frozenset[str], rng: random.Random | None) -> Iterator[Told]:
    numbers = count(1)
    tracks, causes = ObjectTracks(), Causes(TIMES, lambda: UUID(int=next(numbers)))
    for step in range(int(seconds * FPS)):
        t = step / FPS
        shown = tracks.update(seen(story, t, rng), t)
        found = findings(Scene(shown, FRAME, t), ZONES, measured)
        yield from causes.update(found, t, START + timedelta(seconds=t))
    yield from causes.finish()


def summary(told: list[Told]) -> list[tuple[str, str, str]]:
    return [(one.state, one.cause.finding.rule, one.cause.finding.zone) for one in told]


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("story", "seconds", "rule", "where"),
    [
        ("person on the carriageway", 40, "person_on_carriageway", "away"),
        ("stopped vehicle", 60, "stopped_vehicle", "away"),
        ("wrong way", 30, "wrong_way", "away"),
        ("crowd", 60, "crowd", "pavement"),
    ],
)
def test_each_story_is_one_incident_and_its_end(
    story: str, seconds: float, rule: str, where: str, seed: int | None
) -> None:
    told = play(story, seconds, seed=seed)
    assert summary(told) == [("opened", rule, where), ("over", rule, where)]
    assert told[0].id == told[1].id


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_quiet_street_raises_nothing(seed: int | None) -> None:
    assert play("quiet", 40, seed=seed) == []


def test_the_reason_says_what_where_and_for_how_long() -> None:
    opened, over = play("person on the carriageway", 40)
    assert opened.reason == "a person on the carriageway away for 2 s"
    assert over.reason.startswith("over: a person on the carriageway away for ")
    since = (opened.cause.since_at - START).total_seconds()
    assert 4 < since < 8  # steps off the pavement between 4 and 7 s
    assert 14 < (over.cause.last_at - START).total_seconds() < 18
    assert opened.surest.kind == "person"


def test_an_end_that_nobody_saw_says_so() -> None:
    assert play("person on the carriageway", 12)[-1].reason.startswith("the camera no longer watches; over: a person")


def test_a_vehicle_is_told_when_it_has_stood_for_its_time() -> None:
    opened = play("stopped vehicle", 60)[0]
    stood_s = (opened.cause.last_at - opened.cause.since_at).total_seconds()
    assert 20 <= stood_s <= 20.5
    assert 3 < (opened.cause.since_at - START).total_seconds() < 5


@pytest.mark.parametrize("sizes_s", [0.15, 0.3, 0.45, 0.6])
def test_a_queue_that_creeps_has_not_stopped(sizes_s: float) -> None:
    """60 px of car that go on by so many of their sizes a second, looked at four times a second."""
    tracks, causes = ObjectTracks(), Causes(SceneTimes(stopped_s=5), lambda: UUID(int=1))
    whole = (Zone(name="all", kind="carriageway", polygon=((0, 0), (1, 0), (1, 1), (0, 1))),)
    for step in range(48):
        t, x = step / 4, 20 + 60 * sizes_s * step / 4
        shown = tracks.update([ObjectBox("car", (x, 300.0, x + 60, 360.0), 0.9)], t)
        assert causes.update(findings(Scene(shown, FRAME, t), whole, ALL), t, START + timedelta(seconds=t)) == ()


def test_a_kind_without_a_measured_precision_raises_no_alarm() -> None:
    assert play("person on the carriageway", 40, measured=ALL - {"person"}) == []
    assert play("stopped vehicle", 60, measured=frozenset({"person"})) == []
    assert silent_rules(ALL) == ()
    assert silent_rules(ALL - {"knife"}) == ("knife",)
    assert silent_rules(ALL - {"person", "knife"}) == ("person_on_carriageway", "crowd", "knife")


def test_a_knife_is_silent_until_its_precision_is_measured() -> None:
    def knives(measured: frozenset[str]) -> int:
        tracks = ObjectTracks()
        for step in range(4):
            shown = tracks.update([ObjectBox("knife", (300.0, 300.0, 330.0, 320.0), 0.9)], step / FPS)
        whole = (Zone(name="all", kind="area", polygon=((0, 0), (1, 0), (1, 1), (0, 1))),)
        return len(findings(Scene(shown, FRAME, 3 / FPS), whole, measured))

    assert knives(ALL - {"knife"}) == 0
    assert knives(ALL) == 1


def test_who_rides_a_bicycle_does_not_walk_on_the_carriageway() -> None:
    x, y = 470.0, 280.0
    rider = ObjectBox("person", (x - 10, y - 40, x + 10, y - 2), 0.9)
    bicycle = ObjectBox("bicycle", (x - 12, y - 25, x + 12, y), 0.8)

    def held(*boxes: ObjectBox) -> list[str]:
        tracks = ObjectTracks()
        for step in range(4):
            shown = tracks.update(boxes, step / FPS)
        return [found.rule for found in findings(Scene(shown, FRAME, 3 / FPS), ZONES, ALL)]

    assert held(rider) == ["person_on_carriageway"]
    assert held(rider, bicycle) == []


def person_at(x: float, y: float = 330.0) -> ObjectBox:
    """On the whole-picture carriageway of `people`; 30 px wide and 80 tall."""
    return ObjectBox("person", (x - 15, y - 80, x + 15, y), 0.8)


def people(seconds: float, boxes_at: Callable[[float], list[ObjectBox]]) -> list[Told]:
    whole = (Zone(name="all", kind="carriageway", polygon=((0, 0), (1, 0), (1, 1), (0, 1))),)
    numbers = count(1)
    tracks, causes, told = ObjectTracks(), Causes(TIMES, lambda: UUID(int=next(numbers))), list[Told]()
    for step in range(int(seconds * FPS)):
        t = step / FPS
        shown = tracks.update(boxes_at(t), t)
        told += causes.update(findings(Scene(shown, FRAME, t), whole, ALL), t, START + timedelta(seconds=t))
    return told


def test_a_false_person_that_stands_hides_nobody_who_comes_later() -> None:
    """It stands for the whole minute; one walks past it, right beside it, from 30 s to 40 s."""
    told = people(60, lambda t: [person_at(400), *([person_at(100 + 60 * (t - 30))] if 30 <= t < 40 else [])])
    assert [(one.state, one.id.int) for one in told] == [("opened", 1), ("opened", 2), ("over", 2)]
    assert told[1].reason == "a person on the carriageway all for 2 s"
    assert told[1].surest.box[0] != told[0].surest.box[0]


def test_a_crowd_that_comes_onto_the_carriageway_is_one() -> None:
    told = people(60, lambda t: [person_at(60 + 45 * n) for n in range(18) if 2 * n < t < 50])
    assert [one.state for one in told] == ["opened", "over"]
    assert told[1].reason.startswith("over: 18 people on the carriageway all for ")


def test_however_many_come_and_go_a_new_incident_opens_at_most_each_minute() -> None:
    """A new false person every second at another place, each for four: a detector gone mad, for five minutes."""
    told = people(300, lambda t: [person_at(40 + 61 * (int(t - back) % 15)) for back in range(min(4, int(t) + 1))])
    opened = [one.cause.opened_t for one in told if one.state == "opened"]
    assert 2 <= len(opened) <= 5
    assert all(later - earlier > MOST_JOIN_S for earlier, later in pairwise(opened))


@pytest.mark.parametrize("gap_s", [0.4, 1, 2, 3])
def test_a_walker_who_was_lost_for_a_while_is_not_told_again(gap_s: float) -> None:
    """At 1.4 m/s, behind a bus for a while after 6 s."""
    told = people(20, lambda t: [] if t > 13 or 6 < t < 6 + gap_s else [person_at(40 + 66 * t)])
    assert [one.state for one in told] == ["opened", "over"]


def test_a_queue_at_a_red_light_is_no_stopped_vehicle_though_somebody_always_stands() -> None:
    """Each car stands for 12 s, less than the 20 s of the rule, and the next one comes before it goes."""

    def queue(t: float) -> list[ObjectBox]:
        return [
            ObjectBox("car", (x := 90.0 * n, 300.0, x + 70, 360.0), 0.9) for n in range(9) if 8 * n < t < 8 * n + 12
        ]

    assert people(80, queue) == []


def test_a_jam_is_one_incident() -> None:
    def jam(t: float) -> list[ObjectBox]:
        return [ObjectBox("car", (x := 90.0 * n, 300.0, x + 70, 360.0), 0.9) for n in range(9) if 4 * n < t]

    told = people(90, jam)
    assert [one.state for one in told] == ["opened"]


def test_one_false_box_is_no_cause_and_a_lost_vehicle_is_not_told_twice() -> None:
    """A detector that loses a standing car for 3 s gives it a new track; the cause stays one."""
    box = truth_boxes(STORIES["stopped vehicle"], 10)[0][1]
    numbers = count(1)
    tracks, causes, told = ObjectTracks(), Causes(TIMES, lambda: UUID(int=next(numbers))), list[Told]()
    for step in range(60 * FPS):
        t = step / FPS
        boxes = [] if 30 < t < 33 else [ObjectBox("car", box, 0.9)]
        boxes += [ObjectBox("person", (400.0, 200.0, 420.0, 260.0), 0.6)] if step == 100 else []
        shown = tracks.update(boxes, t)
        told += causes.update(findings(Scene(shown, FRAME, t), ZONES, ALL), t, START + timedelta(seconds=t))
    assert summary(told) == [("opened", "stopped_vehicle", "away")]
