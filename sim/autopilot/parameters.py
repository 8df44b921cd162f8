"""The parameter table: ArduCopter's own names (4.6), units, defaults; `.param` files as Mission Planner writes them."""

from pathlib import Path

from wire.baseline import read_parameters
from wire.errors import UserError

INT8, INT16, INT32, REAL = 2, 4, 6, 9
"""MAV_PARAM_TYPE."""

TABLE: dict[str, tuple[float, int]] = {
    "SYSID_THISMAV": (1, INT16),
    "SYSID_MYGCS": (255, INT16),
    "FRAME_CLASS": (1, INT8),
    "FRAME_TYPE": (1, INT8),
    "FORMAT_VERSION": (120, INT16),
    "ARMING_CHECK": (1, INT32),
    "DISARM_DELAY": (10, INT8),  # s
    "PILOT_TKOFF_ALT": (0, REAL),  # cm
    "PILOT_SPEED_UP": (250, INT16),  # cm/s
    "PILOT_SPEED_DN": (0, INT16),
    "ANGLE_MAX": (3000, INT16),  # cdeg
    "MOT_SPOOL_TIME": (0.5, REAL),  # s
    "WP_YAW_BEHAVIOR": (2, INT8),
    "WPNAV_SPEED": (1000, REAL),  # cm/s
    "WPNAV_SPEED_UP": (250, REAL),
    "WPNAV_SPEED_DN": (150, REAL),
    "WPNAV_ACCEL": (250, REAL),  # cm/s^2
    "WPNAV_ACCEL_Z": (100, REAL),
    "WPNAV_RADIUS": (200, REAL),  # cm
    "LOIT_SPEED": (1250, REAL),
    "LOIT_BRK_ACCEL": (250, REAL),
    "GUID_OPTIONS": (0, INT32),
    "GUID_TIMEOUT": (3, REAL),  # s
    "RTL_ALT": (1500, INT32),  # cm
    "RTL_ALT_FINAL": (0, INT16),
    "RTL_ALT_TYPE": (0, INT8),
    "RTL_CLIMB_MIN": (0, INT16),
    "RTL_CONE_SLOPE": (3, REAL),
    "RTL_LOIT_TIME": (5000, INT32),  # ms
    "RTL_OPTIONS": (0, INT32),
    "RTL_SPEED": (0, INT16),  # cm/s; 0 = WPNAV_SPEED
    "LAND_ALT_LOW": (1000, INT16),  # cm
    "LAND_SPEED": (50, INT16),  # cm/s
    "LAND_SPEED_HIGH": (0, INT16),  # 0 = WPNAV_SPEED_DN
    "LAND_REPOSITION": (1, INT8),
    "FS_GCS_ENABLE": (0, INT8),
    "FS_GCS_TIMEOUT": (5, REAL),  # s
    "FS_THR_ENABLE": (1, INT8),
    "FS_EKF_ACTION": (1, INT8),
    "FS_EKF_THRESH": (0.8, REAL),
    "FS_CRASH_CHECK": (1, INT8),
    "FS_OPTIONS": (16, INT32),
    "FS_VIBE_ENABLE": (1, INT8),
    "FENCE_ENABLE": (0, INT8),
    "FENCE_TYPE": (7, INT8),  # bits: 0 max altitude, 1 circle, 2 polygon, 3 min altitude
    "FENCE_ACTION": (1, INT8),
    "FENCE_ALT_MAX": (100, REAL),  # m
    "FENCE_ALT_MIN": (-10, REAL),
    "FENCE_RADIUS": (300, REAL),  # m
    "FENCE_MARGIN": (2, REAL),
    "FENCE_TOTAL": (0, INT8),
    "AVOID_ENABLE": (3, INT8),
    "BATT_MONITOR": (4, INT8),
    "BATT_CAPACITY": (3300, INT32),  # mAh
    "BATT_LOW_TIMER": (10, INT8),  # s
    "BATT_LOW_VOLT": (10.5, REAL),
    "BATT_LOW_MAH": (0, REAL),
    "BATT_CRT_VOLT": (0, REAL),
    "BATT_CRT_MAH": (0, REAL),
    "BATT_FS_LOW_ACT": (0, INT8),
    "BATT_FS_CRT_ACT": (0, INT8),
    "BATT_ARM_VOLT": (0, REAL),
    "BATT_ARM_MAH": (0, INT32),
    "EK3_ENABLE": (1, INT8),
    "AHRS_EKF_TYPE": (3, INT8),
    "GPS1_TYPE": (1, INT8),
    "COMPASS_USE": (1, INT8),
    "MIS_TOTAL": (0, INT16),
    "MIS_RESTART": (0, INT8),
    "RALLY_TOTAL": (0, INT8),
    "RALLY_LIMIT_KM": (0.3, REAL),
    "RALLY_INCL_HOME": (1, INT8),
    "PLND_ENABLED": (0, INT8),
    "PLND_TYPE": (0, INT8),  # 1: by LANDING_TARGET
    "PLND_STRICT": (1, INT8),  # 0: without a target it lands where it is
    "DID_ENABLE": (0, INT8),
    "LOG_BITMASK": (176126, INT32),
    "BRD_SAFETY_DEFLT": (0, INT8),
    "SERIAL0_PROTOCOL": (2, INT8),
    "SR0_EXT_STAT": (0, INT16),  # Hz
    "SR0_EXTRA1": (0, INT16),
    "SR0_EXTRA2": (0, INT16),
    "SR0_EXTRA3": (0, INT16),
    "SR0_POSITION": (0, INT16),
    "SR0_RAW_SENS": (0, INT16),
    "STAT_BOOTCNT": (1, INT16),
    "STAT_RUNTIME": (0, INT32),
}


class Parameters:
    """Values by name. An unknown name is a KeyError for the program and silence on the wire, as on the real one."""

    def __init__(self) -> None:
        self._values = {name: default for name, (default, _) in TABLE.items()}
        self.names = tuple(sorted(TABLE))
        self.changes = 0
        """How often one was set."""

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __setitem__(self, name: str, value: float) -> None:
        """Whole-number parameters round as the autopilot's C cast does."""
        if name not in self._values:
            raise KeyError(name)
        self.changes += 1
        self._values[name] = value if TABLE[name][1] == REAL else float(int(value + (0.5 if value >= 0 else -0.5)))

    def metres(self, name: str) -> float:
        """A parameter in cm, cm/s or cm/s^2 as metres."""
        return self._values[name] / 100

    def kind(self, name: str) -> int:
        return TABLE[name][1]

    def load(self, path: Path) -> None:
        """Takes a `NAME,VALUE` file. Raises UserError that names the line of an unknown name or a bad number."""
        for where, name, value in read_parameters(path):
            if name not in self._values:
                raise UserError(f"unknown parameter {name}", where=where, remedy="Use ArduCopter 4.6 names")
            self[name] = value
