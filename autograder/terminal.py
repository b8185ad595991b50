"""Gradings on a terminal: a bar while one is made, then its table and what is wrong."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from autograder.grading import Grading
from autograder.report import WORDS, printable
from autograder.submission import Submission
from unrolled.judge import explain_text
from unrolled.judge.explain import points


def grade_with_progress(submission: Submission, how: Callable[..., Grading]) -> Grading:
    """Grade a submission, and show meanwhile how far that has come.

    Args:
        submission: what to grade.
        how: :func:`autograder.grading.grade`, perhaps with settings.

    Raises:
        SandboxError: if student code cannot be isolated on this machine.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with ProgressBar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")
        return how(submission, lambda now: bar.update(task, description=now.text, completed=now.done, total=now.total))


def print_grading(grading: Grading) -> None:
    """Print the marks, and the report on each question that is not right."""
    console = Console(highlight=False)
    console.print(Text(printable(f"{grading.file} ({grading.assignment})"), style="bold"))
    for note in grading.notes:
        console.print(Text(printable(f"  {note}")))
    table = Table("question", "points", "result")
    for verdict in grading.verdicts:
        marks = f"{points(verdict.score)} / {points(verdict.question.points)}"
        table.add_row(verdict.question.id, marks, WORDS[verdict.status])
    table.add_row("total", f"{points(grading.score)} / {points(grading.max_score)}", f"{grading.seconds:.1f} s")
    console.print(table)
    for verdict in grading.verdicts:
        if verdict.status not in ("passed", "untouched"):
            console.print(Text(printable(explain_text(verdict))))
