"""Zones that are closed to us (F5): read from both standards, in height and time; and what a flight does about them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bench.lockstep import DOCK, LIMITS, SCENE, World, make_site
from bench.lockstep_orders import T0
from edge.flight.geometry import M_PER_DEG, Place, Target
from edge.flight.launch import Stage
from edge.flight.rules import Case, preflight
from edge.flight.sortie import advance
from edge.flight.state import resume, save
from edge.flight.tape import Tape
from edge.flight.zones import NO_ZONES, Ground, Limit, Period, Way, When, Zone, Zones, around, closed, distance_m, met
from edge.flight.zones_file import ZonesFile
from edge.flight.zones_read import read_zones
from tests.core.test_flight_rules import READY
from wire.errors import UserError
from wire.orders import OrderState

GROUND = Ground(15, 20)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday."""
SQUARE = [[0.121, 52.2005], [0.122, 52.2005], [0.122, 52.2015], [0.121, 52.2015], [0.121, 52.2005]]
GROUND_UP = Limit(0, "AGL"), Limit(500, "AGL")


def ed269(area: dict[str, Any] | None = None, **changes: Any) -> str:
    volume = {
        "uomDimensions": "M", "lowerLimit": 0, "lowerVerticalReference": "AGL", "upperLimit": 50,
        "upperVerticalReference": "AGL", "horizontalProjection": area or {"type": "Polygon", "coordinates": [SQUARE]},
    }  # fmt: skip
    volume |= changes.pop("volume", {})
    feature = {"identifier": "R1", "restriction": "PROHIBITED", "geometry": [volume], **changes}
    return json.dumps({"features": [feature]})


def ed318(geometry: dict[str, Any], **about: Any) -> str:
    properties = {"identifier": "R2", "type": "PROHIBITED", **about}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": geometry}]}
    )


def circle(place: Place, radius_m: float, **changes: Any) -> Zone:
    return replace(Zone("R9", (place,), radius_m, *GROUND_UP), **changes)


def why(zone: Zone, at: datetime | None = T0, target: Target | None = None) -> str:
    seen = replace(READY, room_now=at, zones=Zones((zone,)))
    return "; ".join(preflight(Case(seen, make_site(), target or Target(Place(SCENE.lat, SCENE.lon), SCENE.alt_rel_m))))


HALFWAY = Place((DOCK.lat + SCENE.lat) / 2, (DOCK.lon + SCENE.lon) / 2)


def test_ed_269_in_feet_and_metres() -> None:
    metres = read_zones(ed269())[0]
    assert (metres.name, len(metres.corners), metres.high) == ("R1", 4, Limit(50, "AGL"))
    feet = read_zones(
        ed269(
            {"type": "Circle", "center": [0.12, 52.2], "radius": 1000},
            volume={"uomDimensions": "FT", "upperLimit": 400},
        )
    )[0]
    assert feet.radius_m == pytest.approx(304.8)
    assert feet.high.m == pytest.approx(121.92)
    assert feet.corners == (Place(52.2, 0.12),)


def test_ed_318_with_layers_circles_and_collections() -> None:
    layer = {"lower": 100, "lowerReference": "AMSL", "upper": 400, "upperReference": "AMSL", "uom": "ft"}
    point = {
        "type": "Point",
        "coordinates": [0.12, 52.2],
        "extent": {"subType": "Circle", "radius": 300},
        "layer": layer,
    }
    zone = read_zones(ed318(point))[0]
    assert (zone.radius_m, zone.low.above) == (300, "AMSL")
    assert zone.low.m == pytest.approx(30.48)
    both = {"type": "GeometryCollection", "geometries": [point, {"type": "Polygon", "coordinates": [SQUARE]}]}
    assert [z.high for z in read_zones(ed318(both))] == [Limit(pytest.approx(121.92), "AMSL"), Limit(100_000, "AMSL")]


def test_what_restricts_nothing_is_no_zone() -> None:
    assert read_zones(ed269(restriction="NO_RESTRICTION")) == ()
    assert read_zones(ed318({"type": "Polygon", "coordinates": [SQUARE]}, type="NO_RESTRICTION")) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "neither ED-269 nor ED-318"),
        (ed269(geometry=[]), "zone R1"),
        (ed269({"type": "Blob"}), "Blob"),
        (ed269({"type": "Polygon", "coordinates": [SQUARE[:2]]}), "three corners"),
        (ed269({"type": "Circle", "center": [0.12, 152.2], "radius": 10}), "no place on earth"),
        (ed269({"type": "Circle", "center": [0.12, 52.2], "radius": float("nan")}), "radius"),
        (ed269(volume={"uomDimensions": "FL"}), "FL"),
        (ed269(volume={"upperVerticalReference": "STD"}), "STD"),
        (ed269(applicability=[{"startDateTime": "soon"}]), "soon"),
    ],
)
def test_one_that_cannot_be_read_is_named_and_never_left_out(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_zones(text)


JUNK = st.recursive(
    st.none() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["features", "geometry", "type", "layer"]), inner),
)


