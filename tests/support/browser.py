"""A page in the real Chromium before a real control room, and how people sign in there."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.support.console_room import Room, chromium

PEOPLE = {
    "morgan": ("dispatcher", "a long enough phrase"),
    "robin": ("viewer", "another long phrase"),
    "sam": ("supervisor", "a third long phrase"),
}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 30_000


def launch(play: Playwright) -> Browser:
    return play.chromium.launch(executable_path=chromium(), args=FLAGS)


@contextmanager
def a_page(browser: Browser, room: Room) -> Iterator[Page]:
    """A page that fails its test where it throws or asks another host for anything."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    opened, errors, asked = context.new_page(), list[str](), list[str]()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert errors == []
    own = (room.url, room.url.replace("http", "ws"), "data:", f"blob:{room.url}")
    assert [url for url in asked if not url.startswith(own)] == []


def sign_in(page: Page, room: Room, name: str) -> None:
    page.goto(room.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PEOPLE[name][1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".link-live")).to_be_visible(timeout=PATIENCE_MS)
