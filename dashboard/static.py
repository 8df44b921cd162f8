"""The built console as files, and the headers that keep every request on this machine."""

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIST = Path(__file__).parent / "web" / "dist"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # MapLibre places its markers by style attributes
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",  # MapLibre starts its workers from blobs
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_NOT_BUILT = """<!doctype html><html lang="en"><title>Airbeat</title><h1>The console is not built</h1>
<p>Run <code>make console</code> in the project's folder (or <code>npm ci &amp;&amp; npm run build</code> in
<code>dashboard/web</code>), then load this page again. The API is up.</p></html>"""


class SecurityHeaders:
    """ASGI middleware: HEADERS on every response; the API's answers are kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def serve_console(path: str) -> Response:
    """What GET outside of the API answers."""
    return find_page(DIST, path)


def find_page(dist: Path, path: str) -> Response:
    """A file of the build; the page itself for every other path without a dot, since the console routes there."""
    if path.startswith("api/"):
        return JSONResponse({"error": "There is no such address", "reasons": []}, 404)
    index = dist / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, 503)
    if path and _is_of(dist, path):
        forever = path.startswith("assets/")  # Vite puts a hash of the content into these names
        return FileResponse(dist / path, headers={"Cache-Control": f"max-age={31_536_000 if forever else 0}"})
    if "." in path.rsplit("/", 1)[-1]:
        return JSONResponse({"error": "There is no such file", "reasons": []}, 404)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _is_of(dist: Path, path: str) -> bool:
    """A file inside of the build. A path that no file system takes (a NUL, too long a name) is none."""
    try:
        file = (dist / path).resolve()
        return file.is_relative_to(dist.resolve()) and file.is_file()
    except (OSError, ValueError):
        return False
