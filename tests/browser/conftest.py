"""The built site behind a plain web server, and a browser page that takes note of everything that goes wrong."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

SITE = Path(__file__).parents[2] / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [  # a browser that asks nobody for anything, on a machine without a screen
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        pytest.fail("the site is not built: run 'make site' first", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """The address of the built site, served as plain files; no slash at the end."""
    with served(site) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, without a window; not longer than a module, for it keeps an event loop running."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(f"no browser is installed; looked for {', '.join(BROWSERS)}", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong on the page so far. A test that provokes an error looks here, then clears the list."""
    return []


@pytest.fixture
def page(browser: Browser, problems: list[str]) -> Iterator[Page]:
    """A fresh page; the test fails if it logs an error, throws, or asks any site but the one that it opens first."""
    context = browser.new_context()
    opened = context.new_page()
    origins: list[str] = []  # of the requests, in order; the first is the test's own

    def on_request(request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        origins.append("{0.scheme}://{0.netloc}".format(urlsplit(request.url)))
        if origins[-1] != origins[0]:
            problems.append(f"asks another site: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    context.on("request", on_request)
    opened.on("console", on_console)
    opened.on("pageerror", lambda error: problems.append(f"thrown: {error}"))
    yield opened
    context.close()
    assert not problems, "\n".join(problems)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from a port that is free, in a thread; yield the address without a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_: object) -> None:
        pass
