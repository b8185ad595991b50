"""The door to nbgrader: preprocessors that put our verdicts where nbgrader looks for marks.

``RestoreChecks`` goes first among ``Autograde.sanitize_preprocessors``; ``JudgeAnswers`` takes the place of
``Execute`` in ``Autograde.autograde_preprocessors``. ``SubmissionExporter`` reads what cannot be read as an unsolved
notebook that says why, and ``FeedbackExporter`` writes feedback without students' HTML. See ``nbgrader_config.py``.
:mod:`autograder.classroom` does the same for a whole class at once.
"""

import functools
from copy import deepcopy
from pathlib import Path
from typing import IO, Any

import nbformat
import nh3
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Enum

from autograder.cases import Hidden
from autograder.grading import Grading, grade, notes_on_checks
from autograder.notebooks import answer_metadata, check_cell, original, released
from autograder.questions import Spec
from autograder.report import verdict_html
from autograder.sandbox import CellResult
from autograder.specs import load
from autograder.submission import (
    NotANotebookError,
    Submission,
    SubmissionError,
    UnknownNotebookError,
    check_size,
    grade_id_of,
    parse_notebook,
    stem_in,
)
from unrolled.judge import Verdict, explain_text

Resources = dict[str, Any]
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


class SubmissionExporter(NotebookExporter):
    """Reads any file for ``Autograde``: one that is no notebook becomes an unsolved one, which gets no marks."""

    def from_file(self, file_stream: IO[str], resources: Resources, **kw: Any) -> tuple[NotebookNode, Resources]:
        """Convert a submitted notebook."""
        notebook, problem = read_or_explain(resources["nbgrader"]["notebook"], Path(file_stream.name))
        if problem:
            self.log.error("No marks for %s: %s", file_stream.name, problem)
        made: tuple[NotebookNode, Resources] = self.from_notebook_node(notebook, resources=resources, **kw)
        return made


