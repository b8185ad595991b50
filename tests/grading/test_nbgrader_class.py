"""A class with odd notebooks, and files that are none, through nbgrader: each gets the marks that were earned."""

import csv
import json
import shutil
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder import specs
from autograder.notebooks import original, released, solved
from tests.grading.test_nbgrader import ROOT, nbgrader, partly, tampered

pytestmark = pytest.mark.slow

SPEC = specs.load("conv1d")
DUE, EARLY, LATE = "2030-01-02 00:00:00 UTC", "2030-01-01 00:00:00 UTC", "2030-01-03 00:00:00 UTC"
PENALTY = """
from nbgrader.plugins import BasePlugin


class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0


c.AssignLatePenalties.plugin_class = TwoPoints
"""
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script> and [a link](javascript:alert(3))"


def marked_up() -> NotebookNode:
    notebook = solved(SPEC)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(MARKUP))
    return notebook


def warning_on_stderr() -> NotebookNode:
    notebook = solved(SPEC)
    notebook.cells.append(nbformat.v4.new_code_cell("import numpy as np\nnp.log(np.zeros(2))"))
    return notebook


def half_character() -> bytes:
    tree = solved(SPEC)
    tree.cells.append(nbformat.v4.new_markdown_cell("HALF"))
    return str(nbformat.writes(tree)).replace("HALF", "\\ud800").encode()


def metadata_is_a_list() -> bytes:
    tree = json.loads(nbformat.writes(solved(SPEC)))
    tree["metadata"] = []
    return json.dumps(tree).encode()


def another_assignment() -> NotebookNode:
    notebook = solved(SPEC)
    notebook.metadata.unrolled.stem = "conv9d"
    return notebook


def dies() -> NotebookNode:
    """All right, but a cell ends the process."""
    notebook = solved(SPEC)
    notebook.cells.append(nbformat.v4.new_code_cell("import os\nos._exit(0)"))
    return notebook


CLASS: dict[str, tuple[NotebookNode | bytes, float]] = {
    "right": (solved(SPEC), 24.0),
    "partly": (partly(), 13.0),
    "tampered": (tampered(), 24.0),
    "untouched": (released(original("conv1d")), 0.0),
    "markup": (marked_up(), 24.0),
    "warning": (warning_on_stderr(), 24.0),
    "dies": (dies(), 24.0),
    "half": (half_character(), 24.0),
    "empty": (b"", 0.0),
    "text": (b"this is no notebook", 0.0),
    "old": (b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', 0.0),
    "list": (metadata_is_a_list(), 0.0),
    "other": (another_assignment(), 0.0),
    "huge": (b" " * (30 << 20), 0.0),
}
UNREADABLE = ("empty", "text", "old", "list", "other", "huge")


def hand_in(course: Path, student: str, notebook: NotebookNode | bytes, timestamp: str = EARLY) -> None:
    folder = course / "var/course/submitted" / student / "conv1d"
    folder.mkdir(parents=True, exist_ok=True)
    data = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
    (folder / "conv1d.ipynb").write_bytes(data)
    (folder / "timestamp.txt").write_text(timestamp)


def set_due_date(course: Path) -> None:
    with Gradebook(f"sqlite:///{course / 'var/course/gradebook.db'}", "unrolled") as book:
        book.update_or_create_assignment("conv1d", duedate=datetime.fromisoformat(DUE.removesuffix(" UTC")))


@pytest.fixture(scope="module", params=[("nbgrader", "autograde"), ("autograder", "grade-class")], ids=" ".join)
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that was graded twice: one student is late, one hands in again after the first time."""
    program, command = request.param
    folder = tmp_path_factory.mktemp("class")
    (folder / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + PENALTY)
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    nbgrader("generate_assignment", "conv1d", "--create", cwd=folder)
    set_due_date(folder)
    for student, (notebook, _) in CLASS.items():
        hand_in(folder, student, notebook)
    hand_in(folder, "late", solved(SPEC), LATE)
    hand_in(folder, "again", partly())
    nbgrader(command, "conv1d", cwd=folder, program=program)
    hand_in(folder, "again", solved(SPEC), LATE)
    nbgrader(command, "conv1d", cwd=folder, program=program)
    nbgrader("generate_feedback", "conv1d", cwd=folder)
    nbgrader("export", "--to", "grades.csv", cwd=folder)
    return folder


def test_every_student_gets_the_marks_that_were_earned(course: Path) -> None:
    with (course / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    expected = {student: score for student, (_, score) in CLASS.items()}
    assert scores == expected | {"late": 22.0, "again": 22.0}


@pytest.mark.parametrize("student", UNREADABLE)
def test_feedback_says_why_a_file_was_not_graded(course: Path, student: str) -> None:
    page = (course / "var/course/feedback" / student / "conv1d/conv1d.html").read_text()
    assert "What was handed in could not be graded" in page


def test_feedback_says_what_was_restored(course: Path) -> None:
    page = (course / "var/course/feedback/tampered/conv1d/conv1d.html").read_text()
    assert "The check cell of banded is missing; its answer was graded all the same." in page


def test_feedback_holds_no_active_markup_and_no_hidden_tests(course: Path) -> None:
    page = (course / "var/course/feedback/markup/conv1d/conv1d.html").read_text()
    assert "onerror" not in page
    assert "alert(" not in page
    assert "check_hidden" not in page
    assert "Content-Security-Policy" in page.partition("</head>")[0]