@given(st.text() | JUNK.map(json.dumps) | JUNK.map(lambda junk: json.dumps({"features": [junk]})))
def test_whatever_stands_in_a_file_is_zones_or_one_error(text: str) -> None:
    try:
        zones = read_zones(text)
    except UserError:
        return
    assert all(zone.corners for zone in zones)


def test_a_period_and_a_schedule_count_within_the_window() -> None:
    text = ed269(
        applicability=[
            {
                "permanent": "NO", "startDateTime": "2026-11-20T00:00:00Z", "endDateTime": "2026-11-30T00:00:00Z",
                "schedule": [{"day": ["WED"], "startTime": "12:30:00Z", "endTime": "14:00:00Z"}],
            }
        ]
    )  # fmt: skip
    zone = read_zones(text)[0]
    assert not closed(zone, When(NOON, 900))
    assert closed(zone, When(NOON, 1800))
    assert not closed(zone, When(NOON + timedelta(hours=2), 60))
    assert not closed(zone, When(NOON + timedelta(days=1, minutes=45), 60))
    assert not closed(zone, When(NOON + timedelta(days=7, minutes=45), 60))
    assert closed(zone, When(None, 60))


def test_hours_over_midnight_belong_to_the_day_they_begin_on_by_their_own_clock() -> None:
    night = Period(days=(2,), from_s=22 * 3600, to_s=6 * 3600, ahead_s=3600)
    zone = circle(DOCK, 10, periods=(night,))
    assert closed(zone, When(NOON.replace(hour=21, minute=30), 0))
    assert not closed(zone, When(NOON.replace(hour=20, minute=30), 0))
    assert closed(zone, When(NOON.replace(day=26, hour=4), 0))
    assert not closed(zone, When(NOON.replace(hour=4), 0))


def test_a_schedule_by_the_sun_closes_the_whole_day() -> None:
    text = ed318(
        {"type": "Polygon", "coordinates": [SQUARE]},
        limitedApplicability=[{"schedule": [{"day": "Wednesday", "startEvent": "SR", "endEvent": "SS"}]}],
    )
    zone = read_zones(text)[0]
    assert closed(zone, When(NOON.replace(hour=2), 0))
    assert not closed(zone, When(NOON.replace(day=26, hour=2), 0))


@pytest.mark.parametrize(("height", "meets"), [(35, True), (69, True), (77, False), (120, False)])
def test_above_its_top_by_the_margin_a_way_is_free(height: float, meets: bool) -> None:
    zone = circle(HALFWAY, 20, high=Limit(70, "AMSL"))
    way = Way("the way", DOCK, Place(SCENE.lat, SCENE.lon), (height, height), 6)
    assert bool(list(met((zone,), way, GROUND, When(None, 0)))) is meets


def test_a_lower_limit_above_ground_counts_from_lower_ground_than_the_pads() -> None:
    zone = circle(HALFWAY, 20, low=Limit(60, "AGL"), high=Limit(500, "AMSL"))
    low = Way("the way", DOCK, Place(SCENE.lat, SCENE.lon), (30, 30), 6)
    assert not list(met((zone,), low, GROUND, When(None, 0)))
    assert list(met((zone,), replace(low, heights=(40, 40)), GROUND, When(None, 0)))


@given(st.floats(-0.004, 0.004), st.floats(-0.004, 0.004), st.floats(0, 1))
def test_no_point_of_a_way_is_nearer_than_it_says(north: float, east: float, share: float) -> None:
    end = Place(DOCK.lat + north, DOCK.lon + east)
    on_it = Place(DOCK.lat + north * share, DOCK.lon + east * share)
    for zone in (circle(HALFWAY, 40), read_zones(ed269())[0]):
        assert distance_m(zone, DOCK, end) <= distance_m(zone, on_it, on_it) + 0.01


