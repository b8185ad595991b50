"""Grading a class in one go records what ``nbgrader autograde`` records, also for files that are no notebooks."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'var/course/gradebook.db'}", "unrolled")


def rows(course: Path) -> Iterator[tuple[object, ...]]:
    """Yield what the gradebook holds of every submission."""
    with gradebook(course) as book:
        for submission in sorted(book.assignment_submissions("conv1d"), key=lambda one: one.student.id):
            yield submission.student.id, submission.timestamp, submission.score, submission.total_seconds_late
            for notebook in submission.notebooks:
                yield notebook.name, notebook.score, notebook.late_submission_penalty, notebook.needs_manual_grade
                for grade in sorted(notebook.grades, key=lambda one: one.name):
                    yield grade.name, grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade
                for comment in sorted(notebook.comments, key=lambda one: one.name):
                    yield comment.name, comment.auto_comment, comment.manual_comment


def grade_class(course: Path, workers: int) -> None:
    """Grade in a Python of its own, as a teacher does; nbgrader's own warnings are not ours to fail on."""
    program = f"from autograder.classroom import autograde; autograde('conv1d', workers={workers})"
    done = subprocess.run([sys.executable, "-c", program], cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two courses with the same submissions, graded by nbgrader's command and by ours, with a resubmission."""
    plain = tmp_path_factory.mktemp("courses") / "plain"
    plain.mkdir()
    (plain / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + PENALTY)
    shutil.copytree(ROOT / "exercises", plain / "exercises")
    nbgrader("generate_assignment", "conv1d", "--create", cwd=plain)
    with gradebook(plain) as book:
        book.update_or_create_assignment("conv1d", duedate=datetime.fromisoformat(DUE.removesuffix(" UTC")))
    for student, (notebook, _) in CLASS.items():
        hand_in(plain, student, notebook)
    hand_in(plain, "late", solved(SPEC), LATE)
    hand_in(plain, "again", partly())
    ours = Path(shutil.copytree(plain, plain.parent / "ours"))
    for number in range(2):
        nbgrader("autograde", "conv1d", cwd=plain)
        grade_class(ours, workers=1 + number)
        for course in (plain, ours):
            hand_in(course, "again", solved(SPEC), LATE)
    nbgrader("generate_feedback", "conv1d", cwd=ours)
    nbgrader("export", "--to", "grades.csv", cwd=ours)
    return plain, ours


def test_the_gradebooks_are_equal_row_by_row(courses: tuple[Path, Path]) -> None:
    plain, ours = (list(rows(course)) for course in courses)
    assert len(plain) > 100
    assert ours == plain


def test_the_autograded_notebooks_have_the_same_cells(courses: tuple[Path, Path]) -> None:
    for student in CLASS:
        plain, ours = (
            nbformat.read(course / "var/course/autograded" / student / "conv1d/conv1d.ipynb", as_version=4)
            for course in courses
        )
        assert [(c.source, c.metadata) for c in ours.cells] == [(c.source, c.metadata) for c in plain.cells]


def test_every_student_gets_the_marks_that_were_earned(courses: tuple[Path, Path]) -> None:
    with (courses[1] / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    expected = {student: score for student, (_, score) in CLASS.items()}
    assert scores == expected | {"late": 22.0, "again": 22.0}


@pytest.mark.parametrize("student", UNREADABLE)
def test_feedback_says_why_a_file_was_not_graded(courses: tuple[Path, Path], student: str) -> None:
    page = (courses[1] / "var/course/feedback" / student / "conv1d/conv1d.html").read_text()
    assert "What was handed in could not be graded" in page


def test_feedback_says_what_was_restored(courses: tuple[Path, Path]) -> None:
    page = (courses[1] / "var/course/feedback/tampered/conv1d/conv1d.html").read_text()
    assert "The check cell of banded is missing; its answer was graded all the same." in page


def test_feedback_holds_no_active_markup_and_no_hidden_tests(courses: tuple[Path, Path]) -> None:
    page = (courses[1] / "var/course/feedback/markup/conv1d/conv1d.html").read_text()
    assert "onerror" not in page
    assert "alert(" not in page
    assert "check_hidden" not in page
    assert "Content-Security-Policy" in page.partition("</head>")[0]
