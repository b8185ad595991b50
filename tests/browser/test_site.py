"""The built site: what a reader meets in a browser, and whether every link, picture and download is there."""

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page

from autograder import cases, specs

TOC = (Path(__file__).parents[2] / "_toc.yml").read_text()
PAGES = re.findall(r"(?:root|file): (\S+)", TOC)
EVERY_PICTURE = """
    [...document.querySelectorAll("article img, article .cell_output svg:not(button *)")].map((picture) => ({
        words: picture.getAttribute("alt") ?? picture.getAttribute("aria-label") ?? "",
        drawn: picture.tagName === "svg" || picture.naturalWidth > 0,
        source: picture.outerHTML.slice(0, 200),
    }))
"""

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_fits_a_narrow_screen_and_shows_and_describes_its_pictures(
    page: Page, service_url: str, name: str, scheme: str
) -> None:
    """As the service sends it: what a page does against the service's policy is an error, which fails the test."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{service_url}/{name}.html", wait_until="networkidle")
    assert page.locator("article h1").count() == 1
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert [picture for picture in page.evaluate(EVERY_PICTURE) if not (picture["words"] and picture["drawn"])] == []


def test_formulas_are_typeset(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}/book/conv1d.html")
    page.locator("mjx-container").first.wait_for()
    page.evaluate("MathJax.startup.promise")
    formulas = page.locator("main .math")
    assert formulas.count() > 0
    assert page.locator("main .math:has(> mjx-container)").count() == formulas.count()
    assert page.locator("[data-mjx-error]").count() == 0


def test_the_top_address_leads_to_the_first_page(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}/")
    page.wait_for_url(f"{site_url}/book/index.html")


def test_a_search_finds_a_chapter(page: Page, service_url: str) -> None:
    page.goto(f"{service_url}/search.html?q=kernel")
    page.locator("#search-results a[href*='book/conv1d.html']").first.wait_for()


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {path: Parsed(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    broken = [f"{path.relative_to(site)}: {link}" for path in pages for link in _broken(path, pages)]
    assert broken == []


def test_nothing_is_taken_from_another_site(site: Path) -> None:
    foreign = [(path.name, url) for path in site.rglob("*.html") for url in Parsed(path).loaded if urlsplit(url).netloc]
    styled = [(path.name, url) for path in site.rglob("*.css") for url in re.findall(FOREIGN, path.read_text())]
    assert foreign + styled == []


@pytest.mark.parametrize("stem", specs.stems())
def test_reports_link_to_sections_that_the_chapter_has(site: Path, stem: str) -> None:
    anchors = Parsed(site / "book" / f"{stem}.html").ids
    assert {cases.anchor(question.section) for question in specs.load(stem).questions} <= anchors


def test_a_check_on_a_page_links_to_the_page_beside_it(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}/book/start.html")
    page.locator(".unrolled-verdict a").click()
    page.wait_for_url(f"{site_url}/book/conv1d.html#*")


@pytest.mark.parametrize("stem", specs.stems())
def test_the_kit_holds_the_notebook_that_is_offered_alone(site: Path, stem: str) -> None:
    alone = (site / "downloads" / f"{stem}.ipynb").read_bytes()
    with zipfile.ZipFile(site / "downloads" / "unrolled-kit.zip") as kit:
        assert kit.testzip() is None
        assert kit.read(f"unrolled-kit/{stem}.ipynb") == alone
        assert {f"unrolled-kit/unrolled/bundles/{stem}.bundle", "unrolled-kit/unrolled/check.py"} <= {*kit.namelist()}


def test_no_hidden_test_leaves_the_house(site: Path) -> None:
    notebooks = {path: path.read_bytes() for path in site.rglob("*.ipynb")}
    assert notebooks
    assert [path for path, content in notebooks.items() if b"HIDDEN TESTS" in content] == []


FOREIGN = r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^\"')]+"
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}


class Parsed(HTMLParser):
    """A page's anchors, the addresses that it links to, and the addresses that it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.linked: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" and "href" in given:
            self.linked.append(given["href"])
        if LOADING.get(tag) in given:
            self.loaded.append(given[LOADING[tag]])


def _broken(path: Path, pages: dict[Path, Parsed]) -> Iterator[str]:
    for link in pages[path].linked + pages[path].loaded:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or link == "#":
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchor = unquote(parts.fragment)
        if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
            yield link
