"""The command line: ``autograder grade``, ``solve``, ``release``, ``serve``."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from autograder import specs
from autograder.grading import Grading, grade
from autograder.notebooks import solved
from autograder.release import write_release
from autograder.report import WORDS, report_page
from autograder.sandbox import SandboxError
from autograder.submission import MAX_BYTES, Submission, SubmissionError, TooLargeError, read_submission
from unrolled.judge import explain_text
from unrolled.judge.explain import points

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade, solve and release the notebooks of the course, and serve its website.",
)
UNREADABLE = 2  # exit status when an input could not be read

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Notebooks to grade.")]
Stem = Annotated[str, typer.Argument(metavar="STEM", help="A chapter, such as conv1d.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")]
HtmlFolder = Annotated[Path | None, typer.Option("--html", metavar="DIR", help="Write one report page per file.")]
Megabytes = Annotated[float, typer.Option(help="Refuse files larger than this.")]
MAX_MEGABYTES = MAX_BYTES / 2**20


@app.command("grade")
def grade_files(
    files: Files, as_json: AsJson = False, html: HtmlFolder = None, max_megabytes: Megabytes = MAX_MEGABYTES
) -> None:
    """Grade notebooks, and print the marks and what is wrong."""
    status = 0
    for file in files:
        try:
            submission = _read(file, int(max_megabytes * 2**20))
            grading = grade(submission) if as_json else _grade_with_progress(submission)
        except SubmissionError as error:
            _complain(f"{file}: {error}")
            status = UNREADABLE
            continue
        except SandboxError as error:
            _complain(str(error))
            raise typer.Exit(1) from error
        if as_json:
            print(json.dumps(grading.as_json()))
        else:
            _print(grading)
        if html:
            print(f"Report: {_write_page(grading, html)}", file=sys.stderr)
    raise typer.Exit(status)


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
) -> None:
    """Write what students get: each notebook without its hidden tests, and all of it as one zip file."""
    try:
        for path in write_release(folder):
            print(path)
    except OSError as error:
        _complain(str(error))
        raise typer.Exit(UNREADABLE) from error


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
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


def _read(file: Path, max_bytes: int) -> Submission:
    try:
        if (size := file.stat().st_size) > max_bytes:
            megabytes = f"the file has {size / 2**20:.1f} MB"
            raise TooLargeError(f"{megabytes}, and {max_bytes / 2**20:g} MB is the most that is accepted")
        return read_submission(file.read_bytes(), file.name, max_bytes)
    except OSError as error:
        raise SubmissionError(f"the file cannot be read: {error.strerror}") from error


def _grade_with_progress(submission: Submission) -> Grading:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with ProgressBar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")
        return grade(
            submission, lambda now: bar.update(task, description=now.text, completed=now.done, total=now.total)
        )


def _print(grading: Grading) -> None:
    console = Console(highlight=False)
    console.print(Text(_printable(f"{grading.file} ({grading.assignment})"), style="bold"))
    for note in grading.notes:
        console.print(Text(_printable(f"  {note}")))
    table = Table("question", "points", "result")
    for verdict in grading.verdicts:
        marks = f"{points(verdict.score)} / {points(verdict.question.points)}"
        table.add_row(verdict.question.id, marks, WORDS[verdict.status])
    table.add_row("total", f"{points(grading.score)} / {points(grading.max_score)}", f"{grading.seconds:.1f} s")
    console.print(table)
    for verdict in grading.verdicts:
        if verdict.status not in ("passed", "untouched"):
            console.print(Text(_printable(explain_text(verdict))))


def _printable(text: str) -> str:
    """Drop control characters, with which a student's message could redraw the terminal."""
    return "".join(character for character in text if character.isprintable() or character == "\n")


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
    print(_printable(message.replace("\n", " ")), file=sys.stderr)
