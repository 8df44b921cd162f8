"""The window of unreceipted events: everything is sent, again only when due, and never more at once than agreed."""

from edge.outbox import Pending
from edge.window import BATCH_BYTES, BATCH_LINES, RESEND_S, Window
from wire.states import Range


def rows(count: int, size: int = 100) -> list[Pending]:
    return [Pending(1, seq, b"x" * size) for seq in range(1, count + 1)]


def test_sent_events_wait_for_their_receipt_and_then_go_again() -> None:
    window, pending = Window(), rows(3)
    (batch,) = window.due(pending, 100.0)
    window.sent(batch, 100.0)
    assert window.due(pending, 100.0 + RESEND_S - 0.1) == []
    assert window.due(pending, 100.0 + RESEND_S) == [batch]


def test_a_receipt_frees_its_range_only() -> None:
    window = Window()
    window.sent(rows(4), 100.0)
    window.receipted([Range(boot=1, first=2, last=3), Range(boot=7, first=1, last=9)], [])
    assert [row.seq for batch in window.due(rows(4), 100.0) for row in batch] == [2, 3]


def test_a_lost_connection_frees_everything() -> None:
    window = Window()
    window.sent(rows(2), 100.0)
    window.sent_media("a", 100.0)
    window.lost()
    assert len(window.due(rows(2), 100.0)[0]) == 2
    assert window.due_media([("a", b"")], 100.0)


def test_batches_keep_the_order_and_both_limits() -> None:
    many = Window().due(rows(BATCH_LINES * 2 + 1), 0.0)
    assert [len(batch) for batch in many] == [BATCH_LINES, BATCH_LINES, 1]
    heavy = Window().due(rows(5, size=BATCH_BYTES // 2), 0.0)
    assert [len(batch) for batch in heavy] == [2, 2, 1]
    assert [row.seq for batch in heavy for row in batch] == [1, 2, 3, 4, 5]


def test_an_event_larger_than_a_batch_still_goes() -> None:
    assert len(Window().due(rows(2, size=BATCH_BYTES * 2), 0.0)) == 2
