"""The demo's summary counts what it says it counts."""

from datetime import UTC, datetime, timedelta

from sim.tally import Books, Pass, StoredRead, order_figures, percentile, read_exactly, shortfalls, tally, whole_passes

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


PASS = Pass("cam", "AB12CDE", at(10), at(12))


def test_only_whole_passes_count() -> None:
    cut = Pass("cam", "XY34ZZZ", at(58), at(61))
    assert whole_passes([PASS, cut], T0, at(60)) == [PASS]


def test_a_read_is_exact_in_its_own_pass_only() -> None:
    assert read_exactly(PASS, [StoredRead("cam", "AB12CDE", at(11), False)])
    assert not read_exactly(PASS, [StoredRead("cam", "AB12CDF", at(11), False)])
    assert not read_exactly(PASS, [StoredRead("other", "AB12CDE", at(11), False)])
    assert not read_exactly(PASS, [StoredRead("cam", "AB12CDE", at(30), False)])


def launch(**times: float) -> dict[str, object]:
    states = [{"state": state, "at": at(s).isoformat()} for state, s in times.items()]
    return {"id": "1", "act": {"act": "launch"}, "states": states}


def test_orders_are_timed_from_the_click() -> None:
    figures = order_figures([launch(accepted=1, armed=5.5, airborne=8)], {"1": T0.timestamp()})
    assert (figures["launches"], figures["on_scene"], figures["landed"]) == (1, 0, 0)
    assert (figures["click_to_armed_ms"], figures["click_to_airborne_s"]) == (5500, 8.0)


def test_a_refused_launch_is_none() -> None:
    assert order_figures([launch(refused=1)], {})["launches"] == 0


def test_percentiles() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([3, 1, 2], 0.95) == 3


def test_a_run_that_loses_or_doubles_is_a_failed_run() -> None:
    books = Books(sent=10, stored=11, distinct=9, missing=1, incidents=1)
    reads = [StoredRead("cam", "AB12CDE", at(11), True)]
    result = tally(
        passes=[PASS], reads=reads, books=books, figures=order_figures([], {}), alarm_ms=[400.0], console_ms=[], seed=7
    )
    assert (result["events_lost"], result["events_doubled"], result["read_exact"], result["hits"]) == (1, 2, 1.0, 1)
    failed = shortfalls(result)
    assert "events were lost" in failed
    assert "events were doubled" in failed
    assert "no alarm within a second" not in failed
