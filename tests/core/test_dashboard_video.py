"""The relay of pictures: key frame first, whole groups or none, payloads untouched, one subscription a camera."""

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from dashboard.video import GROUP_LIMIT, VIEWER_LIMIT, Channel, Relay, Viewer
from wire.states import Watch
from wire.topics import VIDEO, WATCH
from wire.video import AccessUnit, pack, unpack

CAMERA = ("dock-1", "falcon-1-cam")
TOPIC = VIDEO.of(CAMERA[0], camera=CAMERA[1])


def unit(number: int, key: bool) -> bytes:
    return pack(AccessUnit(number, key, bytes([number % 256]) * 9))


async def drain(viewer: Viewer) -> list[AccessUnit]:
    units = []
    while viewer.waiting:
        units.append(unpack(await viewer.next()))
    return units


async def test_a_newcomer_starts_with_the_present_group() -> None:
    channel = Channel()
    first = channel.open()
    for number in range(25):
        channel.feed(unit(number, key=number % 10 == 0))
    late = channel.open()
    channel.feed(unit(25, key=False))
    assert [u.captured_us for u in await drain(first)] == list(range(26))
    assert [u.captured_us for u in await drain(late)] == [20, 21, 22, 23, 24, 25]


@given(keys=st.lists(st.booleans(), max_size=400), drained_at=st.sets(st.integers(0, 399)))
async def test_a_viewer_never_sees_a_torn_group(keys: list[bool], drained_at: set[int]) -> None:
    """Whatever it misses, each unit that is no key frame follows its predecessor."""
    channel = Channel()
    viewer = channel.open()
    seen: list[AccessUnit] = []
    for number, key in enumerate(keys):
        channel.feed(unit(number, key))
        if number in drained_at:
            seen += await drain(viewer)
        assert viewer.waiting <= VIEWER_LIMIT
    seen += await drain(viewer)
    assert not seen or seen[0].key
    for before, after in itertools.pairwise(seen):
        assert after.key or after.captured_us == before.captured_us + 1
    assert len(seen) + viewer.dropped == len(keys)


async def test_a_slow_viewer_costs_the_others_nothing() -> None:
    channel = Channel()
    slow, fast = channel.open(), channel.open()
    seen = 0
    for number in range(3 * VIEWER_LIMIT):
        channel.feed(unit(number, key=number % 10 == 0))
        seen += len(await drain(fast))
    assert (seen, fast.dropped) == (3 * VIEWER_LIMIT, 0)
    assert slow.dropped > 0


async def test_an_endless_group_is_not_kept() -> None:
    channel = Channel()
    channel.open()
    channel.feed(unit(0, key=True))
    for number in range(1, GROUP_LIMIT + 10):
        channel.feed(unit(number, key=False))
    assert channel.open().waiting == 0


async def test_watch_goes_out_and_one_subscription_a_camera_stays() -> None:
    filters: list[str] = []
    sent: list[tuple[str, bytes]] = []
    handlers: list[Callable[[str, bytes], None]] = []

    def subscribe(topic: str, handler: Callable[[str, bytes], None]) -> None:
        filters.append(topic)
        handlers.append(handler)

    relay = Relay(subscribe, lambda topic, payload: sent.append((topic, payload)))
    viewer = relay.open(CAMERA)
    relay.close(CAMERA, viewer)
    again = relay.open(CAMERA)
    assert filters == [TOPIC]
    assert [topic for topic, _ in sent] == [WATCH.of("dock-1")] * 2
    assert Watch.model_validate_json(sent[0][1]).camera == "falcon-1-cam"
    relay.feed(TOPIC, unit(1, key=True))
    relay.feed(TOPIC, b"\x09 another version")
    relay.feed(VIDEO.of("dock-2", camera="falcon-1-cam"), unit(2, key=True))
    assert [u.captured_us for u in await drain(again)] == [1]
    assert viewer.waiting == 0


async def test_nothing_old_is_shown_after_everybody_left() -> None:
    relay = Relay(lambda _topic, _handler: None, lambda _topic, _payload: None)
    first = relay.open(CAMERA)
    relay.feed(TOPIC, unit(1, key=True))
    relay.close(CAMERA, first)
    assert relay.open(CAMERA).waiting == 0
