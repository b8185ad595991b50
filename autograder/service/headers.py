"""What every answer of the service carries, and which requests get none."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser
from os import PathLike, stat_result
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autograder.service.messages import ELSEWHERE

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's icons
    "style-src": "'self' 'unsafe-inline'",  # MathJax and the theme set styles as they go
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE = frozenset(["GET", "HEAD", "OPTIONS"])


class Guard:
    """Adds the security headers to every answer, and refuses what another website makes a browser send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app
        if scope["type"] == "http" and scope["method"] not in SAFE and from_elsewhere(Headers(scope=scope)):
            app = JSONResponse({"error": ELSEWHERE}, 403)
        await app(scope, receive, send_secured)


def from_elsewhere(headers: Headers) -> bool:
    """Tell whether a browser sends this request for a page of another origin; other programs may send anything."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")  # without TLS, all that browsers send
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class Site(StaticFiles):
    """The built website. A page may run its own files' scripts and those that were built into it, no others."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file, or with word that the browser's copy of it is still good."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        inline = _inline(Path(full_path), stat_result.st_mtime_ns) if str(full_path).endswith(".html") else ""
        policy = {**POLICY, "script-src": f"'self'{inline}"}
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
        response.headers["Cache-Control"] = "no-cache"  # keep, but ask: a page may have been built anew
        return response


@lru_cache(maxsize=256)
def _inline(page: Path, _modified: int) -> str:
    """List the scripts and event handlers inside a page, as the sources of a policy."""
    parser = _Scripts()
    parser.feed(page.read_text("utf-8"))
    handlers = [" 'unsafe-hashes'"] if parser.handlers else []  # "unsafe": a listed handler may stand anywhere
    return "".join([*handlers, *(f" 'sha256-{_digest(code)}'" for code in sorted(parser.scripts | parser.handlers))])


def _digest(code: str) -> str:
    return b64encode(sha256(code.encode()).digest()).decode()


class _Scripts(HTMLParser):
    """Collects the code that stands in a page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: set[str] = set()
        self.handlers: set[str] = set()
        self._script: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note handlers, and whether a script follows."""
        self._script = [] if tag == "script" and "src" not in dict(attrs) else None
        self.handlers |= {code for name, code in attrs if name.startswith("on") and code}

    def handle_data(self, data: str) -> None:
        """Note a piece of a script."""
        if self._script is not None:
            self._script.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Note that a script is over."""
        if tag == "script" and self._script:
            self.scripts.add("".join(self._script))
        self._script = None