class FeedbackExporter(HTMLExporter):
    """Writes feedback in which nothing that a student wrote is active, and which may load nothing."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Render a markdown cell, without what could act."""
        attributes = {tag: names | {"class", "id"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
        return nh3.clean(super().markdown2html(context, source), attributes=attributes, link_rel=None)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[str, Resources]:
        """Convert a notebook, and forbid the page everything but its own styles and pictures."""
        page, resources = super().from_notebook_node(nb, resources, **kw)
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        return page.replace("<head>", f"<head>\n{policy}", 1), resources


class RestoreChecks(NbGraderPreprocessor):
    """Gives a submission exactly the check cells of the assignment, whatever was done to them."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the notebook with restored check cells, and notes at its end on what was restored."""
        spec = load(resources["nbgrader"]["notebook"])
        notes = tuple(notes_on_checks(nb, spec))
        nb = restored(nb, spec)
        if notes:
            nb.cells.append(_notes("notes-on-checks", notes))
        return nb, resources


class JudgeAnswers(NbGraderPreprocessor):
    """Runs the answers in the sandbox, judges them here, and writes marks and reports into the check cells."""

    execution = Enum(
        ["fork", "ipykernel"],
        "fork",
        config=True,
        help="What runs the cells: 'fork', an IPython shell, or 'ipykernel', a Jupyter kernel, for magics and widgets.",
    )

    hidden: Hidden | None = None  # the cases, if they are to be the same for several submissions

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the notebook with outputs in place of those that executing it would have given."""
        marks = resources["nbgrader"]
        submission = Submission(f"{marks['student']}/{marks['notebook']}.ipynb", load(marks["notebook"]), nb)
        write_outputs(nb, grade(submission, execution=self.execution, hidden=self.hidden))
        return nb, resources


SANITIZE = (RestoreChecks, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata)
AUTOGRADE = (JudgeAnswers, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata)


def restored(nb: NotebookNode, spec: Spec) -> NotebookNode:
    """Put one original check cell per question where the first of its name stood, else behind its answer."""
    checks = deepcopy(_check_cells(spec.stem))
    answers = {f"{question.id}-answer": answer_metadata(question) for question in spec.questions}
    cells: list[NotebookNode] = []
    for cell in nb.cells:
        name = grade_id_of(cell)
        if name in checks:
            cells.append(checks.pop(name))
        elif name in answers and cell.cell_type == "code":
            cell.metadata["nbgrader"] = nbformat.from_dict(answers.pop(name)["nbgrader"])
            cells.append(cell)
        elif name not in {question.id for question in spec.questions}:
            cell.metadata.pop("nbgrader", None)
            cells.append(cell)
    for name, check in checks.items():
        places = [place for place, cell in enumerate(cells, start=1) if grade_id_of(cell) == f"{name}-answer"]
        cells.insert(places[0] if places else len(cells), check)
    nb.cells = cells
    return nb


@functools.cache
def _check_cells(stem: str) -> dict[str, NotebookNode]:
    spec = load(stem)
    return {question.id: check_cell(spec, question) for question in spec.questions}


def write_outputs(nb: NotebookNode, grading: Grading) -> None:
    """Write what a notebook's cells showed, and in each check cell the report and the marks."""
    verdicts = {verdict.question.id: verdict for verdict in grading.verdicts}
    for place, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        cell.execution_count = place + 1
        if verdict := verdicts.get(grade_id_of(cell)):
            cell.outputs = [_report(verdict), _marks(verdict, place + 1)]
        elif result := grading.cells.get(place):
            cell.outputs = _shown(result, place + 1)
    if grading.notes:
        nb.cells.insert(0, _notes("notes-on-cells", grading.notes))


def read_or_explain(stem: str, path: Path) -> tuple[NotebookNode, str]:
    """Read a submitted file; in place of one that cannot be graded, return an unsolved notebook, and the reason."""
    try:
        return read_for(stem, path), ""
    except SubmissionError as error:
        return unsolved(stem, str(error)), str(error)


def read_for(stem: str, path: Path) -> NotebookNode:
    """Read a submitted file of one assignment.

    Raises:
        SubmissionError: if it is no notebook, too large, or of another assignment.
    """
    if path.is_symlink():
        raise NotANotebookError("the file is a link to another, and not a notebook of its own")
    check_size(path.stat().st_size)
    notebook = parse_notebook(path.read_bytes())
    if (other := stem_in(notebook)) not in (None, stem):
        raise UnknownNotebookError(f"the notebook belongs to the assignment {other!r} and not to {stem!r}")
    return notebook


def unsolved(stem: str, reason: str) -> NotebookNode:
    """Return the notebook as released, under a note that says why it stands for what was handed in."""
    notebook = released(original(stem))
    notebook.cells.insert(0, _notes("notes-on-file", (f"What was handed in could not be graded: {reason}",)))
    return notebook


def _notes(id_: str, notes: tuple[str, ...]) -> NotebookNode:
    lines = "\n".join(f"    {' '.join(note.split())}" for note in notes)  # indented: nothing is markup
    return nbformat.v4.new_markdown_cell(f"Notes on this notebook:\n\n{lines}", id=id_)


def _report(verdict: Verdict) -> NotebookNode:
    data = {"text/html": verdict_html(verdict), "text/plain": explain_text(verdict)}
    return _output(output_type="display_data", data=data, metadata={})


def _marks(verdict: Verdict, count: int) -> NotebookNode:
    """The number that nbgrader takes for the marks; a check cell without any would get full marks."""
    data = {"text/plain": repr(float(verdict.score))}
    return _output(output_type="execute_result", data=data, metadata={}, execution_count=count)


def _shown(result: CellResult, count: int) -> list[NotebookNode]:
    outputs = []
    for output in result.outputs:
        extra: dict[str, Any] = {} if output["output_type"] == "stream" else {"metadata": {}}
        if output["output_type"] == "execute_result":
            extra["execution_count"] = count
        outputs.append(_output(**output, **extra))
    if result.error:
        name, _, message = result.error.partition(": ")
        outputs.append(_output(output_type="error", ename=name, evalue=message, traceback=[result.error]))
    return outputs


def _output(**fields: Any) -> NotebookNode:
    """Make an output as nbformat does, which however would check it by the schema each time and not once at the end."""
    return nbformat.from_dict(fields)
