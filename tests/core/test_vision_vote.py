"""The vote: what many readings of one vehicle say together, never more than they saw."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.calibrate import load_curve
from edge.vision.vote import PART_READINGS, Consensus, Reading, Told, plausible, repeats, vote
from ingest.room import IncidentConfig
from wire.vrm import fold


def reading(text: str, *doubts: float, sure: float = 0.98) -> Reading:
    """`doubts`: the confidences of the first characters; the others are sure."""
    chars = (*doubts, *(sure,) * (len(text) - len(doubts)))
    return Reading(text, chars, text)


def consensus(*readings: Reading) -> Consensus:
    found = vote(list(readings))
    assert found is not None
    return found


def test_nothing_read_is_no_consensus() -> None:
    assert vote([]) is None
    assert vote([Reading("", ())]) is None


@pytest.mark.parametrize("confidence", [0.3, 0.7, 0.95])
def test_one_reading_keeps_its_own_confidence(confidence: float) -> None:
    found = consensus(reading("AB12CDE", confidence))
    assert found.text == "AB12CDE"
    assert found.chars[0] == pytest.approx(confidence, abs=0.02)


def test_the_majority_wins_and_grows_surer() -> None:
    found = consensus(reading("AB12CDE", 0.7), reading("AB12CDE", 0.7), reading("RB12CDE", 0.6))
    assert found.vrm == "AB12CDE"
    assert found.chars[0] > 0.7
    assert (found.readings, found.agreeing) == (3, 2)


def test_one_sure_reading_outweighs_two_doubtful_ones() -> None:
    found = consensus(reading("AB12CDE", 0.99), reading("RB12CDE", 0.4), reading("RB12CDE", 0.4))
    assert found.vrm == "AB12CDE"


def test_three_that_agree_outweigh_one_that_is_a_little_surer() -> None:
    found = consensus(reading("RB12CDE", 0.7), *[reading("AB12CDE", 0.6)] * 3)
    assert found.vrm == "AB12CDE"


def test_what_was_read_from_afar_yields_to_what_was_read_near() -> None:
    """A reader is as sure of a plate too small to tell M from W."""
    far = replace(reading("MK57LZY", sure=0.999), weight=0.3)
    near = reading("WK57LZY", 0.97)
    assert consensus(far, far, far, near).vrm == "WK57LZY"
    assert consensus(far).chars[0] < 0.95
    assert not consensus(far, far, far, far).firm


def test_letters_and_digits_that_look_alike_vote_together_and_are_told_apart_by_position() -> None:
    found = consensus(reading("ABO2CDE"), reading("AB02CDE"), reading("ABO2CDE"))
    assert found.vrm == "AB02CDE"
    assert found.agreeing == 3
    assert found.firm


def test_a_reading_that_lost_a_character_still_counts_where_it_fits() -> None:
    found = consensus(reading("AB12CDE", 0.9), reading("B12CDE"), reading("AB12CDE"))
    assert found.vrm == "AB12CDE"
    assert found.agreeing == 2


def test_three_that_agree_are_firm_and_an_unknown_format_needs_four() -> None:
    assert not consensus(*[reading("AB12CDE")] * 2).firm
    assert consensus(*[reading("AB12CDE")] * 3).firm
    assert not consensus(*[reading("WOB12345")] * 3).firm
    assert consensus(*[reading("WOB12345")] * 4).firm


def test_what_is_left_of_a_mark_is_not_firm_though_it_is_a_mark_too() -> None:
    """64ERM of GL64ERM, as rain left it: three sure readings of the part are no word before the vehicle has gone."""
    assert not consensus(*[reading("64ERM")] * 3).firm
    assert not consensus(*[reading("L64ERM")] * 3).firm
    assert consensus(*[reading("64ERM")] * PART_READINGS).firm
    assert not consensus(*[reading("64ERM")] * PART_READINGS, reading("GL64ERM", 0.5)).firm


def test_a_part_speaks_for_the_whole_that_was_read() -> None:
    found = consensus(*[reading("64ERM")] * 3, reading("GL64ERM"))
    assert found.vrm == "GL64ERM"
    assert found.share > 0.8


def test_a_doubtful_whole_does_not_replace_a_part_but_makes_it_doubtful() -> None:
    found = consensus(*[reading("64ERM")] * 3, reading("GL64ERM", 0.5, 0.4))
    assert found.vrm == "64ERM"
    assert load_curve()(found.share, found.readings) < IncidentConfig().min_confidence


def test_raw_is_what_somebody_saw_though_the_grammar_chose_another() -> None:
    seen = Reading(
        "A81GCDE", (*(0.98,) * 3, 0.6, *(0.98,) * 3), "A81G CDE", rivals=((),) * 3 + ((("6", 0.39),), (), (), ())
    )
    found = consensus(seen)
    assert (found.vrm, found.raw) == ("A816CDE", "A81G CDE")


def test_a_stroke_before_a_whole_mark_does_not_delay_it() -> None:
    assert consensus(*[reading("AB12CDE")] * 3, reading("IAB12CDE", 0.6)).firm


texts = st.text("ABO01I8", min_size=1, max_size=9)
readings = st.lists(
    texts.flatmap(
        lambda text: st.lists(st.floats(0, 1), min_size=len(text), max_size=len(text)).map(
            lambda chars: Reading(text, tuple(chars), text)
        )
    ),
    min_size=1,
    max_size=8,
)


@given(readings)
def test_nothing_is_invented(given_readings: list[Reading]) -> None:
    """Each character of the consensus was read by somebody; its length is that of a reading; confidences are such."""
    found = consensus(*given_readings)
    assert len(found.text) in {len(r.text) for r in given_readings}
    assert set(fold(found.text)) <= set(fold("".join(r.text for r in given_readings)))
    assert len(found.chars) == len(found.text) == len(found.vrm)
    assert all(0 <= p <= 1 for p in found.chars)
    assert 0 <= found.confidence <= 1


@given(readings, st.randoms(use_true_random=False))
def test_the_order_of_the_readings_does_not_matter_to_a_unanimous_vote(given_readings: list[Reading], shuffle) -> None:  # type: ignore[no-untyped-def]
    same = [Reading("AB12CDE", (0.9,) * 7)] * len(given_readings)
    shuffle.shuffle(same)
    assert consensus(*same).text == "AB12CDE"


def test_a_split_track_does_not_tell_twice() -> None:
    sure = consensus(*[reading("AB12CDE")] * 3)
    told = [Told.of(sure, 100.0)]
    assert repeats(sure, told, 109.0)
    assert not repeats(sure, told, 111.0)


def test_a_doubtful_neighbour_is_the_same_vehicle_and_a_sure_one_is_not() -> None:
    told = [Told.of(consensus(*[reading("AB12CDE")] * 3), 100.0)]
    assert repeats(consensus(reading("RB12CDE", 0.5)), told, 101.0)
    assert not repeats(consensus(*[reading("AB13CDE")] * 3), told, 101.0)


def test_a_mark_cut_by_the_frame_is_the_same_vehicle() -> None:
    told = [Told.of(consensus(*[reading("AB12CDE")] * 3), 100.0)]
    assert repeats(consensus(*[reading("B12CDE")] * 3), told, 101.0)


def test_the_whole_mark_is_told_though_a_part_of_it_was() -> None:
    """A stolen car must not stay untold because rain had hidden its first letters a second before."""
    told = [Told.of(consensus(*[reading("64ERM")] * PART_READINGS), 100.0)]
    assert not repeats(consensus(*[reading("GL64ERM")] * 3), told, 101.0)


@pytest.mark.parametrize(
    ("text", "sure", "expected"),
    [("AB12CDE", 0.98, True), ("WOB12345", 0.98, True), ("PARKING", 0.98, False), ("WOB12345", 0.6, False)],
)
def test_lettering_is_no_plate(text: str, sure: float, expected: bool) -> None:
    assert plausible(consensus(reading(text, sure=sure))) is expected


def test_where_every_look_differs_a_mark_of_no_format_is_not_told() -> None:
    looks = [reading(text, sure=0.9) for text in ("AOBH", "AX1BH", "AX16DRH", "AX1OBH", "AX160")]
    assert vote(looks) is not None
    assert not plausible(consensus(*looks))
    assert plausible(consensus(*[reading("AX1OBHQ")] * 2, reading("AX1OBH")))


def test_a_short_mark_that_was_seen_from_afar_only_is_not_told() -> None:
    """Rain and distance leave YU5 of YU59DRC, and the reader is sure of it."""
    far, near = replace(reading("YU5"), weight=0.25), reading("YU5")
    assert not plausible(consensus(far, far, far))
    assert plausible(consensus(far, far, near))
    assert plausible(consensus(*[replace(reading("YU59DRC"), weight=0.25)] * 3))
