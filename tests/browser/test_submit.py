"""The submit page with the real service behind it, and without."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from autograder.grading import Progress
from autograder.service import Settings
from autograder.service.worker import Tell, mark
from tests.browser.serving import LIMIT, running
from tests.service.client import SOLVED, SPEC, wrong

pytestmark = pytest.mark.browser

PAGE = "/book/submit.html"
REPORT, STATUS, ERROR = "#submit-report", "#submit-status", "#submit-error"
FULL_MARKS = f"{SPEC.max_score:g} of {SPEC.max_score:g} points"
expect.set_options(timeout=30_000)


def open_page(page: Page, url: str) -> None:
    page.goto(url + PAGE)
    expect(page.locator("#submit-drop")).to_be_visible()  # and so the page listens


def choose(page: Page, data: bytes, name: str = "conv1d.ipynb") -> None:
    page.set_input_files("#submit-file", {"name": name, "mimeType": "application/json", "buffer": data})


def drop(page: Page, *names: str) -> None:
    """Drop the solved notebook onto the page, once under each name."""
    build = """([names, text]) => {
        const carried = new DataTransfer();
        for (const name of names) carried.items.add(new File([text], name));
        return carried;
    }"""
    carried = page.evaluate_handle(build, [names, SOLVED.decode()])
    page.dispatch_event("#submit-drop", "drop", {"dataTransfer": carried})


def test_a_dropped_notebook_gets_full_marks(page: Page, service_url: str) -> None:
    open_page(page, service_url)
    expect(page.locator("#submit-without")).to_be_hidden()
    drop(page, "my notebook.ipynb")
    expect(page.locator(STATUS)).to_have_text(f"my notebook.ipynb: {FULL_MARKS}")
    expect(page.locator(f"{REPORT} tbody tr")).to_have_count(len(SPEC.questions))
    expect(page.locator("#submit-progress")).to_be_hidden()


def test_a_wrong_answer_gets_its_hint_and_a_link_to_the_chapter(page: Page, service_url: str) -> None:
    data, hint = wrong("col2im_1d", "overwritten")
    open_page(page, service_url)
    choose(page, data)
    expect(page.locator(REPORT)).to_contain_text(hint)
    page.locator(f"{REPORT} a").first.click()
    assert "/book/conv1d.html#" in page.url
    expect(page.locator(page.url[page.url.index("#") :])).to_be_visible()


def test_a_reload_and_the_back_button_keep_the_reports(page: Page, service_url: str) -> None:
    open_page(page, service_url)
    for name in ("first.ipynb", "second.ipynb"):
        choose(page, SOLVED, name)
        expect(page.locator(STATUS)).to_have_text(f"{name}: {FULL_MARKS}")
    page.reload()
    expect(page.locator(STATUS)).to_have_text(f"second.ipynb: {FULL_MARKS}")
    expect(page.locator(f"{REPORT} table").first).to_be_visible()
    page.go_back()
    expect(page.locator(STATUS)).to_have_text(f"first.ipynb: {FULL_MARKS}")


def test_the_keyboard_is_enough(page: Page, service_url: str) -> None:
    page.on("filechooser", lambda _: None)  # from the start on, or the key can be faster than Playwright
    open_page(page, service_url)
    page.locator("#submit-file").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "conv1d.ipynb", "mimeType": "application/json", "buffer": SOLVED})
    expect(page.locator(STATUS)).to_contain_text(FULL_MARKS)


@pytest.mark.parametrize("name", ["broken.ipynb", "<img src=x onerror=alert(1)>.ipynb"])
def test_a_broken_file_is_refused_in_plain_words(page: Page, problems: list[str], service_url: str, name: str) -> None:
    open_page(page, service_url)
    choose(page, b"{broken", name)
    expect(page.locator(ERROR)).to_contain_text(f"{name} was not accepted. The file is not a notebook")
    expect(page.locator(f"{ERROR} *")).to_have_count(0)
    assert [problem[:24] for problem in problems] == ["console: Failed to load "]  # a 4xx; browsers log it always
    problems.clear()
    choose(page, SOLVED)
    expect(page.locator(STATUS)).to_contain_text(FULL_MARKS)
    expect(page.locator(ERROR)).to_be_empty()


def test_a_file_that_is_too_large_is_not_even_sent(page: Page, service_url: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    open_page(page, service_url)
    choose(page, b" " * (LIMIT + 2**18))
    expect(page.locator(ERROR)).to_contain_text("1.3 MB; at most 1 MB")
    assert "POST" not in sent


def test_two_notebooks_at_once_are_too_many(page: Page, service_url: str) -> None:
    open_page(page, service_url)
    drop(page, "a.ipynb", "b.ipynb")
    expect(page.locator(ERROR)).to_contain_text("one notebook at a time")


def test_an_unknown_submission_is_said_to_be_unknown(page: Page, problems: list[str], service_url: str) -> None:
    page.goto(f"{service_url}{PAGE}#submission=guessed")
    expect(page.locator(ERROR)).to_contain_text("no submission at this address")
    assert len(problems) == 1
    problems.clear()


def test_the_page_shows_the_queue_and_the_progress(page: Page, site: Path, tmp_path: Path) -> None:
    seen, go_on = Event(), Event()

    def slow(notebook: bytes, name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        tell(Progress("question 4 of 10: <b>one</b>", 3, 10))
        seen.set()
        go_on.wait()
        return mark(notebook, name, tell)

    with running(Settings(tmp_path / "submissions.db", site), slow) as url:
        open_page(page, url)
        choose(page, SOLVED, "first.ipynb")
        expect(page.locator(STATUS)).to_have_text("Grading first.ipynb: question 4 of 10: <b>one</b>")
        assert page.locator("#submit-progress").evaluate("bar => [bar.value, bar.max, bar.hidden]") == [3, 10, False]
        other = page.context.new_page()
        open_page(other, url)
        choose(other, SOLVED, "second.ipynb")
        expect(other.locator(STATUS)).to_have_text("second.ipynb waits: number 1 in the queue.")
        go_on.set()
        for opened, name in ((page, "first"), (other, "second")):
            expect(opened.locator(STATUS)).to_have_text(f"{name}.ipynb: {FULL_MARKS}")


def test_a_submission_that_the_grader_fails_on_is_told(page: Page, site: Path, tmp_path: Path) -> None:
    def crash(notebook: bytes, name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        raise ZeroDivisionError

    with running(Settings(tmp_path / "submissions.db", site), crash) as url:
        open_page(page, url)
        choose(page, SOLVED)
        expect(page.locator(ERROR)).to_contain_text("not your fault")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_fits_a_narrow_screen(page: Page, service_url: str, scheme: Any) -> None:
    data, hint = wrong("shifted_sum", "padding-cropped")
    page.set_viewport_size({"width": 400, "height": 800})
    page.emulate_media(color_scheme=scheme)
    open_page(page, service_url)
    choose(page, data, f"{'long' * 40}.ipynb")
    expect(page.locator(REPORT)).to_contain_text(hint)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_without_the_service_the_page_says_so(page: Page, site_url: str) -> None:
    page.goto(site_url + PAGE, wait_until="networkidle")
    expect(page.locator("#submit-without")).to_contain_text(".venv/bin/autograder grade conv1d.ipynb")
    expect(page.locator("#submit-drop")).to_be_hidden()
