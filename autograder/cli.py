"""The command line: ``autograder grade``, ``grade-class``, ``solve``, ``release``, ``serve``."""

import gc
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import nbformat
from click.exceptions import Exit

from autograder import specs
from autograder.grading import Grading, grade
from autograder.lean import UNUSED, kept, left_out
from autograder.notebooks import solved
from autograder.release import write_release
from autograder.report import printable, report_page
from autograder.sandbox import SandboxError
from autograder.submission import MAX_BYTES, Submission, SubmissionError, check_size, read_submission

UNREADABLE = 2  # exit status when an input could not be read
GARBAGE = 50_000  # new objects, as a few notebooks make, before garbage is looked for

PATH = click.Path(path_type=Path)


def _as_bytes(_: click.Context, option: click.Parameter, megabytes: float) -> int:
    if math.isnan(megabytes):  # which is in no range, and out of none
        raise click.BadParameter("a number is needed", param=option)
    return int(megabytes * 2**20)


largest_file = click.option(
    "--max-megabytes",
    "max_bytes",
    type=click.FloatRange(0.1, 1000),
    default=MAX_BYTES / 2**20,
    show_default=True,
    callback=_as_bytes,
    help="Refuse files larger than this.",
)


@click.group()
def app() -> None:
    """Grade, solve and release the notebooks of the course, and serve its website."""


