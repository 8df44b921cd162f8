"""The rates of looks: nobody starves, vehicles come first, the budget holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.schedule import Claim, Need, Throttle, rates

claims = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.builds(
        Claim,
        st.sampled_from(Need),
        st.floats(0, 0.2),
        st.floats(0.5, 5),
        st.floats(0.5, 30),
    ),
    max_size=8,
)


def spent(given_rates: dict[str, float], asked: dict[str, Claim]) -> float:
    return sum(given_rates[name] * claim.look_s for name, claim in asked.items() if claim.need)


@given(claims, st.floats(0, 4))
def test_each_has_its_least_none_more_than_its_most_and_the_budget_holds(
    asked: dict[str, Claim], budget: float
) -> None:
    found = rates(asked, budget)
    least = {name: min(claim.least, claim.most) for name, claim in asked.items()}
    assert all(least[name] <= found[name] <= claim.most for name, claim in asked.items())
    assert spent(found, asked) <= max(budget, spent(least, asked)) + 1e-9


@given(claims, st.floats(0, 4))
def test_nothing_is_left_over_while_somebody_wants_more(asked: dict[str, Claim], budget: float) -> None:
    found = rates(asked, budget)
    wanting = [n for n, claim in asked.items() if claim.need and claim.look_s and found[n] < claim.most - 1e-9]
    assert not wanting or spent(found, asked) >= budget - 1e-6


@given(claims, st.floats(0, 4))
def test_motion_gets_more_than_its_least_only_when_no_vehicle_waits(asked: dict[str, Claim], budget: float) -> None:
    found = rates(asked, budget)
    raised = any(found[n] > min(c.least, c.most) + 1e-9 and c.look_s for n, c in asked.items() if c.need is Need.MOTION)
    assert not raised or all(found[n] >= c.most - 1e-9 for n, c in asked.items() if c.need is Need.VEHICLE)


def test_what_is_left_is_shared_evenly_by_rate() -> None:
    asked = {
        "quick": Claim(Need.VEHICLE, 0.01, 2, 15),
        "slow": Claim(Need.VEHICLE, 0.03, 2, 15),
        "modest": Claim(Need.VEHICLE, 0.01, 2, 4),
    }
    found = rates(asked, 0.4)
    assert found == pytest.approx({"quick": 9, "slow": 9, "modest": 4})


def test_a_still_camera_costs_nothing_and_keeps_its_least() -> None:
    asked = {"still": Claim(Need.STILL, 0.1, 3, 15), "busy": Claim(Need.VEHICLE, 0.1, 3, 15)}
    assert rates(asked, 1.0) == pytest.approx({"still": 3, "busy": 10})


def test_a_busy_box_halves_its_looks_in_seconds_and_takes_them_back_slowly() -> None:
    throttle = Throttle()
    assert throttle.update(0.85) == 1
    falling = [throttle.update(1.0) for _ in range(20)]
    assert falling[3] < 0.5
    assert falling[-1] == Throttle.LEAST
    rising = [throttle.update(0.5) for _ in range(20)]
    assert rising[3] < 0.5
    assert rising[-1] == 1
