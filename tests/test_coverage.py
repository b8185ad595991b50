"""docs/coverage.md says where each topic lives, and it lives there."""

import re
from pathlib import Path

import pytest

from autograder import specs

FILE = Path(__file__).parents[1] / "docs" / "coverage.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in FILE.read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| topic")
]


def test_there_are_rows_for_every_source() -> None:
    assert [line[3] for line in FILE.read_text().splitlines() if line.startswith("## ")][:5] == list("ABCDE")
    assert len(ROWS) >= 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_topic_has_its_page_question_reference_and_test(row: list[str]) -> None:
    _, pages, questions, *files = row
    assert len(files) == 2
    for column in (pages, *files):
        links = re.findall(r"\]\(([^)]+)\)", column)
        assert links
        assert all((FILE.parent / link).is_file() for link in links)
    for page in pages.split("; "):
        text = (FILE.parent / re.findall(r"\]\(([^)]+)\)", page)[0]).read_text()
        sections = re.findall(r'"([^"]+)"', page)
        assert sections
        assert all(f"\n## {section}\n" in text for section in sections), sections
    for name in re.findall(r"`([^`]+)`", questions):
        stem, _, question = name.partition(".")
        assert question in [one.id for one in specs.load(stem).questions], name
