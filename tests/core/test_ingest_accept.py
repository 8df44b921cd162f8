"""Order, repeats and damage, judged without a database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.accept import (
    MAX_LINE,
    Aside,
    Boot,
    Fresh,
    Ledger,
    Neighbour,
    chain,
    edges,
    read_line,
    receipts,
    room_time,
    sort,
    time_verified,
)  # fmt: skip
from ingest.inbound import read_message
from tests.support.ingest_box import T0, Chain, read
from wire.events import Fault
from wire.states import Range
from wire.topics import TOPICS

LINES = Chain().reads([f"XY{n}ABC" for n in range(10, 30)])
EVENTS = [item for line in LINES if isinstance(item := read_line("road-1", "t", line), Fresh)]
BOOT: Boot = ("road-1", 1)


def take_in(batches: Sequence[Sequence[Fresh]]) -> tuple[list[int], Ledger, dict[int, bool | None]]:
    """The numbers stored, the ledger and the chain flags after these batches, with a dictionary for a database."""
    ledger, stored, flags = Ledger(), {}, {}
    order: list[int] = []
    for batch in batches:
        judged = sort(batch, {BOOT: ledger})
        known = {key: stored[key[2]] for key in edges(judged.fresh, {BOOT: ledger})}
        done = chain(judged.fresh, judged.aside, {BOOT: ledger}, known)
        ledger = done.ledgers.get(BOOT, ledger)
        for f in done.fresh:
            order.append(f.event.seq)
            stored[f.event.seq] = Neighbour(f.sha256, f.event.prev_sha256)
            flags[f.event.seq] = f.chain
        flags |= {key[2]: fits for key, fits in done.late}
    return order, ledger, flags


@given(st.lists(st.lists(st.sampled_from(EVENTS), max_size=8), max_size=30))
def test_whatever_the_order_each_event_is_stored_once_and_its_chain_is_known_in_the_end(
    batches: list[list[Fresh]],
) -> None:
    order, ledger, flags = take_in([*batches, EVENTS])
    assert sorted(order) == list(range(1, len(EVENTS) + 1))
    assert (ledger.firsts, ledger.lasts, ledger.breaks) == ((1,), (len(EVENTS),), 0)
    assert (ledger.head_seq, ledger.head_sha256) == (len(EVENTS), EVENTS[-1].sha256)
    assert set(flags.values()) == {True}


@given(st.permutations(range(10)), st.integers(1, 9))
def test_a_gap_in_the_chain_is_found_in_any_order(order: list[int], broken_at: int) -> None:
    broken = Chain()
    for n in range(10):
        if n == broken_at:
            broken.last = "e" * 64
        broken.put(read(f"XY{n + 10}ABC"))
    events = [item for line in broken.lines if isinstance(item := read_line("road-1", "t", line), Fresh)]
    _, ledger, flags = take_in([[events[n]] for n in order])
    assert ledger.breaks == 1
    assert [seq for seq, fits in sorted(flags.items()) if fits is not True] == [broken_at + 1]


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_a_ledger_holds_what_was_added_in_the_fewest_ranges(first: set[int], then: set[int]) -> None:
    ledger = Ledger().add(first).add(then)
    assert {n for n in range(70) if ledger.has(n)} == first | then
    assert all(last + 1 < following for last, following in zip(ledger.lasts, ledger.firsts[1:], strict=False))
    for n in first | then:
        held = ledger.range_of(1, n)
        assert held.first <= n <= held.last


def test_receipts_name_whole_ranges_once() -> None:
    ledgers = {BOOT: Ledger().add([1, 2, 3, 7, 8])}
    found = receipts([("road-1", 1, 2), ("road-1", 1, 3), ("road-1", 1, 8)], ledgers)
    assert found == {"road-1": (Range(boot=1, first=1, last=3), Range(boot=1, first=7, last=8))}


@given(st.binary(max_size=300))
def test_any_bytes_on_any_topic_become_items_that_lie_aside(payload: bytes) -> None:
    for topic in [row.path.format(edge="road-1", sha256="0" * 64, camera="c") for row in TOPICS] + ["x", "a/b/c"]:
        items = read_message(topic, payload)
        assert items
        assert all(isinstance(item, Aside) for item in items)


@given(st.sampled_from(LINES), st.data())
def test_a_damaged_line_is_read_or_lies_aside(line: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line) - 1))
    damaged = line[:at] + bytes([data.draw(st.integers(0, 255))]) + line[at + data.draw(st.integers(0, 2)) :]
    item = read_line("road-1", "t", damaged)
    assert isinstance(item, Fresh | Aside)
    if isinstance(item, Fresh):
        assert item.event.box == "road-1"


def test_lines_that_postgres_could_not_hold_lie_aside_with_their_number() -> None:
    for line in (
        Chain().put(read("XY12ABC", raw="a\0b")),
        Chain().put(read("XY12ABC", datetime(1, 1, 1, tzinfo=UTC))),
        Chain().put(read("XY12ABC"), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        Chain().put(read("XY12ABC")).replace(b'"plate_read"', b'"unheard_of"'),
    ):
        item = read_line("road-1", "t", line)
        assert isinstance(item, Aside)
        assert item.envelope
        assert (item.envelope.box, item.envelope.boot, item.envelope.seq) == ("road-1", 1, 1)
    long = read_line("road-1", "t", b"x" * (MAX_LINE + 1))
    assert isinstance(long, Aside)
    assert len(long.payload) == MAX_LINE


def test_an_event_that_is_too_long_lies_aside_whole_and_is_receipted() -> None:
    line = Chain().put(Fault(part="p", what="w", detail="x" * MAX_LINE))
    item = read_line("road-1", "t", line)
    assert isinstance(item, Aside)
    assert item.payload == line
    assert item.envelope
    assert (item.envelope.box, item.envelope.boot, item.envelope.seq) == ("road-1", 1, 1)
    other = read_line("road-2", "t", line)
    assert isinstance(other, Aside)
    assert (other.envelope, len(other.payload)) == (None, MAX_LINE)


def test_times_are_told_by_the_rooms_clock_as_well_as_they_can_be() -> None:
    now = T0 + timedelta(hours=1)
    assert room_time(T0, 999.0, now) == T0
    assert room_time(T0, 60_000.0, now) == T0 - timedelta(minutes=1)
    assert room_time(T0, -7_200_000.0, now) == now
    assert room_time(T0, None, now) == now
    assert room_time(T0, 1e300, now) == now
    assert [time_verified(offset) for offset in (None, 0.0, -1000.0, 1000.1)] == [False, True, True, False]
