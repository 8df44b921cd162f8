"""A control room, a box that plays its part and a page in Chromium, for every test of the console in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from dashboard.static import DIST
from tests.support.browser import PEOPLE, a_page, launch
from tests.support.console_room import Room, open_room
from tests.support.fake_edge import FakeEdge


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    assert (DIST / "index.html").is_file(), "the console is not built: run `make console`"
    opened = open_room(tmp_path_factory.mktemp("room"), PEOPLE)
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def edge(room: Room) -> Iterator[FakeEdge]:
    with FakeEdge(room.broker_port, room.public_key) as fake:
        yield fake


@pytest.fixture(scope="module")
def play() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(play: Playwright) -> Iterator[Browser]:
    opened = launch(play)
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser, room: Room) -> Iterator[Page]:
    with a_page(browser, room) as opened:
        yield opened
