"""Every attack of ``tests/attacks`` through the whole pipeline; see ``docs/security.md``."""

import csv
import hashlib
import json
import os
import re
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder import cli, specs
from autograder.grading import Grading, grade
from autograder.notebooks import original, released, solved
from autograder.preprocessors import write_outputs
from autograder.report import TAGS, report_page
from autograder.sandbox import SandboxLimits
from autograder.submission import SubmissionError, read_submission
from tests.grading.test_nbgrader import PLAIN, nbgrader

ROOT = Path(__file__).parents[2]
ATTACKS = sorted((ROOT / "tests" / "attacks").glob("*.ipynb"))
GROUPS = ("marks", "harm", "replies", "reports")
SPEC = specs.load("conv1d")
TIGHT = SandboxLimits(cell_seconds=1.5, call_seconds=1, total_seconds=8, memory=1 << 30)
HONEST_AFTER = 12  # attacks, outside the group "harm", after which an honest notebook is graded
PAGE, TERMINAL, GROWTH = 100_000, 20_000, 400 << 20  # most characters of reports; bytes that the grader may grow by
LEFT = "attack-was-here"
PLACES = ("/", "/etc", "/root", "/home", "/var", "/tmp", "/usr/lib", "/dev/shm", ROOT, ROOT / "unrolled")
OPEN: dict[str, str] = {}  # attacks that still succeed, and why


def cases() -> Iterator[object]:
    for number, path in enumerate(ATTACKS, start=1):
        marks = [pytest.mark.xfail(strict=True, reason=OPEN[path.stem])] if path.stem in OPEN else []
        then_honest = path.stem.startswith("harm-") or number % HONEST_AFTER == 0 or number == len(ATTACKS)
        yield pytest.param(path, then_honest, id=path.stem, marks=marks)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what a grader has at hand: a gradebook, and what another student handed in."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "gradebook.db").write_bytes(b"SQLite format 3")
    (folder / "submitted" / "ann" / "conv1d").mkdir(parents=True)
    nbformat.write(solved(SPEC), folder / "submitted" / "ann" / "conv1d" / "conv1d.ipynb")
    honest()  # what stays between submissions, such as a waiting process, is there now
    return folder


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")  # of numbers near the largest; no harm
@pytest.mark.parametrize(("path", "then_honest"), list(cases()))
def test_an_attack_gains_nothing_and_harms_nothing(
    path: Path, then_honest: bool, course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files, processes, memory = fingerprints(course), descendants(), peak()
    grading = graded(path.read_bytes(), path.name)
    expected = nbformat.read(path, as_version=4).metadata.unrolled.get("score", 0)
    assert grading.score == expected, [(v.question.id, v.score, v.message) for v in grading.verdicts if v.score]
    assert fingerprints(course) == files
    assert not [place for place in PLACES if Path(place, LEFT).exists()]
    assert LEFT not in str(grading.cells)
    assert len(descendants()) <= len(processes), "a process was left behind"
    assert peak() - memory < GROWTH
    assert_harmless(grading, path, monkeypatch, capsys)
    if then_honest:
        honest()


MADE = {
    "100 MB": b" " * (100 << 20),
    "not JSON": b"<script>alert(1)</script>",
    "nested without end": b'{"nbformat": 4, "metadata": {"a": ' + b"[" * 10**6,
    "deep metadata": json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}})
    .replace('"metadata": {}', '"metadata": {"a": ' + "[" * 900 + "]" * 900 + "}")
    .encode(),
    "a number of a million digits": b'{"nbformat": 4' + b"4" * 10**6 + b', "metadata": {}, "cells": []}',
    "a negative minor version": b'{"nbformat": 4, "nbformat_minor": -5, "metadata": {}, "cells": [1]}',
    "a path for a stem": json.dumps(
        nbformat.v4.new_notebook(metadata={"unrolled": {"stem": "../../etc/passwd\x1b[2J"}})
    ).encode(),
}


@pytest.mark.parametrize("data", MADE.values(), ids=MADE.keys())
def test_a_file_that_is_no_notebook_is_refused_in_a_line(data: bytes) -> None:
    with pytest.raises(SubmissionError) as caught:
        read_submission(data, "x.ipynb")
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def many_cells() -> NotebookNode:
    notebook = released(original("conv1d"))
    notebook.cells += [nbformat.v4.new_code_cell("1") for _ in range(8_000)]
    return notebook


