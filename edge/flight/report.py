"""What the control room sees (pure): the vehicle's and the dock's state, and the inputs of a decision (F26)."""

import math
from datetime import datetime
from itertools import pairwise

from edge.flight import airspace, energy, home
from edge.flight.dockside import DockReading, lid, signals_fresh
from edge.flight.gate import Memory
from edge.flight.geometry import Target, distance_m
from edge.flight.launch import AIRBORNE, Stage
from edge.flight.notice import ROOM_LOST_S
from edge.flight.rules import Case, f7_weather, preflight
from edge.flight.seen import Seen, Site, live_wind
from edge.flight.state import Sortie
from edge.flight.staying import home_alt_rel_m, stay_s
from edge.flight.telemetry import LINK_LOST_S, is_fresh
from edge.flight.view import LATEST_S, withheld
from wire.states import DockState, Lid, VehicleState

NOTHING_HEARD = "nothing was heard from the aircraft yet"


def vehicle_state(site: Site, sortie: Sortie, seen: Seen, at: datetime, memory: Memory) -> VehicleState:
    """`memory`: of the gate, which an order enters before the rules refuse it: the room must know that epoch too."""
    telemetry = seen.telemetry
    reasons = not_ready(site, sortie, seen)
    place, target = telemetry.place, sortie.target
    return VehicleState(
        edge=site.edge,
        aircraft=site.aircraft,
        at=at,
        stage=sortie.stage,
        airborne=telemetry.airborne,
        armed=telemetry.armed,
        mode=site.profile.mode_name(telemetry.custom_mode),
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        alt_rel_m=telemetry.alt_rel_m,
        alt_amsl_m=telemetry.alt_amsl_m,
        heading_deg=telemetry.heading_deg,
        groundspeed_mps=telemetry.groundspeed_mps if place else None,
        climb_mps=telemetry.climb_mps if place else None,
        battery_pct=telemetry.battery_pct,
        battery_v=telemetry.battery_v,
        gps_fix=telemetry.gps_fix,
        satellites=telemetry.satellites,
        link_ok=seen.link_ok(),
        ready=not reasons,
        not_ready=reasons,
        order_id=sortie.launch_id,
        incident_id=sortie.incident_id,
        lease_holder=memory.holder or None,
        lease_epoch=memory.epoch,
        target_lat=target.place.lat if target else None,
        target_lon=target.place.lon if target else None,
        eta_s=eta_s(site, sortie, seen),
        warnings=warnings(site, sortie, seen),
        camera_pitch_deg=_camera_pitch_deg(seen),
        withheld=withheld(site, sortie, seen),
        stay_s=stay_s(site, sortie, seen),
        home_alt_rel_m=home_alt_rel_m(site),
    )


def _camera_pitch_deg(seen: Seen) -> float | None:
    known = is_fresh(seen.telemetry.gimbal_s, seen.now_s, LATEST_S)
    return round(seen.telemetry.gimbal_pitch_deg, 1) if known else None


def not_ready(site: Site, sortie: Sortie, seen: Seen) -> tuple[str, ...]:
    """The launch rules without an order: as for a hover above the own pad."""
    busy = () if sortie.stage is Stage.PARKED else (f"it is {sortie.stage.replace('_', ' ')}",)
    if sortie.stage in AIRBORNE:
        return busy
    return (*busy, *preflight(Case(seen, site, Target(site.dock, site.limits.scene_alt_rel_m))))


def warnings(site: Site, sortie: Sortie, seen: Seen) -> tuple[str, ...]:
    """What a person should know now, the gravest first."""
    return (*_link_warnings(sortie, seen), *_flight_warnings(site, sortie, seen))


