"""Sightings, hotlists and confusions, without a database."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ingest.incidents import Known, Sighting, kind_of, plan
from ingest.matching import NO_MARKS, marks_of, match, neighbours
from tests.support.ingest_box import T0
from wire.states import Hotlist, HotlistEntry
from wire.vrm import fold

ENTRY = HotlistEntry(vrm="AB12CDE", category="Stolen", priority="high")
LIST = marks_of(Hotlist(version=3, issued_at=T0, expires_at=T0 + timedelta(days=1), entries=(ENTRY,)))


def sighting(second: float, number: int, mark: str = "AB12CDE") -> Sighting:
    return Sighting(UUID(int=number), mark, mark, T0 + timedelta(seconds=second), 52.0 + second / 1e6, 0.1, ENTRY)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=20), st.randoms())
def test_a_batch_in_any_order_makes_the_same_incidents(seconds: list[int], random: object) -> None:
    sightings = [sighting(s, n) for n, s in enumerate(seconds)]
    straight = plan(sightings, [], join_s=900, version=1)
    random.shuffle(sightings)  # type: ignore[attr-defined]
    assert plan(sightings, [], join_s=900, version=1) == straight
    gaps = sum(b - a > 900 for a, b in zip(sorted(seconds), sorted(seconds)[1:], strict=False))
    assert len(straight.opened) == gaps + 1
    assert len(straight.links) == len(seconds)


def test_a_sighting_joins_within_the_window_at_both_ends_and_opens_beyond() -> None:
    known = Known(UUID(int=9), "AB12CDE", T0 + timedelta(seconds=1000), T0 + timedelta(seconds=2000))
    for second, joins in ((99, False), (100, True), (2900, True), (2901, False)):
        done = plan([sighting(second, 1)], [known], join_s=900, version=1)
        assert bool(done.updates) == joins
        assert bool(done.opened) != joins


def test_other_marks_never_join() -> None:
    known = Known(UUID(int=9), "AB12CDE", T0, T0)
    assert plan([sighting(0, 1, "BD51SMR")], [known], join_s=900, version=1).opened


def test_a_closed_incident_takes_stragglers_and_no_others() -> None:
    known = Known(UUID(int=9), "AB12CDE", T0, T0 + timedelta(seconds=60), T0 + timedelta(seconds=100))
    assert plan([sighting(99, 1)], [known], join_s=900, version=1).updates
    assert plan([sighting(101, 1)], [known], join_s=900, version=1).opened


def test_two_spans_that_a_third_sighting_could_join_go_to_the_newest() -> None:
    old, new = Known(UUID(int=8), "AB12CDE", T0, T0), Known(UUID(int=9), "AB12CDE", T0, T0 + timedelta(seconds=1))
    assert plan([sighting(1, 1)], [old, new], join_s=900, version=1).updates[0].id == new.id


def test_kinds_are_the_dispatchers_words() -> None:
    assert [kind_of(c) for c in ("Stolen", "CLONED", "No insurance", " ")] == [
        "stolen vehicle", "cloned plates", "no insurance", "vehicle of interest"
    ]  # fmt: skip


def test_exact_and_sure_is_a_hit_one_confusion_or_unsure_is_possible() -> None:
    def kind(mark: str, confidence: float = 0.9, raw: str | None = None) -> str | None:
        found = match(mark, confidence, LIST, min_confidence=0.6, now=T0, raw=raw)
        return found.kind if found else None

    assert [kind(m) for m in ("AB12CDE", "A812CDE", "AB12CD3", "A812CD0", "XY12ABC", "")] == [
        "hit", "possible", None, None, None, None
    ]  # fmt: skip
    assert [kind("AB12CDE", c) for c in (0.6, 0.59)] == ["hit", "possible"]
    assert kind("ABI2CDE") == "hit"
    assert kind("AB12CDE", raw="ABI2 CDE") == "hit"
    assert kind("AB12CDE", raw="AB12 CD3") == "possible"
    assert match("AB12CDE", 1, NO_MARKS, min_confidence=0.6, now=T0) is None


def test_a_mark_of_no_format_and_a_very_short_one_must_be_read_surer() -> None:
    odd = [ENTRY.model_copy(update={"vrm": mark}) for mark in ("61QC21", "8P", "AB12CDE")]
    marks = marks_of(Hotlist(version=1, issued_at=T0, expires_at=T0 + timedelta(days=1), entries=tuple(odd)))
    kinds = {
        (mark, sure): found.kind
        for mark in ("61QC21", "8P", "AB12CDE")
        for sure in (0.9, 0.96)
        if (found := match(mark, sure, marks, min_confidence=0.6, now=T0))
    }
    assert [kinds[mark, 0.9] for mark in ("61QC21", "8P", "AB12CDE")] == ["possible", "possible", "hit"]
    assert [kinds[mark, 0.96] for mark in ("61QC21", "8P", "AB12CDE")] == ["hit", "hit", "hit"]


def test_what_has_expired_matches_nothing() -> None:
    at_end = T0 + timedelta(days=1)
    assert match("AB12CDE", 1, LIST, min_confidence=0.6, now=at_end) is None
    brief = ENTRY.model_copy(update={"expires_at": T0 + timedelta(hours=1)})
    marks = marks_of(Hotlist(version=1, issued_at=T0, expires_at=at_end, entries=(brief,)))
    for mark in ("AB12CDE", "A812CDE"):
        assert match(mark, 1, marks, min_confidence=0.6, now=T0)
        assert match(mark, 1, marks, min_confidence=0.6, now=T0 + timedelta(hours=1)) is None


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=8))
def test_confusions_go_both_ways_and_change_one_glyph(mark: str) -> None:
    folded = fold(mark)
    for near in neighbours(folded):
        assert sum(a != b for a, b in zip(near, folded, strict=True)) == 1
        assert folded in set(neighbours(near))
