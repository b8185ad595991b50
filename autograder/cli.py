"""The command line: ``autograder grade``, ``grade-class``, ``solve``, ``release``, ``serve``."""

import gc
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import nbformat
import typer

from autograder import specs
from autograder.grading import Grading, grade
from autograder.lean import UNUSED, left_out
from autograder.notebooks import solved
from autograder.release import write_release
from autograder.report import printable, report_page
from autograder.sandbox import SandboxError
from autograder.submission import MAX_BYTES, Submission, SubmissionError, check_size, read_submission

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade, solve and release the notebooks of the course, and serve its website.",
)
UNREADABLE = 2  # exit status when an input could not be read
GARBAGE = 50_000  # new objects, as a few notebooks make, before garbage is looked for

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Notebooks to grade, or folders of them.")]
Stem = Annotated[str, typer.Argument(metavar="STEM", help="A chapter, such as conv1d.")]
Stems = Annotated[list[str], typer.Argument(metavar="STEM...", help="Chapters, such as conv1d.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that judge.")]
Force = Annotated[bool, typer.Option("--force", help="Grade again what has been graded already.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print a line of JSON per file, and for folders a summary.")]
NoSandbox = Annotated[bool, typer.Option("--no-sandbox", help="Run one notebook, your own, without protection.")]
HtmlFolder = Annotated[Path | None, typer.Option("--html", metavar="DIR", help="Write one report page per file.")]
Megabytes = Annotated[float, typer.Option(min=0.1, max=1000, help="Refuse files larger than this.")]
MAX_MEGABYTES = MAX_BYTES / 2**20


@app.command("grade")
def grade_files(
    files: Files,
    as_json: AsJson = False,
    html: HtmlFolder = None,
    max_megabytes: Megabytes = MAX_MEGABYTES,
    no_sandbox: NoSandbox = False,
) -> None:
    """Grade notebooks, and print the marks and what is wrong."""
    from autograder.terminal import grade_with_progress, print_grading  # noqa: PLC0415  (no other command needs it)

    folders = any(file.is_dir() for file in files)
    if no_sandbox:
        _warn_of_no_sandbox(files, folders=folders)
    how = partial(grade, confined=False) if no_sandbox else grade
    tally = Tally()
    for file in _notebooks(files):
        try:
            submission = _read(file, int(max_megabytes * 2**20))
            grading = how(submission) if as_json else grade_with_progress(submission, how)
        except SubmissionError as error:
            _complain(f"{file}: {error}")
            tally.unreadable += 1
            if as_json and folders:
                print(json.dumps({"file": file.name, "error": str(error)}))
            continue
        except SandboxError as error:
            _complain(str(error))
            raise typer.Exit(1) from error
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
                raise typer.Exit(UNREADABLE) from error
    if folders and as_json:
        print(json.dumps({"summary": vars(tally)}))
    raise typer.Exit(UNREADABLE if tally.unreadable else 0)


@app.command("grade-class")
def grade_a_class(stems: Stems, workers: Workers = 1, force: Force = False) -> None:
    """Grade what a class handed in to nbgrader, into its gradebook; in the folder of nbgrader_config.py."""
    gc.disable()  # what is imported stays; looking through it for garbage, now or later, would take a tenth of the time
    with left_out(UNUSED):
        from autograder.classroom import ClassroomError, grade_class  # noqa: PLC0415  (slow to import)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    try:
        complete = grade_class(stems, workers, force=force)
    except (ClassroomError, SandboxError, specs.UnknownAssignmentError) as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    raise typer.Exit(0 if complete else 1)


@app.command()
def solve(
    stem: Stem, output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
) -> None:
    """Write a chapter's notebook with the reference's answers filled in. For teachers."""
    try:
        nbformat.write(solved(specs.load(stem)), output)
    except (specs.UnknownAssignmentError, OSError) as error:
        _complain(str(error))
        raise typer.Exit(UNREADABLE) from error


@app.command()
def release(
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where to write.")],
    without_answers: Annotated[
        bool,
        typer.Option("--without-answers", help="Leave out the right versions that hunts and tests are checked with."),
    ] = False,
) -> None:
    """Write what students get: each notebook without its hidden tests, and all of it as one zip file."""
    try:
        for path in write_release(folder, answers=not without_answers):
            print(path)
    except OSError as error:
        _complain(str(error))
        raise typer.Exit(UNREADABLE) from error


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    database: Annotated[str, typer.Option(help="File for submissions, or a database URL.")] = "var/submissions.db",
    site: Annotated[Path, typer.Option(help="Folder of the built website.")] = Path("_build/html"),
    max_megabytes: Megabytes = MAX_MEGABYTES,
) -> None:
    """Serve the website and grade what is handed in on its submit page."""
    from autograder.service import ServiceError  # noqa: PLC0415  (slow to import, and only needed here)
    from autograder.service import serve as run_service  # noqa: PLC0415

    try:
        run_service(host=host, port=port, database=database, site=site, max_bytes=int(max_megabytes * 2**20))
    except (ServiceError, SandboxError) as error:
        _complain(str(error))
        raise typer.Exit(1) from error


def main() -> None:
    """Run the command line."""
    app()


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


def _notebooks(files: list[Path]) -> Iterator[Path]:
    """Yield files, and the notebooks in folders; a folder without any comes as it is, to be complained of."""
    for file in files:
        within = sorted(file.rglob("*.ipynb")) if file.is_dir() else []
        yield from [path for path in within if ".ipynb_checkpoints" not in path.parts] or [file]


def _warn_of_no_sandbox(files: list[Path], *, folders: bool) -> None:
    if folders or len(files) != 1:
        _complain("--no-sandbox is for one notebook, your own")
        raise typer.Exit(UNREADABLE)
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