def eta_s(site: Site, sortie: Sortie, seen: Seen) -> float | None:
    """Seconds to the scene, or home while it returns; None where it is neither on its way nor able to get there."""
    telemetry, limits, target = seen.telemetry, site.limits, sortie.target
    if telemetry.place is None or not telemetry.airborne:
        return None
    wind, height = live_wind(seen, limits), telemetry.alt_rel_m or 0.0
    match sortie.stage:
        case Stage.CLIMBING | Stage.EN_ROUTE if target:
            cost = energy.climb(target.alt_rel_m - height, limits)
            for start, end in pairwise((telemetry.place, *sortie.via, target.place)):
                cost += energy.leg(start, end, target.alt_rel_m, wind, limits)
        case Stage.RETURNING | Stage.LANDING:
            way = energy.leg(telemetry.place, site.dock, max(height, 10), wind, limits)
            cost = way + energy.Cost(height / limits.descent_mps, 0)
        case _:
            return None
    return round(cost.seconds, 1) if math.isfinite(cost.seconds) else None


def dock_state(site: Site, dock: DockReading, now_s: float, at: datetime) -> DockState:
    known = signals_fresh(dock, now_s)
    return DockState(
        edge=site.edge,
        at=at,
        lid=lid(dock, now_s),
        pad_clear=dock.pad_clear if known else None,
        charging=known and dock.charging,
        weather=dock.weather,
        connected=dock.connected,
    )


def inputs(site: Site, sortie: Sortie, seen: Seen) -> dict[str, float | str | bool | None]:
    """What a decision rested on."""
    telemetry, dock, now_s = seen.telemetry, seen.dock, seen.now_s
    weather, place = dock.weather, telemetry.place
    return {
        "stage": str(sortie.stage),
        "mode": site.profile.mode_name(telemetry.custom_mode),
        "armed": telemetry.armed,
        "landed": telemetry.landed.name.lower(),
        "link_ok": seen.link_ok(),
        "battery_pct": telemetry.battery_pct,
        "from_dock_m": round(distance_m(place, site.dock), 1) if place else None,
        "alt_rel_m": telemetry.alt_rel_m,
        "gps_fix": telemetry.gps_fix,
        "autopilot_differs": None if seen.inspection.result is None else "; ".join(seen.inspection.result),
        "lid": str(lid(dock, now_s)),
        "pad_clear": dock.pad_clear,
        "wind_mps": weather.wind_mps if weather else None,
        "gust_mps": weather.gust_mps if weather else None,
        "wind_from_deg": weather.wind_from_deg if weather else None,
        "weather_age_s": round(now_s - dock.weather_s, 1) if dock.weather_s is not None else None,
        "clock_offset_ms": seen.clock_offset_ms,
        "target_lat": sortie.target.place.lat if sortie.target else None,
        "target_lon": sortie.target.place.lon if sortie.target else None,
        "target_alt_rel_m": sortie.target.alt_rel_m if sortie.target else None,
    }


def _link_warnings(sortie: Sortie, seen: Seen) -> tuple[str, ...]:
    heard_s = seen.telemetry.heard_s
    if heard_s is None:
        return (NOTHING_HEARD,)
    silent_s = seen.now_s - heard_s
    lost = (f"no word from the aircraft for {silent_s:.0f} s (F11)",) if silent_s >= LINK_LOST_S else ()
    forced = (f"must return: {'; '.join(sortie.forced)}",) if sortie.forced else ()
    room_s = seen.room_lost_s
    alone = (f"no control room for {room_s:.0f} s, returns after {ROOM_LOST_S:.0f} s",) if room_s > 2 else ()
    return (*lost, *forced, *alone)


def _flight_warnings(site: Site, sortie: Sortie, seen: Seen) -> tuple[str, ...]:
    if sortie.stage not in AIRBORNE:
        return (sortie.failure,) if sortie.stage is Stage.FAULT and sortie.failure else ()
    state = lid(seen.dock, seen.now_s)
    shut = () if state is Lid.OPEN else (f"the dock's lid is {state} while the aircraft is out (F22)",)
    target = Target(site.dock, site.limits.scene_alt_rel_m)
    words = seen.telemetry.last_words(seen.now_s - 15)
    fresh = is_fresh(seen.telemetry.position_s, seen.now_s)
    blind = () if fresh else ("the aircraft's position is not fresh (F17)",)
    near = tuple(f"{contact.name} comes too near (F14)" for contact in airspace.near(seen, site))
    stray = (astray,) if (astray := home.astray(seen.telemetry, site)) else ()
    return (*near, *shut, *stray, *blind, *f7_weather(Case(seen, site, target)), *((words,) if words else ()))
