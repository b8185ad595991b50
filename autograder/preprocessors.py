"""The door to nbgrader: preprocessors that put our verdicts where nbgrader looks for marks.

``RestoreChecks`` goes first among ``Autograde.sanitize_preprocessors``; ``JudgeAnswers`` takes the place of
``Execute`` in ``Autograde.autograde_preprocessors``. See ``nbgrader_config.py``.
"""

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import Grading, grade
from autograder.notebooks import answer_metadata, check_cell
from autograder.questions import Spec
from autograder.report import verdict_html
from autograder.sandbox import CellResult
from autograder.specs import load
from autograder.submission import Submission, grade_id_of
from unrolled.judge import Verdict, explain_text

Resources = dict[str, Any]


class RestoreChecks(NbGraderPreprocessor):
    """Gives a submission exactly the check cells of the assignment, whatever was done to them."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the notebook with restored check cells."""
        return restored(nb, load(resources["nbgrader"]["notebook"])), resources


class JudgeAnswers(NbGraderPreprocessor):
    """Runs the answers in the sandbox, judges them here, and writes marks and reports into the check cells."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the notebook with outputs in place of those that executing it would have given."""
        marks = resources["nbgrader"]
        submission = Submission(f"{marks['student']}/{marks['notebook']}.ipynb", load(marks["notebook"]), nb)
        write_outputs(nb, grade(submission))
        return nb, resources


def restored(nb: NotebookNode, spec: Spec) -> NotebookNode:
    """Put one original check cell per question where the first of its name stood, else behind its answer."""
    checks = {question.id: check_cell(spec, question) for question in spec.questions}
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
        lines = "\n".join(f"    {' '.join(note.split())}" for note in grading.notes)  # indented: nothing is markup
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(f"Notes on this notebook:\n\n{lines}"))


def _report(verdict: Verdict) -> NotebookNode:
    data = {"text/html": verdict_html(verdict), "text/plain": explain_text(verdict)}
    return nbformat.v4.new_output("display_data", data=data)


def _marks(verdict: Verdict, count: int) -> NotebookNode:
    """The number that nbgrader takes for the marks; a check cell without any would get full marks."""
    return nbformat.v4.new_output("execute_result", {"text/plain": repr(float(verdict.score))}, execution_count=count)


def _shown(result: CellResult, count: int) -> list[NotebookNode]:
    outputs = []
    for output in result.outputs:
        extra = {"execution_count": count} if output["output_type"] == "execute_result" else {}
        outputs.append(nbformat.v4.new_output(**output, **extra))
    if result.error:
        name, _, message = result.error.partition(": ")
        outputs.append(nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[result.error]))
    return outputs
