"""What nbgrader's gradebook holds of an assignment, and the rows that it gets for a submission."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import compute_checksum

from autograder.notebooks import check_cell
from autograder.questions import Spec

NO_RESPONSE = "No response."  # nbgrader's words for an answer cell that is still the stub


class ClassroomError(RuntimeError):
    """A class that cannot be graded; the message says in one line why not and what to do."""


class Edition(NamedTuple):
    """An assignment as the gradebook holds it.

    Attributes:
        notebook: the row id of its notebook.
        checks, answers: by row id of such a cell, its grade id.
        checksums: by grade id.
        kernelspec: of the kernel it is run on.
    """

    notebook: str
    checks: dict[str, str]
    answers: dict[str, str]
    checksums: dict[str, str]
    kernelspec: dict[str, Any] | None


def edition_of(book: Gradebook, spec: Spec) -> Edition:
    """Read an assignment from the gradebook.

    Raises:
        ClassroomError: if it is not there, or not the one that the spec describes.
    """
    remedy = f"run nbgrader generate_assignment {spec.stem} --force"
    try:
        notebook = book.find_notebook(spec.stem, spec.stem)
    except MissingEntry as error:
        raise ClassroomError(f"the gradebook does not know {spec.stem} yet; {remedy}") from error
    held = {cell.name: cell.checksum for cell in notebook.source_cells}
    of_checks = {question.id: compute_checksum(check_cell(spec, question)) for question in spec.questions}
    of_answers = {f"{question.id}-answer": held.get(f"{question.id}-answer") for question in spec.questions}
    if held != of_checks | of_answers:
        raise ClassroomError(f"the gradebook holds another version of {spec.stem}; {remedy}")
    checks, answers = (
        {cell.id: cell.name for cell in cells} for cells in (notebook.grade_cells, notebook.solution_cells)
    )
    return Edition(notebook.id, checks, answers, held, json.loads(notebook.kernelspec) if notebook.kernelspec else None)


def record(
    book: Gradebook,
    stem: str,
    student: Student,
    edition: Edition,
    scores: Mapping[str, float | None],
    unanswered: Mapping[str, bool],
) -> SubmittedNotebook:
    """Write marks and comments; a mark that a person gave stays, to be looked at again.

    Args:
        book: the gradebook, in the middle of a transaction.
        stem: the assignment.
        student: whose submission it is.
        edition: what the gradebook holds of the assignment.
        scores: marks by grade id of a check cell; None where a person has to give them.
        unanswered: by grade id of an answer cell that is there, whether it is still the stub.

    Raises:
        MissingEntry: if there is no such assignment.
    """
    notebook = _notebook_of(book, stem, student, edition)
    for grade in notebook.grades:
        grade.auto_score = scores[edition.checks[grade.cell_id]]
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    for comment in notebook.comments:
        if (name := edition.answers[comment.cell_id]) in unanswered:
            comment.auto_comment = NO_RESPONSE if unanswered[name] else None
    return notebook


def _notebook_of(book: Gradebook, stem: str, student: Student, edition: Edition) -> SubmittedNotebook:
    """Find a submission's rows, or make them; ``Gradebook.add_submission`` would write them without marks first."""
    try:
        return book.find_submission_notebook(stem, stem, student.id)
    except MissingEntry:
        submission = SubmittedAssignment(assignment=book.find_assignment(stem), student=student)
    made = SubmittedNotebook(notebook_id=edition.notebook, assignment=submission)
    for cell in edition.checks:
        Grade(cell_id=cell, notebook=made)
    for cell in edition.answers:
        Comment(cell_id=cell, notebook=made)
    book.db.add(submission)
    return made
