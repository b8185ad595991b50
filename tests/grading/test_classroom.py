"""``autograder grade-class`` ends where ``nbgrader autograde`` ends: the same gradebook and the same files."""

import shutil
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import PyFileConfigLoader

from autograder import specs
from autograder.classroom import ClassAutograde, grade_class
from autograder.gradebook import ClassroomError
from autograder.notebooks import solved
from autograder.pool import Here, in_order
from tests.grading.test_nbgrader import ROOT, nbgrader, partly
from tests.grading.test_nbgrader_class import CLASS, LATE, PENALTY, hand_in, set_due_date

pytestmark = pytest.mark.slow

SPEC = specs.load("conv1d")
LATER = "2030-01-04 00:00:00 UTC"
Grader = Callable[[bool], object]


def with_nbgrader(force: bool) -> None:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(Path.cwd())).load_config()
    course = CourseDirectory(config=config, assignment_id="conv1d")
    with warnings.catch_warnings(action="ignore"):  # nbgrader's own, of its use of SQLAlchemy
        Autograde(coursedir=course, config=config, force=force).start()


def with_one_worker(force: bool) -> None:
    assert grade_class(["conv1d"], 1, force=force)


def with_two_workers(force: bool) -> None:
    assert grade_class(["conv1d"], 2, force=force)


