"""The whole cycle of nbgrader with its own command line, for three students; and plain nbgrader on the same files."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder import specs
from autograder.notebooks import answer_source, original, released, solved
from benchmarks import classes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SPEC = specs.load("conv1d")
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
EXCHANGE = "--Exchange.root={}"
PLAIN = classes.PLAIN  # nbgrader as it comes


def nbgrader(*arguments: str, cwd: Path, as_user: str = "", program: str = "nbgrader") -> str:
    """Run nbgrader, for a student under a user id of that name; return what it said, and insist on success."""
    command = [str(BIN / program), *arguments]
    if as_user:
        passwd = cwd / f"passwd-{as_user}"
        passwd.write_text(f"{as_user}:x:1234:1234::/nonexistent:/bin/sh\n")
        identity = [
            "--unshare-user",
            "--uid",
            "1234",
            "--gid",
            "1234",
            "--ro-bind",
            str(passwd),
            "/etc/passwd",
            "--setenv",
            "HOME",
            str(cwd),
        ]
        command = ["bwrap", "--dev-bind", "/", "/", *identity, "--chdir", str(cwd), "--", *command]
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def tampered() -> NotebookNode:
    """All answers right, but one check cell deleted, one edited, one doubled, one answer cell's marks changed."""
    notebook = solved(SPEC)
    named = {cell.id: cell for cell in notebook.cells}
    notebook.cells.remove(named["banded-check"])
    named["correlate-check"].source = "2 + 2"
    notebook.cells.append(named["out_size-check"])
    named["im2col_1d-answer"].metadata.nbgrader.grade_id = "col2im_1d-answer"
    return notebook


def partly() -> NotebookNode:
    question = SPEC.question("col2im_1d")
    todo = dict.fromkeys(("banded", "shifted_sum", "test_correlate"), "raise NotImplementedError")
    return solved(SPEC, todo | {question.id: answer_source(question, question.mistakes[0])})


STUDENTS = {"ann": (solved(SPEC), 24.0), "bob": (partly(), 13.0), "cem": (tampered(), 24.0)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    exchange = EXCHANGE.format(folder / "exchange")
    (folder / "exchange").mkdir()
    nbgrader("generate_assignment", "conv1d", "--create", cwd=folder)
    nbgrader("release_assignment", "conv1d", exchange, cwd=folder)
    for name, (notebook, _) in STUDENTS.items():
        home = folder / "home" / name
        home.mkdir(parents=True)
        nbgrader("fetch_assignment", "conv1d", "--course=unrolled", exchange, cwd=home, as_user=name)
        assert "HIDDEN" not in (home / "conv1d" / "conv1d.ipynb").read_text()
        nbformat.write(notebook, home / "conv1d" / "conv1d.ipynb")
        nbgrader("submit", "conv1d", "--course=unrolled", exchange, cwd=home, as_user=name)
    nbgrader("collect", "conv1d", exchange, "--ExchangeCollect.check_owner=False", cwd=folder)
    nbgrader("autograde", "conv1d", "--create", cwd=folder)
    nbgrader("generate_feedback", "conv1d", cwd=folder)
    nbgrader("release_feedback", "conv1d", exchange, cwd=folder)
    for name in STUDENTS:
        nbgrader("fetch_feedback", "conv1d", "--course=unrolled", exchange, cwd=folder / "home" / name, as_user=name)
    nbgrader("export", "--to", "grades.csv", cwd=folder)
    return folder


def test_the_exported_marks_are_right(course: Path) -> None:
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert rows == {name: (score, 24.0) for name, (_, score) in STUDENTS.items()}


def test_the_command_line_gives_the_same_marks(course: Path) -> None:
    for name, (_, score) in STUDENTS.items():
        file = course / "var" / "course" / "submitted" / name / "conv1d" / "conv1d.ipynb"
        done = subprocess.run([BIN / "autograder", "grade", "--json", file], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["score"] == score


def test_students_fetch_feedback_with_the_hint_and_without_hidden_tests(course: Path) -> None:
    for name in STUDENTS:
        (page,) = (course / "home" / name / "conv1d" / "feedback").rglob("*.html")
        assert "BEGIN HIDDEN TESTS" not in page.read_text()
        assert "check_hidden" not in page.read_text()
        assert ("What should happen to the first when the second arrives?" in page.read_text()) == (name == "bob")


def test_tampering_is_said_in_the_feedback(course: Path) -> None:
    (page,) = (course / "home" / "cem" / "conv1d" / "feedback").rglob("*.html")
    autograded = nbformat.read(course / "var/course/autograded/cem/conv1d/conv1d.ipynb", as_version=4)
    checks = [c.metadata.nbgrader.grade_id for c in autograded.cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert sorted(checks) == sorted(question.id for question in SPEC.questions)
    assert page.is_file()


def test_plain_nbgrader_marks_the_same_notebooks(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(PLAIN)
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    nbgrader("generate_assignment", "conv1d", "--create", cwd=tmp_path)
    for name, notebook in {"ann": solved(SPEC), "bob": partly(), "dan": released(original("conv1d"))}.items():
        folder = tmp_path / "submitted" / name / "conv1d"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "conv1d.ipynb")
    nbgrader("autograde", "conv1d", "--create", cwd=tmp_path)
    nbgrader("export", "--to", "grades.csv", cwd=tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == {
            "ann": 24.0,
            "bob": 13.0,
            "dan": 0.0,
        }


@pytest.mark.parametrize(("notebook", "verdict"), [(solved(SPEC), "Success!"), (partly(), "FAILED")])
def test_nbgrader_validate_tells_right_from_wrong(notebook: NotebookNode, verdict: str, tmp_path: Path) -> None:
    nbformat.write(notebook, tmp_path / "conv1d.ipynb")
    said = nbgrader("validate", "conv1d.ipynb", cwd=tmp_path)
    assert verdict in said
