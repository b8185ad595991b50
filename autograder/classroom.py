"""A whole class at once: what ``nbgrader autograde`` does, without its repetitions.

For each submission nbgrader opens the gradebook nine times, asks it about every cell, commits every mark, and writes
the notebook only to read it again. Here :func:`assess`, which knows nothing of the gradebook and may run in another
process, makes the autograded notebook and its marks of a submitted file; :class:`ClassAutograde`, the only writer,
keeps the gradebook open and commits a submission's marks at once. Files, marks, comments, penalties and the choice of
what is graded again are the same, for which there is a test. So it stands for fixed preprocessors (``SANITIZE`` and
``AUTOGRADE``), and refuses a configuration with others.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, ClearOutput
from nbgrader.utils import compute_checksum, determine_grade, find_all_files, is_grade, is_solution, parse_utc, rmtree
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from autograder import specs
from autograder.cases import Hidden
from autograder.gradebook import ClassroomError, Edition, edition_of, record
from autograder.pool import executor, in_order
from autograder.preprocessors import AUTOGRADE, SANITIZE, JudgeAnswers, RestoreChecks, read_or_explain
from autograder.sandbox import SandboxError

CONFIG = "nbgrader_config.py"
AHEAD = 4  # submissions per worker that may be judged before the writer has taken the first of them


class Job(NamedTuple):
    """One student's file of an assignment, and how to judge it; the seed of the cases is the whole class's."""

    stem: str
    student: str
    path: str
    edition: Edition
    settings: Config
    seed: int


@dataclass(frozen=True)
class Assessment:
    """What becomes of a submitted file.

    Attributes:
        text: the autograded notebook.
        scores: marks by grade id; None where a person has to give them.
        unanswered: by grade id of an answer cell, whether it is still the stub.
        problem: why the file could not be read, if it could not.
    """

    text: str
    scores: dict[str, float | None]
    unanswered: dict[str, bool]
    problem: str


def grade_class(stems: Sequence[str], workers: int, *, force: bool = False) -> bool:
    """Grade what a class handed in, in the folder of ``nbgrader_config.py``; print a line for each student.

    Args:
        stems: the assignments.
        workers: processes that judge; with one, everything happens in this process.
        force: grade again what has been graded and not been handed in again.

    Returns:
        Whether everybody's submission could be graded.

    Raises:
        ClassroomError: if there is no course here, or an assignment is not ready to be graded.
        UnknownAssignmentError: if a stem is no chapter.
        SandboxError: if student code cannot be isolated on this machine.
    """
    if not os.path.exists(CONFIG):
        raise ClassroomError(f"{CONFIG} is not here; run this in the folder that holds it")
    config = PyFileConfigLoader(CONFIG, path=os.getcwd()).load_config()
    complete = True
    with executor(workers) as judges:
        for stem in stems:
            specs.load(stem)
            course = CourseDirectory(config=config, assignment_id=stem)
            run = ClassAutograde(
                judges, workers * AHEAD if workers > 1 else 0, coursedir=course, config=config, force=force
            )
            try:
                run.start()
            except NbGraderException as error:
                raise ClassroomError(str(error)) from error
            except SQLAlchemyError as error:
                reason = str(error).partition("\n")[0]
                raise ClassroomError(f"the gradebook cannot be used: {reason}; nbgrader db upgrade may help") from error
            except BrokenProcessPool as error:
                raise ClassroomError("a worker was killed; what has been graded stays, run this again") from error
            print(f"{stem}: {run.graded} graded, {run.failed} not graded")
            complete = complete and not run.failed
    return complete


class ClassAutograde(Autograde):
    """Grades what was handed in for one assignment; configured as ``Autograde`` is."""

    def __init__(self, judges: Executor, ahead: int, **settings: Any) -> None:
        """Prepare to have submissions judged, up to ``ahead`` of them before they are recorded."""
        super().__init__(**settings)
        self.judges, self.ahead = judges, ahead
        self.graded = self.failed = 0

    def convert_notebooks(self) -> None:
        """Grade every submission that is new; one that fails is named, and stops no other.

        Raises:
            ClassroomError: if this class cannot stand for what the configuration asks for.
            SandboxError: if student code cannot be isolated on this machine.
        """
        stem = self.coursedir.assignment_id
        chosen = (tuple(self.sanitize_preprocessors), tuple(self.autograde_preprocessors))
        if chosen != (SANITIZE, AUTOGRADE):
            raise ClassroomError(f"{CONFIG} has other preprocessors than the course's; use nbgrader autograde {stem}")
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book, book.engine.connect() as connection:
            edition = edition_of(book, specs.load(stem))
            book.db.remove()
            # A submission is one transaction, committed here and not by nbgrader; what was written is not read again.
            book.db.configure(bind=connection, join_transaction_mode="rollback_only", expire_on_commit=False)
            settings, seed = Config(JudgeAnswers=self.config.JudgeAnswers), secrets.randbits(64)
            jobs = (Job(stem, student, path, edition, settings, seed) for student, path in self._waiting(stem))
            for job, future in in_order(self.judges, assess, jobs, self.ahead):
                try:
                    assessment = future.result()
                    with connection.begin():
                        self._hand_over(book, job, assessment)
                except (SandboxError, BrokenProcessPool):
                    raise
                except Exception as error:  # whatever it is, the other students get their marks
                    self._take_back(job)
                    self._fail(job.student, error)
                except BaseException:  # else what has been written would look graded the next time
                    self._take_back(job)
                    raise
                else:
                    self.graded += 1
                    print(f"{job.student}: {assessment.problem or marks_of(assessment)}")
                book.db.remove()  # lets go of all that was loaded

    def _waiting(self, stem: str) -> Iterator[tuple[str, str]]:
        """Yield student and file of each submission that has not been graded, or has been handed in again."""
        for folder in sorted(glob(self._format_source(stem, self.coursedir.student_id))):
            path = os.path.join(folder, f"{stem}.ipynb")
            student = self.init_single_notebook_resources(path)["nbgrader"]["student"]
            self.notebooks = [path]
            try:
                if not os.path.exists(path):
                    raise FileNotFoundError(f"there is no {stem}.ipynb among what was handed in")
                if self.init_destination(stem, student):
                    yield student, path
            except Exception as error:
                self._fail(student, error)

    def _fail(self, student: str, error: Exception) -> None:
        self.failed += 1
        print(f"{student}: not graded: {error}", file=sys.stderr)

    def _hand_over(self, book: Gradebook, job: Job, assessment: Assessment) -> None:
        """Put one student's files and marks where nbgrader puts them."""
        self.notebooks = [job.path]
        self.run_pre_convert_hook()
        BaseConverter.init_assignment(self, job.stem, job.student)  # copies what else was handed in
        self._copy_source_files(job)
        resources = self.init_single_notebook_resources(job.path) | {"output_extension": ".ipynb"}
        self.write_single_notebook(assessment.text, resources)
        self._record(book, job, assessment)
        self.set_permissions(job.stem, job.student)
        self.run_post_convert_hook()

    def _copy_source_files(self, job: Job) -> None:
        """Copy the assignment's own files, over what students made of them."""
        source = self.coursedir.format_path(self.coursedir.source_directory, ".", job.stem)
        kept = {os.path.join(source, name) for name in self.exclude_overwriting.get(job.stem, [])}
        for name in set(find_all_files(source, [*self.coursedir.ignore, "*.ipynb"])) - kept:
            copy = Path(self._format_dest(job.stem, job.student), os.path.relpath(name, source))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copy(name, copy)

    def _record(self, book: Gradebook, job: Job, assessment: Assessment) -> None:
        """Write marks, comments and the late penalty; a student who is not in the gradebook may be put there."""
        student = (book.update_or_create_student if self.create_student else book.find_student)(job.student)
        notebook = record(book, job.stem, student, job.edition, assessment.scores, assessment.unanswered)
        try:
            timestamp = self.coursedir.get_existing_timestamp(self._format_source(job.stem, job.student))
        except AttributeError as error:  # nbgrader calls a method that it does not have when it cannot read the time
            raise ClassroomError("timestamp.txt holds no time; correct or remove it") from error
        if timestamp:
            notebook.assignment.timestamp = parse_utc(timestamp)
        notebook.late_submission_penalty = self._penalty(book, job.student, notebook)
        book.db.commit()

    def _penalty(self, book: Gradebook, student: str, notebook: SubmittedNotebook) -> float | None:
        """Ask the configured policy for the penalty, which is between 0 and the score."""
        if (late := notebook.assignment.total_seconds_late) <= 0:
            return None
        policy = AssignLatePenalties(parent=self)
        policy.init_plugin()
        book.db.flush()
        score = notebook.score  # summed up by the database
        penalty = policy.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(penalty, 0), score)

    def _take_back(self, job: Job) -> None:
        destination = self._format_dest(job.stem, job.student)
        if os.path.exists(destination):
            rmtree(destination)