def new_course(folder: Path) -> Path:
    """A course whose assignment has a data file, and no submissions."""
    (folder / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + PENALTY)
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    (folder / "exercises/conv1d/data.txt").write_text("of the teacher")
    nbgrader("generate_assignment", "conv1d", "--create", cwd=folder)
    set_due_date(folder)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def here(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the course, as the current folder."""
    folder = tmp_path / "course"
    shutil.copytree(course, folder)
    monkeypatch.chdir(folder)
    return folder


def term(folder: Path, grade: Grader) -> dict[str, Any]:
    """Grade a class, have a teacher correct a mark, have students hand in again, grade again; return all there is."""
    for student, (notebook, _) in CLASS.items():
        hand_in(folder, student, notebook)
    hand_in(folder, "late", solved(SPEC), LATE)
    hand_in(folder, "again", partly())
    hand_in(folder, "corrected", partly())
    submitted = folder / "var/course/submitted"
    (submitted / "right/conv1d/data.txt").write_text("of the student")
    (submitted / "right/conv1d/notes").mkdir()
    (submitted / "right/conv1d/notes/more.txt").write_text("also handed in")
    (submitted / "partly/conv1d/timestamp.txt").unlink()
    grade(False)
    with gradebook(folder) as book:
        mark = book.find_grade("banded", "conv1d", "conv1d", "corrected")
        mark.manual_score = 1.5
        book.find_comment("banded-answer", "conv1d", "conv1d", "corrected").manual_comment = "Nearly."
        book.db.commit()
    hand_in(folder, "again", solved(SPEC), LATER)
    grade(False)
    hand_in(folder, "corrected", solved(SPEC))
    grade(True)
    return marks(folder) | files(folder / "var/course/autograded")


def gradebook(folder: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{folder / 'var/course/gradebook.db'}", "unrolled")


def marks(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with gradebook(folder) as book:
        for submission in book.assignment_submissions("conv1d"):
            (notebook,) = submission.notebooks
            found[submission.student.id] = {
                "submission": (submission.timestamp, submission.score, submission.late_submission_penalty),
                "to look at": submission.needs_manual_grade,
                "grades": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.score, grade.needs_manual_grade)
                    for grade in notebook.grades
                },
                "comments": {c.name: (c.auto_comment, c.manual_comment) for c in notebook.comments},
            }
    return found


def files(folder: Path) -> dict[str, tuple[int, str]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.read_text()) for path in found}


@pytest.fixture(scope="module")
def expected(course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What nbgrader makes of the class."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    shutil.copytree(course, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("secrets.randbits", lambda bits: 7)  # else every report shows other numbers
        return term(folder, with_nbgrader)


@pytest.mark.parametrize("grade", [with_one_worker, with_two_workers])
def test_gradebook_and_files_are_those_of_nbgrader(
    grade: Grader, expected: dict[str, Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbits", lambda bits: 7)
    found = term(here, grade)
    assert found.keys() == expected.keys()
    for name, what in expected.items():
        assert found[name] == what, name


def test_the_class_of_the_comparison_shows_what_it_should(expected: dict[str, Any]) -> None:
    assert expected["late"]["submission"][2] == expected["again"]["submission"][2] == 2.0
    assert expected["corrected"]["grades"]["banded"] == (2.0, 1.5, 1.5, True)
    assert expected["untouched"]["comments"]["banded-answer"] == ("No response.", None)
    assert expected["partly"]["submission"][0] is None
    assert expected["right/conv1d/data.txt"][1] == "of the teacher"
    assert "right/conv1d/notes/more.txt" in expected


def test_a_submission_that_cannot_be_graded_stops_no_other(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for student in ("ann", "bob", "cem"):
        hand_in(here, student, solved(SPEC))
    (here / "var/course/submitted/ann/conv1d/timestamp.txt").write_text("yesterday")
    (here / "var/course/submitted/bob/conv1d/conv1d.ipynb").rename(here / "var/course/submitted/bob/conv1d/mine.ipynb")
    assert not grade_class(["conv1d"], 1)
    said = capsys.readouterr()
    assert said.out == "cem: 24\nconv1d: 1 graded, 2 not graded\n"
    assert "ann: not graded: timestamp.txt holds no time" in said.err
    assert "bob: not graded: there is no conv1d.ipynb" in said.err
    assert [path.name for path in (here / "var/course/autograded").iterdir() if (path / "conv1d").exists()] == ["cem"]


def test_of_a_submission_that_cannot_be_recorded_nothing_is_left(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step fails, when the student, the submission and all marks have been written."""
    for student in ("ann", "bob", "cem"):
        hand_in(here, student, solved(SPEC))
    last = ClassAutograde.set_permissions

    def failing(self: ClassAutograde, assignment: str, student: str) -> None:
        if student == "bob":
            raise OSError("the disk is full")
        last(self, assignment, student)

    monkeypatch.setattr(ClassAutograde, "set_permissions", failing)
    assert not grade_class(["conv1d"], 1)
    assert not (here / "var/course/autograded/bob/conv1d").exists()
    with Gradebook("sqlite:///var/course/gradebook.db", "unrolled") as book:
        assert [submission.student.id for submission in book.assignment_submissions("conv1d")] == ["ann", "cem"]
        assert [student.id for student in book.students] == ["ann", "cem"]
    monkeypatch.undo()
    monkeypatch.chdir(here)
    assert grade_class(["conv1d"], 1)  # which is how he gets his marks


def test_who_stops_it_midway_finds_no_submission_that_only_looks_graded(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    hand_in(here, "ann", solved(SPEC))
    monkeypatch.setattr(ClassAutograde, "set_permissions", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade_class(["conv1d"], 1)
    assert not (here / "var/course/autograded/ann/conv1d").exists()


def test_a_folder_without_a_notebook_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for student in ("ann", "bob"):
        hand_in(here, student, solved(SPEC))
    folder = here / "var/course/submitted/bob/conv1d"
    (folder / "conv1d.ipynb").rename(folder / "conv1d.ipynb.txt")
    assert not grade_class(["conv1d"], 1)
    assert "bob: not graded: there is no conv1d.ipynb" in capsys.readouterr().err


def test_a_link_to_another_notebook_is_no_answer(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for student in ("ann", "bob"):
        hand_in(here, student, solved(SPEC))
    (here / "var/course/submitted/bob/conv1d/conv1d.ipynb").unlink()
    (here / "var/course/submitted/bob/conv1d/conv1d.ipynb").symlink_to(
        here / "var/course/submitted/ann/conv1d/conv1d.ipynb"
    )
    assert grade_class(["conv1d"], 1)
    assert "bob: the file is a link to another" in capsys.readouterr().out


def test_a_gradebook_that_is_none_is_said_in_a_line(here: Path) -> None:
    hand_in(here, "ann", solved(SPEC))
    (here / "var/course/gradebook.db").write_bytes(b"no database" * 99)
    with pytest.raises(ClassroomError, match="the gradebook cannot be used"):
        grade_class(["conv1d"], 1)


def test_what_has_been_graded_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(here, "ann", solved(SPEC))
    assert grade_class(["conv1d"], 1)
    assert grade_class(["conv1d"], 1)
    assert capsys.readouterr().out == "ann: 24\nconv1d: 1 graded, 0 not graded\nconv1d: 0 graded, 0 not graded\n"


def test_a_class_is_asked_the_same_and_the_next_time_something_else(here: Path) -> None:
    for student in ("ann", "bob"):
        hand_in(here, student, partly())
    seen = []
    for _ in range(2):
        assert grade_class(["conv1d"], 2, force=True)
        ann, bob = (here / f"var/course/autograded/{student}/conv1d/conv1d.ipynb" for student in ("ann", "bob"))
        assert ann.read_text() == bob.read_text()
        seen.append(ann.read_text())
    assert seen[0] != seen[1]


def test_other_preprocessors_are_not_passed_over(here: Path) -> None:
    hand_in(here, "ann", solved(SPEC))
    with (here / "nbgrader_config.py").open("a") as config:
        config.write("c.Autograde.autograde_preprocessors.append(nb.LimitOutput)\n")
    with pytest.raises(ClassroomError, match="other preprocessors than the course's; use nbgrader autograde conv1d"):
        grade_class(["conv1d"], 1)


def test_an_assignment_that_was_changed_has_to_be_generated_again(here: Path) -> None:
    hand_in(here, "ann", solved(SPEC))
    with gradebook(here) as book:
        book.find_source_cell("banded", "conv1d", "conv1d").checksum = "of another version"
        book.db.commit()
    with pytest.raises(ClassroomError, match="another version of conv1d; run nbgrader generate_assignment conv1d"):
        grade_class(["conv1d"], 1)


def test_what_is_missing_is_said(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClassroomError, match="No notebooks were matched"):
        grade_class(["conv1d"], 1)
    hand_in(here, "ann", solved(SPEC))
    with gradebook(here) as book:
        book.remove_assignment("conv1d")
    with pytest.raises(ClassroomError, match="the gradebook does not know conv1d"):
        grade_class(["conv1d"], 1)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ClassroomError, match=r"nbgrader_config\.py is not here"):
        grade_class(["conv1d"], 1)


@pytest.mark.parametrize("ahead", [0, 1, 5])
def test_work_is_handed_out_in_order_and_not_too_far_ahead(ahead: int) -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        return number * number

    for place, (job, future) in enumerate(in_order(Here(), work, range(20), ahead)):
        assert (job, future.result()) == (place, place * place)
        assert len(begun) <= place + 1 + ahead
    assert begun == list(range(20))


def test_an_error_of_the_work_is_kept_for_who_asks() -> None:
    future: Future[float] = Here().submit(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        future.result()
