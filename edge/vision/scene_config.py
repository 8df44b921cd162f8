"""The sections of a camera in SITE.toml that watch objects: scene and, under an aircraft, aerial."""

from typing import Annotated

from pydantic import Field, model_validator

from edge.vision.zones import Zone
from wire.config import Section

Look = Annotated[float, Field(gt=0, le=5)]


class SceneTimes(Section):
    """Seconds for which a rule must hold before it counts, and must not hold before it is over."""

    person_s: float = Field(default=2, ge=0, le=60)
    wrong_way_s: float = Field(default=1.5, ge=0, le=60)
    stopped_s: float = Field(default=30, ge=1, le=3600)
    """Longer than the longest red light or queue of the zone."""
    crowd_s: float = Field(default=10, ge=0, le=3600)
    knife_s: float = Field(default=1, ge=0, le=60)
    over_s: float = Field(default=5, gt=0, le=600)


class SceneConfig(Section):
    """Of a camera that stands still."""

    zones: tuple[Zone, ...] = Field(min_length=1)
    times: SceneTimes = SceneTimes()
    look_s: Look = 0.25
    """The network looks at a picture so often; it costs some 70 ms of a core each time."""

    @model_validator(mode="after")
    def _told_apart(self) -> "SceneConfig":
        names = [zone.name for zone in self.zones]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two zones are called {', '.join(twice)}")
        return self


class AerialConfig(Section):
    """Of a camera under an aircraft, on a gimbal that keeps the horizon level. Errors are standard deviations."""

    fov_deg: float = Field(gt=5, lt=150)
    """Across the picture."""
    pitch_deg: float = Field(ge=-90, lt=0)
    """Of the gimbal: -90 looks straight down."""
    yaw_error_deg: float = Field(default=3, gt=0, le=30)
    pitch_error_deg: float = Field(default=0.7, gt=0, le=10)
    roll_error_deg: float = Field(default=0.7, gt=0, le=10)
    height_error_m: float = Field(default=2, gt=0, le=50)
    """Of the height above the ground below, its slope included."""
    position_error_m: float = Field(default=1.5, gt=0, le=50)
    look_s: Look = 0.25
