"""The misread estimate: what each witness is worth, and that it can't be fooled by neighbouring marks."""

from random import Random

import pytest

from ingest.misread import Estimate, estimate
from ingest.passes import Evidence, Passes, Seen

HALF_HOUR = 1800.0


def told(camera: str, vrm: str, t: float, doubt: float = 0.02) -> Seen:
    return Seen(camera, vrm, t, doubt)


def after(reads: list[Seen], test_plates: tuple[str, ...] = ()) -> tuple[Evidence, dict[str, Estimate]]:
    evidence, passes = Evidence(), Passes(test_plates)
    for read in reads:
        passes.add(read, evidence)
    return evidence, estimate(evidence, Random(1))


def mark(n: int) -> str:
    """Marks that no two differ in one character: a check digit is appended."""
    return f"{n:05d}{sum(int(d) * (i + 2) for i, d in enumerate(f'{n:05d}')) % 23:02d}"


def traffic(misread_a: float, misread_b: float, n: int, *, doubt: float = 0.02, seed: int = 1) -> list[Seen]:
    """`n` vehicles before camera a, each also before b within half an hour; misreads change the last letter."""
    rng = Random(seed)
    reads = []
    for k in range(n):
        vrm, t = "A" + mark(k) + "B", 10.0 * k
        for camera, share in (("x/a", misread_a), ("x/b", misread_b)):
            wrong = rng.random() < share
            reads.append(told(camera, vrm[:-1] + rng.choice("CDEF") if wrong else vrm, t, doubt))
            t += 300
    return sorted(reads, key=lambda read: read.t)


def test_without_witnesses_it_says_what_the_reads_say_of_themselves_and_how_little_that_is() -> None:
    _, found = after([told("x/a", "A" + mark(n) + "B", 10.0 * n, doubt=0.03) for n in range(500)])
    assert found["x/a"].rate == pytest.approx(0.03, rel=0.05)
    assert found["x/a"].low < 0.015
    assert found["x/a"].high > 0.045
    assert found["x/a"].checked == 0


@pytest.mark.parametrize("rate", [0.01, 0.04, 0.1])
def test_repeat_passes_correct_doubts_that_are_wrong(rate: float) -> None:
    """Every read says 2 %, whatever the truth."""
    _, found = after(traffic(rate, rate, 3000))
    assert found["x/a"].rate == pytest.approx(rate, abs=0.012)
    assert found["x/a"].low < rate < found["x/a"].high
    assert found["x/a"].checked > 2500


def test_test_plates_show_what_both_cameras_misread_alike() -> None:
    """A dirty plate is misread the same everywhere; only a mark that is known tells."""
    reads = [told("x/a", "AB12CDE" if n % 5 else "AB12CDF", 10.0 * n) for n in range(300)]
    evidence, found = after(reads, ("AB12 CDE",))
    assert (sum(evidence.tested.values()), sum(evidence.failed.values())) == (300, 60)
    assert found["x/a"].rate == pytest.approx(0.2, abs=0.03)


def test_one_pass_that_reads_alike_and_one_that_differs() -> None:
    evidence, _ = after(
        [told("x/a", "AB12CDE", 0), told("x/b", "AB12CDE", 60), told("x/a", "XY34FGH", 70), told("x/b", "XY34FGN", 130)]
    )
    assert sum(audit.pairs for audit in evidence.audits.values()) == 2
    assert sum(audit.differing for audit in evidence.audits.values()) == 1


@pytest.mark.parametrize(
    "reads",
    [
        [told("x/a", "AB12CDE", 0), told("x/a", "AB12CDF", 60)],  # one camera sees two vehicles
        [told("x/a", "AB12CDE", 0), told("x/b", "AB12CDF", 2 * HALF_HOUR + 1)],  # too long ago for anything
        [told("x/a", "AB12CDE", 0), told("x/b", "AB12CDE", 9), told("x/b", "AB12CDF", 60)],  # b saw it, and another
        [told("x/a", "AB12CDE", 0), told("x/b", "AC13CDE", 60)],  # two characters: another vehicle
    ],
)
def test_neighbouring_marks_are_no_witnesses(reads: list[Seen]) -> None:
    evidence, _ = after(reads)
    assert sum(audit.differing for audit in evidence.audits.values()) == 0


def test_a_neighbour_of_the_half_hour_before_counts_as_chance_and_is_taken_off() -> None:
    near, far = [told("x/a", "AB12CDE", 0)], [told("x/a", "XY34FGH", 0)]
    evidence, _ = after([*near, *far, told("x/b", "AB12CDF", 60), told("x/b", "XY34FGN", HALF_HOUR + 60)])
    assert [(audit.differing, audit.chance) for audit in evidence.audits.values()] == [(1, 1)]


def test_what_is_past_two_windows_is_forgotten() -> None:
    passes, evidence = Passes(), Evidence()
    for n in range(2000):
        passes.add(told("x/a", f"K{n}", 10.0 * n), evidence)
    assert len(passes._recent) <= 2 * HALF_HOUR / 10 + 1
    assert len(passes._by_key) < 6 * len(passes._recent)


def test_two_days_add_up() -> None:
    first, second = (after(traffic(0.05, 0.05, 300, seed=seed))[0] for seed in (1, 2))
    told_before = sum(first.told.values())
    first.add(second)
    assert sum(first.told.values()) == told_before + sum(second.told.values())
    assert estimate(first, Random(1))["x/a"].reads == 600
