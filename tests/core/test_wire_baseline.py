"""The sealed baseline of an autopilot: made from its sources, opened by the room's key only, compared line by line."""

from pathlib import Path

import pytest

from bench.lockstep import BASELINE, DOCK, LIMITS
from bench.lockstep_orders import AIRCRAFT, EDGE
from bench.rig import SITE, limits_toml
from edge.__main__ import check
from edge.config import SiteConfig
from edge.flight.guards import guard
from tests.support.sim_pilot import REPO
from wire import baseline_command
from wire.baseline import read_rules, read_sealed, write_sealed
from wire.config import read_config
from wire.errors import UserError
from wire.mavlink_key import create_mavlink_key
from wire.signing import create_key, load_private, load_public

DEMO = REPO / "firmware-configs" / "demo"


def keys(folder: Path, name: str = "room") -> tuple[str, str]:
    create_key(folder / f"{name}.key", folder / f"{name}.pub")
    return str(folder / f"{name}.key"), str(folder / f"{name}.pub")


def rules(folder: Path, parameters: str, ranges: str) -> Path:
    (folder / "a.param").write_text(parameters)
    (folder / "a.toml").write_text(f'autopilot = "arducopter"\nfirmware = "4.6"\nparameters = "a.param"\n{ranges}')
    return folder / "a.toml"


@pytest.mark.parametrize("name", ["arducopter", "arducopter-4.7", "px4", "px4-1.16"])
def test_the_shipped_ones_are_safe_and_come_back_from_their_seal(tmp_path: Path, name: str) -> None:
    private, public = keys(tmp_path)
    made = read_rules(DEMO / f"{name}.toml")
    write_sealed(made, tmp_path / "sealed", load_private(Path(private)))
    assert read_sealed(tmp_path / "sealed", load_public(Path(public))) == made
    guard(made, made.autopilot, LIMITS)


@pytest.mark.parametrize("value", [2.0, 3.0, 31.0, None])
def test_a_px4_that_may_name_modes_which_fly_on_without_a_ground_station_names_none_of_ours(
    value: float | None,
) -> None:
    made = read_rules(DEMO / "px4-1.16.toml")
    rest = {name: held for name, held in made.parameters.items() if name != "COM_DLL_EXCEPT"}
    parameters = rest if value is None else {**rest, "COM_DLL_EXCEPT": value}
    for firmware in ("1.16", "1.17.0"):
        with pytest.raises(UserError, match="COM_DLL_EXCEPT"):
            guard(made.model_copy(update={"parameters": parameters, "firmware": firmware}), "px4", LIMITS)
    guard(made.model_copy(update={"parameters": rest, "firmware": "1.15"}), "px4", LIMITS)


def test_any_changed_byte_and_any_other_key_is_refused(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    path = tmp_path / "sealed"
    write_sealed(BASELINE, path, load_private(Path(private)))
    whole = path.read_bytes()
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UserError, match="no baseline of this room"):
            read_sealed(path, load_public(Path(public)))
    path.write_bytes(whole)
    with pytest.raises(UserError, match="not by the expected key"):
        read_sealed(path, load_public(Path(keys(tmp_path, "other")[1])))


@pytest.mark.parametrize(
    ("parameters", "ranges", "words"),
    [
        ("RTL_ALT,100\n", "[safe]\nRTL_ALT = [2000, 6000]", "RTL_ALT is 100, 2000 to 6000 is safe"),
        ("RTL_ALT,3500\n", "[allowed]\nFENCE_ENABLE = [0, 1]", "FENCE_ENABLE has a range but no value"),
        ("RTL_ALT,tall\n", "", "expected NAME,VALUE"),
        ("RTL_ALT,nan\n", "", "RTL_ALT is no number"),
    ],
)
def test_a_wrong_source_is_told_with_its_place(tmp_path: Path, parameters: str, ranges: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as told:
        read_rules(rules(tmp_path, parameters, ranges))
    assert "a.param" in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RTL_ALT_TYPE", 1),
        ("RTL_ALT_FINAL", 500),
        ("RTL_LOIT_TIME", 60000),
        ("FENCE_ENABLE", 0),
        ("FENCE_TYPE", 3),
        ("FENCE_TYPE", 11),
        ("FENCE_ACTION", 0),
        ("FENCE_ALT_MAX", 119),
        ("FS_GCS_TIMEOUT", 60),
        ("FS_GCS_ENABLE", 2),
        ("FS_OPTIONS", 16),
        ("FS_EKF_ACTION", 2),
        ("FS_EKF_THRESH", 0),
        ("RTL_ALT", 0),
        ("RTL_ALT", 700),
        ("RTL_ALT", 10100),
        ("BATT_MONITOR", 3),
        ("BATT_LOW_MAH", 0),
        ("BATT_CRT_MAH", 0),
        ("BATT_FS_LOW_ACT", 0),
        ("BATT_FS_CRT_ACT", 5),
    ],
)
def test_a_baseline_that_does_not_hold_the_site_is_refused_at_the_start(name: str, value: float) -> None:
    loose = BASELINE.model_copy(update={"parameters": {**BASELINE.parameters, name: value}})
    with pytest.raises(UserError, match=f"{name} is {value}"):
        guard(loose, "arducopter", LIMITS)
    missing = {known: v for known, v in BASELINE.parameters.items() if known != name}
    with pytest.raises(UserError, match=f"{name} is missing"):
        guard(BASELINE.model_copy(update={"parameters": missing}), "arducopter", LIMITS)
    with pytest.raises(UserError, match=name):
        guard(BASELINE.model_copy(update={"allowed": {name: (value, value)}}), "arducopter", LIMITS)


