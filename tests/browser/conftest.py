"""The built site, as plain files or from the service, and a browser page that takes note of all that goes wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from autograder.service import Settings
from tests.browser.serving import LIMIT, running, served

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


@pytest.fixture(scope="session")
def service_url(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the grading service, which serves the built site, too."""
    database = tmp_path_factory.mktemp("service") / "submissions.db"
    with running(Settings(database, site, max_bytes=LIMIT)) as url:
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