def long_source() -> NotebookNode:
    notebook = released(original("conv1d"))
    notebook.cells.append(nbformat.v4.new_code_cell("#" * (10 << 20)))
    return notebook


def wide_metadata() -> NotebookNode:
    notebook = released(original("conv1d"))
    notebook.metadata |= {f"key{number}": [{}] * 10 for number in range(20_000)}
    return notebook


@pytest.mark.parametrize("make", [many_cells, long_source, wide_metadata])
def test_a_huge_notebook_is_refused_or_graded_in_bounds(make: object) -> None:
    assert callable(make)
    try:
        grading = graded(nbformat.writes(make()).encode(), "x.ipynb")
    except SubmissionError:
        return
    assert grading.score == 0
    assert len(report_page(grading)) < PAGE
    honest()


NAMES = ["../../x", "<script>alert(1)</script>", "x" * 200, "-rf", "a\x1b[2Jb", "\u202ex"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_goes_nowhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grading = replace(honest(), file=name)
    file = tmp_path / "x.ipynb"
    nbformat.write(solved(SPEC), file)
    assert_harmless(grading, file, monkeypatch, capsys)


@pytest.mark.slow
def test_plain_nbgrader_gives_the_marks_that_the_document_says(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(PLAIN)
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    nbgrader("generate_assignment", "conv1d", "--create", cwd=tmp_path)
    said = dict(compared())
    assert said
    for name in said:
        folder = tmp_path / "submitted" / name / "conv1d"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "tests" / "attacks" / f"{name}.ipynb", folder / "conv1d.ipynb")
    nbgrader("autograde", "conv1d", "--create", cwd=tmp_path)
    nbgrader("export", "--to", "grades.csv", cwd=tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == said


def test_the_document_lists_every_attack() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert len(ATTACKS) >= 60
    assert sorted(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)) == [path.stem for path in ATTACKS]
    assert {path.stem.partition("-")[0] for path in ATTACKS} == set(GROUPS)


def compared() -> Iterator[tuple[str, float]]:
    """Read from the document what plain nbgrader gives, by attack."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for name, marks in re.findall(r"^\| `(marks-[\w-]+)` \|.*\| ([\d.]+) \|$", text, re.MULTILINE):
        yield name, float(marks)


def graded(data: bytes, name: str) -> Grading:
    return grade(read_submission(data, name), limits=TIGHT)


def honest() -> Grading:
    """Grade notebooks that are right, of two chapters, for they share a zygote; they must get full marks."""
    for spec in (specs.load("col2im"), SPEC):
        grading = grade(read_submission(nbformat.writes(solved(spec)).encode(), "honest.ipynb"))
        assert (grading.score, grading.notes) == (spec.max_score, ())
    return grading


def fingerprints(course: Path) -> dict[Path, str]:
    folders = (course, *(ROOT / name for name in ("unrolled", "autograder", "solutions", "exercises")))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def descendants() -> list[int]:
    """Return the processes below this one, as the kernel sees them; a zombie counts too."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found = list(children.get(os.getpid(), []))
    for number in found:
        found += children.get(number, [])
    return found


def peak() -> int:
    """Return the most memory that this process has ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Checker(HTMLParser):
    """Refuses in a page what could run or load anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS | {"html", "head", "meta", "title", "style", "body"}, tag
        for name, value in attrs:
            assert name in {"class", "href", "lang", "charset", "content", "name", "http-equiv", "rel"}, name
            assert name != "href" or (value or "").startswith("http"), value

    handle_startendtag = handle_starttag


def assert_harmless(
    grading: Grading, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Assert that no report on a grading runs anything, redraws a terminal or is endless."""
    page = report_page(grading)
    Checker().feed(page)
    assert page.encode()
    assert len(page) < PAGE
    monkeypatch.setattr(cli, "grade", lambda *_: grading)
    capsys.readouterr()
    folder = path.parent if path.parent != ATTACKS[0].parent else None
    cli.app.main(["grade", str(path), *(["--html", str(folder)] if folder else [])], standalone_mode=False)
    printed = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in printed.out + printed.err)
    assert len(printed.out) < TERMINAL
    notebook = read_submission(path.read_bytes(), path.name).notebook
    write_outputs(notebook, grading)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            Checker().feed(output.get("data", {}).get("text/html", ""))
    assert nbformat.writes(notebook).encode()
