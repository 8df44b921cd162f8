"""Live pictures: MQTT VIDEO payloads go to browsers as they are; WATCH keeps the camera sending while anyone looks.

Laws: a viewer's first unit is a key frame; a viewer that falls behind loses whole groups of pictures, never the middle
of one, so that its decoder never sees a torn stream; nobody waits for anybody.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from wire.states import Watch
from wire.topics import VIDEO, WATCH
from wire.video import unpack

WATCH_EVERY_S = 5.0
WATCH_TTL_S = 12.0
GROUP_LIMIT = 120
"""Units kept of the present group of pictures: a camera sends 8 to 15 a second and a key frame each second."""
VIEWER_LIMIT = 150

Camera = tuple[str, str]
"""(edge, camera)"""


class Viewer:
    """One browser's queue of payloads; used on the event loop only."""

    def __init__(self, group: list[bytes]) -> None:
        self._queue: deque[bytes] = deque(group)
        self._waits_for_key = not group
        self._some = asyncio.Event()
        self.dropped = 0
        if group:
            self._some.set()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def offer(self, payload: bytes, key: bool) -> None:
        if len(self._queue) >= VIEWER_LIMIT:
            self.dropped += len(self._queue)
            self._queue.clear()
            self._waits_for_key = True
        if self._waits_for_key and not key:
            self.dropped += 1
            return
        self._waits_for_key = False
        self._queue.append(payload)
        self._some.set()

    async def next(self) -> bytes:
        while not self._queue:
            self._some.clear()
            await self._some.wait()
        return self._queue.popleft()


class Channel:
    """One camera: its viewers and the present group of pictures, from which a newcomer starts at once."""

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self._group: list[bytes] = []

    def open(self) -> Viewer:
        viewer = Viewer(list(self._group))
        self.viewers.add(viewer)
        return viewer

    def close(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        if not self.viewers:
            self._group.clear()

    def feed(self, payload: bytes) -> None:
        """Payloads of another version or without a header are ignored."""
        try:
            key = unpack(payload).key
        except ValueError:
            return
        if key:
            self._group.clear()
        if key or 0 < len(self._group) < GROUP_LIMIT:
            self._group.append(payload)
        elif self._group:
            self._group.clear()
        for viewer in self.viewers:
            viewer.offer(payload, key)


class Relay:
    """All cameras; lives on the event loop. `subscribe(filter, handler)` is asked once a camera and its handler may be
    called from any thread; `publish(topic, payload)`: WATCH.
    """

    def __init__(
        self, subscribe: Callable[[str, Callable[[str, bytes], None]], None], publish: Callable[[str, bytes], object]
    ) -> None:
        self._subscribe, self._publish = subscribe, publish
        self._channels: dict[Camera, Channel] = {}

    def open(self, camera: Camera) -> Viewer:
        channel = self._channels.get(camera)
        if channel is None:
            channel = self._channels[camera] = Channel()
            self._subscribe(VIDEO.of(camera[0], camera=camera[1]), self._feeder())
        self._watch(camera)
        return channel.open()

    def close(self, camera: Camera, viewer: Viewer) -> None:
        self._channels[camera].close(viewer)

    def feed(self, topic: str, payload: bytes) -> None:
        fields = VIDEO.match(topic)
        channel = self._channels.get((fields["edge"], fields["camera"])) if fields else None
        if channel and channel.viewers:
            channel.feed(payload)

    def viewers(self, camera: Camera) -> int:
        channel = self._channels.get(camera)
        return len(channel.viewers) if channel else 0

    async def keep_watching(self) -> None:
        """Repeats WATCH for each camera that somebody looks at, for ever."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            for camera, channel in self._channels.items():
                if channel.viewers:
                    self._watch(camera)

    def _feeder(self) -> Callable[[str, bytes], None]:
        loop = asyncio.get_running_loop()

        def hand_over(topic: str, payload: bytes) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.feed, topic, payload)

        return hand_over

    def _watch(self, camera: Camera) -> None:
        self._publish(WATCH.of(camera[0]), Watch(camera=camera[1], ttl_s=WATCH_TTL_S).encode())
