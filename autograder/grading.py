"""One submission, from its cells to its marks."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nbformat import NotebookNode

from autograder import cases
from autograder.forbidden import RuledOut, Source
from autograder.notebooks import check_sources
from autograder.questions import Question, Spec, TestsQuestion
from autograder.sandbox import CellResult, Execution, SandboxLimits, Session
from autograder.submission import Submission, grade_id_of
from unrolled.judge import Verdict, judge

MOST_NOTES = 20
UNREMARKABLE = ("NotImplementedError", "CompilerMissingError")  # of cells: a stub, or a kernel outside a question


class Progress(NamedTuple):
    """How far grading has come."""

    text: str
    done: int
    total: int


@dataclass(frozen=True)
class Grading:
    """The marks of one submission.

    Attributes:
        file: name of the file, for display.
        assignment: the chapter's stem.
        verdicts: one for each question of the spec, in its order, whatever the notebook holds.
        notes: sentences about the notebook as a whole, such as "cell 3 raised …".
        cells: by position in the notebook, what the ungraded code cells showed.
        seconds: wall time that grading took.
    """

    file: str
    assignment: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    cells: dict[int, CellResult]
    seconds: float

    @property
    def score(self) -> float:
        return round(sum(verdict.score for verdict in self.verdicts), 2)

    @property
    def max_score(self) -> float:
        return sum(verdict.question.points for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """Return the marks as the plain record that ``autograder grade --json`` prints."""
        return {
            "file": self.file,
            "assignment": self.assignment,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 3),
            "questions": [
                {
                    "id": verdict.question.id,
                    "points": verdict.question.points,
                    "score": verdict.score,
                    "status": verdict.status,
                    "hint": verdict.hint,
                    "message": verdict.message,
                }
                for verdict in self.verdicts
            ],
        }


def grade(
    submission: Submission,
    progress: Callable[[Progress], None] = lambda _: None,
    limits: SandboxLimits | None = None,
    *,
    execution: Execution = "fork",
    confined: bool = True,
    hidden: cases.Hidden | None = None,
) -> Grading:
    """Run a submission's cells in the sandbox and judge its answers here, on cases that nobody has seen.

    Args:
        submission: the notebook, and what it answers.
        progress: told how far grading has come.
        limits: what the notebook may use.
        execution: what runs the cells: ``fork``, a plain IPython shell, or ``ipykernel``, a Jupyter kernel.
        confined: False leaves the sandbox out: for one's own notebook, on one's own machine.
        hidden: the cases, if they are to be the same for several submissions.

    Raises:
        SandboxError: if student code cannot be isolated on this machine.
    """
    started = time.monotonic()
    spec, notebook = submission.spec, submission.notebook
    hidden = hidden or cases.Hidden(spec)
    to_run = dict(ungraded_cells(notebook, {question.id for question in spec.questions}))
    total = len(spec.questions)
    progress(Progress("running the notebook's cells", 0, total))
    source = Source(list(to_run.values()))
    verdicts: dict[str, Verdict] = {}
    with Session(spec.stem, list(to_run.values()), limits, execution=execution, confined=confined) as session:
        for number, question in enumerate(sorted(spec.questions, key=_comes_last)):
            progress(Progress(f"question {number + 1} of {total}: {question.title}", number, total))
            use = source.use(question.entries[-1], question.forbidden)
            answers = RuledOut(session, question.entries[-1], use) if use else session
            verdicts[question.id] = judge(hidden.of(question), answers, cases.subjects(question))
    progress(Progress("done", total, total))
    results = {place: result for place, result in zip(to_run, session.results, strict=True) if result}
    judged = tuple(verdicts[question.id] for question in spec.questions)
    notes = _first([*notes_on_checks(notebook, spec), *_notes_on_cells(results), *_notes_on_kernels(judged)])
    seconds = time.monotonic() - started
    return Grading(submission.name, spec.stem, judged, notes, results, seconds)


def _comes_last(question: Question) -> bool:
    """Tell whether judging a question ends the notebook's worker, which others may need."""
    return isinstance(question, TestsQuestion)


def ungraded_cells(notebook: NotebookNode, questions: set[str]) -> Iterator[tuple[int, str]]:
    """Yield place and source of every code cell that is not a check cell of one of the questions."""
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and grade_id_of(cell) not in questions:
            yield place, cell.source


def notes_on_checks(notebook: NotebookNode, spec: Spec) -> Iterator[str]:
    """Say which check cells are missing, changed, moved or there twice; marks do not depend on them."""
    names = [question.id for question in spec.questions]
    found = [(grade_id_of(cell), cell.source) for cell in notebook.cells]
    present = [name for name, _ in found if name in names]
    for question in spec.questions:
        sources = [source for name, source in found if name == question.id]
        if not sources:
            yield f"The check cell of {question.id} is missing; its answer was graded all the same."
        elif len(sources) > 1:
            yield f"The check cell of {question.id} is there {len(sources)} times; its answer was graded once."
        elif sources[0].strip() not in check_sources(spec, question):
            yield f"The check cell of {question.id} was changed; its answer was graded by the original."
    if sorted(present) == sorted(names) and present != names:
        yield "The check cells are not in their original order; the answers were graded all the same."


def _notes_on_kernels(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Say where kernels ran."""
    yield from (f"Kernels were checked {where}." for where in sorted({verdict.where for verdict in verdicts}) if where)


def _first(notes: list[str]) -> tuple[str, ...]:
    left_out = len(notes) - MOST_NOTES
    return (*notes[:MOST_NOTES], *([f"… and {left_out} more notes like these."] if left_out > 0 else []))


def _notes_on_cells(results: dict[int, CellResult]) -> Iterator[str]:
    for place, result in results.items():
        if result.fatal:
            yield f"Cell {place + 1} was left out, because with it the notebook cannot be run: {result.error}."
        elif result.error and not result.error.startswith(UNREMARKABLE):
            yield f"Cell {place + 1} raised {result.error}"