def assess(job: Job) -> Assessment:
    """Judge a submitted file and make the autograded notebook, as the configured preprocessors would.

    Raises:
        SandboxError: if student code cannot be isolated on this machine.
    """
    notebook, problem = read_or_explain(job.stem, Path(job.path))
    resources: dict[str, Any] = {"nbgrader": {"student": job.student, "assignment": job.stem, "notebook": job.stem}}
    for step in (RestoreChecks(), ClearOutput()):
        notebook, resources = step(notebook, resources)
    if job.edition.kernelspec:
        notebook.metadata["kernelspec"] = job.edition.kernelspec
    ours = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    for name, cell in ours.items():
        cell.metadata.nbgrader["checksum"] = job.edition.checksums[name]
    unanswered = {
        name: compute_checksum(cell) == job.edition.checksums[name] for name, cell in ours.items() if is_solution(cell)
    }
    judge = JudgeAnswers(config=job.settings)
    judge.hidden = _hidden(job.stem, job.seed)
    notebook, _ = judge(notebook, resources)
    nbformat.validate(notebook)
    scores = {name: determine_grade(cell)[0] for name, cell in ours.items() if is_grade(cell)}
    return Assessment(nbformat.v4.writes(notebook) + "\n", scores, unanswered, problem)


@lru_cache(maxsize=1)
def _hidden(stem: str, seed: int) -> Hidden:
    return Hidden(specs.load(stem), seed)


def marks_of(assessment: Assessment) -> str:
    """Return the sum of marks, for people."""
    return f"{sum(filter(None, assessment.scores.values())):g}"