def test_a_launch_through_one_is_refused_and_past_one_is_not() -> None:
    assert why(circle(HALFWAY, 20)) == "the way enters the closed zone R9 (F5)"
    east = Place(HALFWAY.lat, HALFWAY.lon + 100 / M_PER_DEG / 0.613)
    assert why(circle(east, 20)) == ""
    assert "passes at" in why(circle(east, 90))
    assert why(circle(HALFWAY, 20, periods=(Period(T0 + timedelta(seconds=800)),))) != ""
    assert why(circle(HALFWAY, 20, periods=(Period(T0 + timedelta(seconds=1000)),))) == ""
    assert why(circle(HALFWAY, 20, periods=(Period(None, T0 - timedelta(seconds=1)),))) == ""


def test_the_way_home_is_flown_at_the_height_at_which_the_autopilot_returns() -> None:
    above = circle(HALFWAY, 20, low=Limit(15 + SCENE.alt_rel_m + 10, "AMSL"), high=Limit(500, "AMSL"))
    assert why(above, target=Target(Place(SCENE.lat, SCENE.lon), 20)) != ""


def test_zones_that_cannot_be_judged_are_a_no_go() -> None:
    seen = replace(READY, zones=Zones((), "zones.json: not JSON"))
    told = preflight(Case(seen, make_site(), Target(Place(SCENE.lat, SCENE.lon), 35)))
    assert told == ("the closed zones can't be judged: zones.json: not JSON (F5, F25)",)


def test_one_that_closes_in_flight_leads_home_before_it_does() -> None:
    world = World()
    world.launch()
    world.until_stage(Stage.ON_SCENE)
    now = world.room_now()
    world.zones = Zones((circle(Place(SCENE.lat, SCENE.lon), 60, periods=(Period(now + timedelta(seconds=90)),)),))
    world.run(20)
    assert world.sortie.stage is Stage.ON_SCENE
    world.run(20)
    assert world.sortie.stage is Stage.RETURNING
    assert "closed zone R9" in "; ".join(world.sortie.forced)
    world.until_stage(Stage.PARKED)


def test_one_that_closes_ahead_is_not_entered_and_no_goto_leads_there() -> None:
    world = World()
    world.launch()
    world.until_stage(Stage.EN_ROUTE).run(2)
    scene = Place(SCENE.lat, SCENE.lon)
    zone = circle(scene, 80)
    world.zones = Zones((zone,))
    refused = world.go_to(scene)
    assert world.states(refused) == [OrderState.REFUSED]
    nearest = 1e9
    while world.sortie.stage is not Stage.PARKED:
        world.run(0.5)
        lat, lon, *_ = world.vehicle.position()
        place = Place(lat, lon)
        nearest = min(nearest, distance_m(zone, place, place))
    assert nearest > 0


def test_who_holds_before_one_is_not_sent_home_for_it() -> None:
    world = World()
    world.launch()
    world.until_stage(Stage.EN_ROUTE).run(1)
    world.hold()
    world.zones = Zones((circle(Place(SCENE.lat, SCENE.lon), 60),))
    world.run(30)
    assert (world.sortie.stage, world.sortie.forced) == (Stage.HOLDING, ())


def test_a_flight_with_zones_replays_from_its_tape() -> None:
    world = World()
    world.launch()
    world.until_stage(Stage.ON_SCENE)
    world.zones = Zones((circle(Place(SCENE.lat, SCENE.lon), 60, periods=(Period(world.room_now()),)),))
    before, seen = replace(resume(save(world.sortie), 0.0), stage=Stage.STARTING), world.seen()
    lines = Tape().turn(before, seen, None, advance(world.site, before, seen))
    told = json.loads(lines[-1])["in"]["zones"]
    assert TypeAdapter(Zones).validate_python(told) == world.zones


def test_a_file_is_read_when_it_changes_and_a_damaged_one_leaves_what_was_known(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    door = ZonesFile(path, DOCK, 2000)
    assert door.zones.fault
    path.write_text(ed269())
    assert [zone.name for zone in door.look().known] == ["R1"]
    assert door.look().fault == ""
    path.write_text(ed269()[:-9])
    assert [zone.name for zone in door.look().known] == ["R1"]
    assert str(path) in door.look().fault
    path.unlink()
    assert "cannot read" in door.look().fault
    path.write_text(ed269({"type": "Circle", "center": [9.0, 50.0], "radius": 50}))
    assert door.look() == NO_ZONES


def test_none_is_no_file() -> None:
    assert ZonesFile("none", DOCK, 2000).look() == NO_ZONES


def test_a_country_is_cut_down_to_what_can_be_reached() -> None:
    far = tuple(circle(Place(50 + i / 100, 9), 100) for i in range(500))
    assert around((*far, circle(HALFWAY, 5)), DOCK, LIMITS.max_range_m) == (circle(HALFWAY, 5),)
