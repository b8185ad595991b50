"""The bug museum: each exhibit is wrong, on the smallest input, and the test beside it catches it."""

import re
from collections.abc import Iterator
from pathlib import Path

import museum
import pytest
from museum.exhibit import MARK, THEMES, Exhibit, result, shows, smaller

BOOK = Path(__file__).parents[1] / "book"
MOST_LINES = 14  # of an exhibit's code


EACH = pytest.mark.parametrize("exhibit", museum.EXHIBITS, ids=lambda exhibit: exhibit.id)


@EACH
def test_the_code_is_wrong_on_the_input_shown(exhibit: Exhibit) -> None:
    assert shows(exhibit, exhibit.args)


@EACH
def test_the_code_stops_only_where_the_text_says_so(exhibit: Exhibit) -> None:
    got = result(exhibit.wrong, exhibit.args)
    stops = isinstance(got, str) and "Error: " in got
    assert stops == bool(re.search(r"\bstop(s|ped)\b", exhibit.told)), got


@EACH
def test_no_smaller_input_shows_it(exhibit: Exhibit) -> None:
    for args in smaller(exhibit.args):
        assert not shows(exhibit, args), args


@EACH
def test_the_test_beside_it_catches_it_and_passes_what_is_right(exhibit: Exhibit) -> None:
    exhibit.caught_by(exhibit.right)
    with pytest.raises(Exception):  # noqa: B017, PT011  (a test of a student's may fail in any way)
        exhibit.caught_by(exhibit.wrong)


@EACH
def test_an_exhibit_says_all_that_it_should(exhibit: Exhibit) -> None:
    assert exhibit.code.count(MARK) >= 1
    assert len(exhibit.code.splitlines()) <= MOST_LINES
    assert exhibit.link.startswith("https://")
    assert exhibit.title and exhibit.where and exhibit.told.endswith(".")
    assert exhibit.theme in THEMES


def test_there_are_enough_and_no_two_share_a_name() -> None:
    names = [exhibit.id for exhibit in museum.EXHIBITS]
    assert len(names) == len(set(names)) >= 45


def test_the_page_has_a_hall_for_each_theme() -> None:
    text = (BOOK / "bug_museum.md").read_text()
    for theme in THEMES:
        assert f"\n## {theme}\n" in text
        assert f'```{{code-cell}} python3\n:tags: [remove-input]\nmuseum.hall("{theme}")\n```' in text
        assert any(exhibit.theme == theme for exhibit in museum.EXHIBITS)
        for exhibit in museum.EXHIBITS:
            assert (f'id="{exhibit.id}"' in museum.hall(theme).html) == (exhibit.theme == theme)


@pytest.fixture(autouse=True)
def nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capsys.readouterr().out == ""