@app.command("grade")
@click.argument("files", metavar="FILE...", type=PATH, nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON per file, and for folders a summary.")
@click.option("--html", metavar="DIR", type=PATH, help="Write one report page per file.")
@largest_file
@click.option("--no-sandbox", is_flag=True, help="Run one notebook, your own, without protection.")
def grade_files(files: Sequence[Path], as_json: bool, html: Path | None, max_bytes: int, no_sandbox: bool) -> None:
    """Grade notebooks.

    The marks are printed, and what is wrong. A FILE may be a folder of notebooks.
    """
    from autograder.terminal import grade_with_progress, print_grading  # noqa: PLC0415  (no other command needs it)

    folders = any(file.is_dir() for file in files)
    if no_sandbox:
        _warn_of_no_sandbox(files, folders=folders)
    how = partial(grade, confined=False) if no_sandbox else grade
    tally = Tally()
    for file in _notebooks(files):
        try:
            submission = _read(file, max_bytes)
            grading = how(submission) if as_json else grade_with_progress(submission, how)
        except SubmissionError as error:
            _complain(f"{file}: {error}")
            tally.unreadable += 1
            if as_json and folders:
                print(json.dumps({"file": file.name, "error": str(error)}))
            continue
        except SandboxError as error:
            _complain(str(error))
            raise Exit(1) from error
        tally.add(grading)
        if as_json:
            print(json.dumps(grading.as_json()))
        else:
            print_grading(grading)
        if html:
            try:
                print(f"Report: {_write_page(grading, html)}", file=sys.stderr)
            except OSError as error:
                _complain(f"the report cannot be written: {error}")
                raise Exit(UNREADABLE) from error
    if folders and as_json:
        print(json.dumps({"summary": vars(tally)}))
    raise Exit(UNREADABLE if tally.unreadable else 0)


@app.command("grade-class")
@click.argument("stems", metavar="STEM...", nargs=-1, required=True)
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that judge.")
@click.option("--force", is_flag=True, help="Grade again what has been graded already.")
def grade_a_class(stems: Sequence[str], workers: int, force: bool) -> None:
    """Grade a class.

    What was handed in to nbgrader goes with its marks into the gradebook; in the folder of nbgrader_config.py.
    """
    with kept(), left_out(UNUSED):
        from autograder.classroom import grade_class  # noqa: PLC0415  (slow to import)
        from autograder.gradebook import ClassroomError  # noqa: PLC0415
    gc.set_threshold(GARBAGE)
    try:
        complete = grade_class(stems, workers, force=force)
    except (ClassroomError, SandboxError, specs.UnknownAssignmentError) as error:
        _complain(str(error))
        raise Exit(1) from error
    raise Exit(0 if complete else 1)


@app.command()
@click.argument("stem")
@click.option("--output", "-o", metavar="FILE", type=PATH, required=True, help="Where to write it.")
def solve(stem: str, output: Path) -> None:
    """Write a notebook with answers.

    They are the reference's, and so for teachers.
    """
    try:
        nbformat.write(solved(specs.load(stem)), output)
    except (specs.UnknownAssignmentError, OSError) as error:
        _complain(str(error))
        raise Exit(UNREADABLE) from error


@app.command()
@click.option("--output", "-o", "folder", metavar="DIR", type=PATH, required=True, help="Where to write.")
@click.option(
    "--without-answers", is_flag=True, help="Leave out the right versions that hunts and tests are checked with."
)
def release(folder: Path, without_answers: bool) -> None:
    """Write what students get.

    That is each notebook without its hidden tests, and all of it as one zip file.
    """
    try:
        for path in write_release(folder, answers=not without_answers):
            print(path)
    except OSError as error:
        _complain(str(error))
        raise Exit(UNREADABLE) from error


@app.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--database", default="var/submissions.db", show_default=True, help="File, or a database URL.")
@click.option("--site", type=PATH, default="_build/html", show_default=True, help="Folder of the built website.")
@largest_file
def serve(host: str, port: int, database: str, site: Path, max_bytes: int) -> None:
    """Serve the website with the grader.

    What is handed in on its submit page is graded.
    """
    from autograder.service import ServiceError  # noqa: PLC0415  (slow to import, and only needed here)
    from autograder.service import serve as run_service  # noqa: PLC0415

    try:
        run_service(host=host, port=port, database=database, site=site, max_bytes=max_bytes)
    except (ServiceError, SandboxError) as error:
        _complain(str(error))
        raise Exit(1) from error


@dataclass
class Tally:
    """How the notebooks of one run came out."""

    graded: int = 0
    unreadable: int = 0
    full_marks: int = 0
    score: float = 0
    max_score: float = 0
    seconds: float = 0

    def add(self, grading: Grading) -> None:
        """Count one that was graded."""
        self.graded += 1
        self.full_marks += grading.score == grading.max_score
        self.score = round(self.score + grading.score, 2)
        self.max_score += grading.max_score
        self.seconds = round(self.seconds + grading.seconds, 3)


def _notebooks(files: Sequence[Path]) -> Iterator[Path]:
    """Yield files, and the notebooks in folders; a folder without any comes as it is, to be complained of."""
    for file in files:
        within = sorted(file.rglob("*.ipynb")) if file.is_dir() else []
        yield from [path for path in within if ".ipynb_checkpoints" not in path.parts] or [file]


def _warn_of_no_sandbox(files: Sequence[Path], *, folders: bool) -> None:
    if folders or len(files) != 1:
        _complain("--no-sandbox is for one notebook, your own")
        raise Exit(UNREADABLE)
    _complain(
        "Without the sandbox this notebook runs as you: it can read, change and delete your files, use the network, "
        "start programs, and give itself any marks. Do this with your own notebook only."
    )


def _read(file: Path, max_bytes: int) -> Submission:
    try:
        check_size(file.stat().st_size, max_bytes)
        if file.is_dir():
            raise SubmissionError("there is no notebook in this folder")
        return read_submission(file.read_bytes(), file.name, max_bytes)
    except OSError as error:
        raise SubmissionError(f"the file cannot be read: {error.strerror}") from error


def _write_page(grading: Grading, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", Path(grading.file).stem).strip("-") or "report"
    path = next(path for path in _numbered(folder, name) if not path.exists())
    path.write_text(report_page(grading), encoding="utf-8")
    return path


def _numbered(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.html"
    number = 2
    while True:
        yield folder / f"{name}-{number}.html"
        number += 1


def _complain(message: str) -> None:
    print(printable(message.replace("\n", " ")), file=sys.stderr)
