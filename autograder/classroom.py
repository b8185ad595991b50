"""A class's submissions graded in one go: ``nbgrader autograde`` with one gradebook and several graders.

nbgrader opens its gradebook about nine times for each submission, and reads and writes each notebook twice.
Here the same converter and the same preprocessors work on one open gradebook, and answers are judged before,
by ``workers`` processes; only this process writes to the gradebook.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearOutput
from traitlets import Integer
from traitlets.config import Config, PyFileConfigLoader

from autograder.preprocessors import JudgeAnswers, RestoreChecks, read_for, unsolved
from autograder.specs import stems
from autograder.submission import SubmissionError

USERS = ("converters.autograde", *(f"preprocessors.{name}" for name in (
    "saveautogrades", "overwritecells", "overwritekernelspec", "latesubmissions")))  # fmt: skip
JUDGING = (RestoreChecks, ClearOutput, JudgeAnswers)


class OpenGradebook(Gradebook):
    """A gradebook that stays open when those who share it are done with it."""

    def close(self) -> None:
        """Forget what was read and not committed, as a closed gradebook would; :meth:`finish` closes."""
        self.db.remove()

    def finish(self) -> None:
        """Close the connection."""
        super().close()


class ClassAutograde(Autograde):
    """nbgrader's converter, with one open gradebook, and notebooks judged by processes of their own."""

    workers = Integer(1, min=1, help="How many notebooks are judged at the same time").tag(config=True)

    def convert_notebooks(self) -> None:
        """Judge and record every submission that nbgrader would."""
        self._judged: dict[str, Future[Judged]] = {}
        with ExitStack() as stack:
            stack.enter_context(_one_gradebook(self.coursedir))
            if self.workers > 1:
                pool = ProcessPoolExecutor(self.workers, mp_context=get_context("forkserver"))
                stack.enter_context(pool)
                for path, stem, student in self._to_judge():
                    self._judged[path] = pool.submit(judged, path, stem, student)
            super().convert_notebooks()

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Record one notebook's marks, and write it once."""
        stem = Path(notebook_filename).stem
        if stem not in stems():
            super().convert_single_notebook(notebook_filename)
            return
        resources = self.init_single_notebook_resources(notebook_filename)
        future = self._judged.pop(notebook_filename, None)
        student = resources["nbgrader"]["student"]
        notebook, reason = future.result() if future else judged(notebook_filename, stem, student)
        if reason:
            self.log.error("No marks for %s: %s", notebook_filename, reason)
        self.exporter._preprocessors = []
        for step in (*self.sanitize_preprocessors, *self.autograde_preprocessors):
            if step not in JUDGING:
                self.exporter.register_preprocessor(step)
        self.write_single_notebook(*self.exporter.from_notebook_node(notebook, resources))

    def _to_judge(self) -> Iterator[tuple[str, str, str]]:
        for folder in sorted(self.assignments):
            self.notebooks = sorted(self.assignments[folder])
            for path in self.notebooks:
                marks = self.init_single_notebook_resources(path)["nbgrader"]
                if marks["notebook"] in stems() and self.init_destination(marks["assignment"], marks["student"]):
                    yield path, marks["notebook"], marks["student"]


Judged = tuple[NotebookNode, str]


def autograde(assignment: str, folder: Path | None = None, workers: int = 1, *, force: bool = False) -> None:
    """Grade what was collected of an assignment, in the course of the ``nbgrader_config.py`` in a folder.

    Raises:
        nbgrader.converters.base.NbGraderException: if nothing was found, or nbgrader's own part failed for a student.
    """
    root = (folder or Path.cwd()).absolute()
    here = Path.cwd()
    os.chdir(root)  # nbgrader's paths, and those in its configuration, are relative to the course's folder
    try:
        config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        course = CourseDirectory(config=config, root=str(root), assignment_id=assignment)
        ClassAutograde(coursedir=course, config=config, workers=workers, force=force).start()
    finally:
        os.chdir(here)


def judged(path: str, stem: str, student: str) -> Judged:
    """Judge one file; return the notebook with reports and marks, and why it could not be graded, if so."""
    reason = ""
    try:
        notebook = read_for(stem, Path(path))
    except SubmissionError as error:
        reason = str(error)
        notebook = unsolved(stem, reason)
    resources: dict[str, Any] = {"nbgrader": {"notebook": stem, "student": student}}
    for step in JUDGING:
        notebook, resources = step().preprocess(notebook, resources)
    return notebook, reason


@contextmanager
def _one_gradebook(course: CourseDirectory) -> Iterator[None]:
    """Let all parts of nbgrader that record marks share one gradebook."""
    gradebook = OpenGradebook(course.db_url, course.course_id)
    with ExitStack() as stack:
        stack.callback(gradebook.finish)
        for name in USERS:
            stack.enter_context(patch(f"nbgrader.{name}.Gradebook", lambda *_, **__: gradebook))
        yield