@pytest.mark.parametrize(("name", "value"), [("PLND_ENABLED", 0), ("PLND_TYPE", 2), ("PLND_STRICT", 1)])
def test_an_aircraft_that_lands_on_a_marker_is_set_to_do_so(name: str, value: float) -> None:
    blind = BASELINE.model_copy(update={"parameters": {**BASELINE.parameters, name: value}})
    guard(blind, "arducopter", LIMITS)
    with pytest.raises(UserError, match=f"{name} is {value}"):
        guard(blind, "arducopter", LIMITS, marker=True)
    guard(BASELINE, "arducopter", LIMITS, marker=True)


def test_an_aircraft_may_not_differ_into_what_the_site_does_not_allow() -> None:
    """FS_GCS_ENABLE 1 to 3 would allow 2."""
    loose = BASELINE.model_copy(update={"allowed": {"FS_GCS_ENABLE": (1, 3)}})
    with pytest.raises(UserError, match="1 or 3 to 7 is needed"):
        guard(loose, "arducopter", LIMITS)


def test_from_4_7_on_the_return_height_is_in_metres() -> None:
    new = read_rules(DEMO / "arducopter-4.7.toml")
    guard(new, "arducopter", LIMITS)
    for name, value in (("RTL_ALT_M", 101), ("RTL_ALT_FINAL_M", 5)):
        with pytest.raises(UserError, match=f"{name} is {value}"):
            guard(new.model_copy(update={"parameters": {**new.parameters, name: value}}), "arducopter", LIMITS)
    some = {name.replace("FINAL_M", "FINAL"): value for name, value in new.parameters.items()}
    guard(new.model_copy(update={"parameters": some}), "arducopter", LIMITS)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RTL_RETURN_ALT", 0), ("RTL_LAND_DELAY", -1), ("RTL_TYPE", 2), ("COM_LOW_BAT_ACT", 0), ("BAT_CRIT_THR", 0)],
)
def test_px4_comes_home_too_high_enough_and_when_its_battery_is_low(name: str, value: float) -> None:
    px4 = read_rules(DEMO / "px4.toml")
    with pytest.raises(UserError, match=f"{name} is {value}"):
        guard(px4.model_copy(update={"parameters": {**px4.parameters, name: value}}), "px4", LIMITS)


def test_a_baseline_whose_fence_stops_the_motors_is_refused() -> None:
    """PX4's GF_ACTION 4 terminates the flight: nobody may, without two people (F13)."""
    px4 = read_rules(DEMO / "px4.toml")
    with pytest.raises(UserError, match="GF_ACTION is 4"):
        guard(px4.model_copy(update={"parameters": {**px4.parameters, "GF_ACTION": 4.0}}), "px4", LIMITS)


def test_the_command_seals_and_prints_a_readable_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private, public = keys(tmp_path)
    sealed = str(tmp_path / "sealed")
    assert baseline_command.main(["seal", str(DEMO / "arducopter.toml"), "--key", private, "--out", sealed]) == 0
    aircraft = tmp_path / "aircraft.param"
    same = (DEMO / "arducopter.param").read_text()
    aircraft.write_text(same + "EK3_ENABLE,1\n")
    assert baseline_command.main(["compare", sealed, str(aircraft), "--key", public]) == 0
    aircraft.write_text(same.replace("RTL_ALT,3500", "RTL_ALT,1500"))
    assert baseline_command.main(["compare", sealed, str(aircraft), "--key", public]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "RTL_ALT is 1500, the baseline says 3500"


def site(folder: Path, baseline: str = "baseline", key: str = "mavlink") -> SiteConfig:
    private, _ = keys(folder)
    keys(folder, "box")
    write_sealed(BASELINE, folder / "baseline", load_private(Path(private)))
    create_mavlink_key(folder / "mavlink")
    text = SITE.format(
        edge=EDGE, aircraft=AIRCRAFT, folder=folder, lat=DOCK.lat, lon=DOCK.lon, broker=1883, mavlink=14550,
        modbus=502, limits=limits_toml(),
    )  # fmt: skip
    text = text.replace("aircraft.baseline", baseline).replace("aircraft.mavlink", key)
    (folder / "site.toml").write_text(text)
    return read_config(folder / "site.toml", SiteConfig)


def test_a_box_checks_its_baseline_and_its_mavlink_key_before_it_starts(tmp_path: Path) -> None:
    assert "aircraft falcon-1" in check(site(tmp_path))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"baseline": "room.key"}, "no baseline of this room"),
        ({"baseline": "nowhere"}, "cannot read the baseline"),
        ({"key": "room.pub"}, "not a MAVLink key"),
        ({"key": "nowhere"}, "cannot read the MAVLink key"),
    ],
)
def test_what_is_wrong_there_is_said_with_its_file(tmp_path: Path, names: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words) as told:
        check(site(tmp_path, **names))
    assert next(iter(names.values())) in str(told.value)
