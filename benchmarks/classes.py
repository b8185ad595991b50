"""Classes to grade: folders in which nbgrader finds a course and what its students handed in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder import specs
from autograder.notebooks import answer_source, solved
from autograder.questions import Spec

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
OURS = (ROOT / "nbgrader_config.py").read_text()
PLAIN = """
from nbgrader import preprocessors as nb
c = get_config()
c.CourseDirectory.course_id = "plain"
c.CourseDirectory.source_directory = "exercises"
# The source notebooks hold stubs and no solutions, so there are none to clear; all else is nbgrader's default.
c.GenerateAssignment.preprocessors = [
    nb.LockCells, nb.ClearOutput, nb.ComputeChecksums, nb.SaveCells, nb.ClearHiddenTests, nb.ComputeChecksums]
"""
Marks = Mapping[tuple[str, str, str], float]  # by chapter, student, question


@dataclass(frozen=True)
class Course:
    """A folder with a configuration of nbgrader, and where that keeps things."""

    folder: Path
    var: Path

    def run(self, program: str, *arguments: str) -> None:
        """Run a program in the folder; its messages go to a file there."""
        environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
        command = [str(BIN / program), *arguments]
        with (self.folder / "messages.txt").open("w") as file:
            subprocess.run(command, cwd=self.folder, env=environment, stdout=file, stderr=file, check=True)

    def hand_in(self, submissions: Mapping[tuple[str, str], NotebookNode]) -> None:
        """Put notebooks, by chapter and student, where they are after ``nbgrader collect``."""
        for (stem, student), notebook in submissions.items():
            folder = self.var / "submitted" / student / stem
            folder.mkdir(parents=True)
            nbformat.write(notebook, folder / f"{stem}.ipynb")
            (folder / "timestamp.txt").write_text("2030-01-01 00:00:00 UTC")

    def reset(self) -> None:
        """Forget what has been graded."""
        shutil.rmtree(self.var / "autograded", ignore_errors=True)
        shutil.copy(self.var / "empty.db", self.var / "gradebook.db")

    def marks(self) -> Marks:
        """Read what the gradebook holds."""
        with Gradebook(f"sqlite:///{self.var / 'gradebook.db'}") as book:
            return {
                (assignment.name, submission.student.id, grade.name): grade.score
                for assignment in book.assignments
                for submission in book.assignment_submissions(assignment.name)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }


def make_course(folder: Path, config: str, var: str, stems: Sequence[str]) -> Course:
    """Make a course of some chapters, as nbgrader's ``generate_assignment`` does."""
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(config)
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    course = Course(folder, folder / var)
    for stem in stems:
        course.run("nbgrader", "generate_assignment", stem)
    shutil.copy(course.var / "gradebook.db", course.var / "empty.db")
    return course


def kinds(spec: Spec) -> list[NotebookNode]:
    """Return the notebooks that a class hands in: right, wrong everywhere, raising, and half of it done."""
    questions = spec.questions
    half = questions[len(questions) // 2 :]
    return [
        solved(spec),
        solved(spec, {question.id: answer_source(question, question.mistakes[0]) for question in questions}),
        solved(spec, {question.id: "raise ValueError('not like this')" for question in questions[::2]}),
        solved(spec, dict.fromkeys((question.id for question in half), "raise NotImplementedError")),
    ]


def a_class(stems: Sequence[str], size: int) -> dict[tuple[str, str], NotebookNode]:
    """Return ``size`` submissions, by chapter and student: as many of each chapter, the kinds in turn."""
    students = size // len(stems)
    return {
        (stem, f"student-{number:04}"): notebooks[number % len(notebooks)]
        for stem in stems
        for notebooks in [kinds(specs.load(stem))]
        for number in range(students)
    }
