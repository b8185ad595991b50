"""What nbgrader's gradebook holds of an assignment, and the rows that it gets for a submission."""

import json
from typing import Any, NamedTuple

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import compute_checksum

from autograder.notebooks import check_cell
from autograder.questions import Spec


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


def submission_of(book: Gradebook, stem: str, student: Student, edition: Edition) -> SubmittedAssignment:
    """Find the rows of a submission, or make them, which ``Gradebook.add_submission`` would write without marks first.

    Raises:
        MissingEntry: if there is no such assignment.
    """
    try:
        return book.find_submission(stem, student.id)
    except MissingEntry:
        made = SubmittedAssignment(assignment=book.find_assignment(stem), student=student)
    notebook = SubmittedNotebook(notebook_id=edition.notebook, assignment=made)
    for cell in edition.checks:
        Grade(cell_id=cell, notebook=notebook)
    for cell in edition.answers:
        Comment(cell_id=cell, notebook=notebook)
    book.db.add(made)
    return made
