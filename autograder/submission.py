"""From a file that somebody handed in to a notebook that can be graded, or one line that says why not."""

import json
import warnings
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.questions import Spec
from autograder.specs import UnknownAssignmentError, load, stems

MAX_BYTES = 20 * 1024 * 1024
MAX_CELLS = 2_000


class SubmissionError(ValueError):
    """A file that cannot be graded; the message says in one line what is wrong and what to do."""


class TooLargeError(SubmissionError):
    """The file is larger than allowed."""


class NotANotebookError(SubmissionError):
    """The file is empty, not JSON, or JSON of something else."""


class OldFormatError(SubmissionError):
    """The notebook is in a format older than nbformat 4."""


class UnknownNotebookError(SubmissionError):
    """The notebook belongs to no assignment of this course."""


@dataclass(frozen=True)
class Submission:
    """A notebook and the questions that it answers; ``name`` is for display only and may hold anything."""

    name: str
    spec: Spec
    notebook: NotebookNode


def read_submission(data: bytes, name: str, max_bytes: int = MAX_BYTES) -> Submission:
    """Read a submitted file.

    Raises:
        SubmissionError: of the kind that says what is wrong.
    """
    check_size(len(data), max_bytes)
    notebook = parse_notebook(data)
    return Submission(name, _spec_of(notebook), notebook)


def check_size(size: int, max_bytes: int = MAX_BYTES) -> None:
    """Accept a file of ``size`` bytes.

    Raises:
        TooLargeError: if it has more than ``max_bytes``.
    """
    if size > max_bytes:
        raise TooLargeError(
            f"the file has {size / 2**20:.1f} MB, and {max_bytes / 2**20:g} MB is the most that is accepted; "
            "clear the notebook's outputs and save it again"
        )


def parse_notebook(data: bytes) -> NotebookNode:
    """Read the bytes of a notebook in nbformat 4.

    Raises:
        NotANotebookError, OldFormatError: if they are something else.
        TooLargeError: if it has too many cells.
    """
    if not data.strip():
        raise NotANotebookError("the file is empty; save the notebook and hand in the saved file")
    try:
        tree = json.loads(data)
        if b"\\ud" in data.lower():  # perhaps half of a surrogate pair, which no file can be written with
            tree = json.loads(json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise NotANotebookError("the file is not a notebook: it is not JSON; hand in the .ipynb file") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("nbformat"), int):
        raise NotANotebookError("the file is JSON but not a notebook; hand in the .ipynb file")
    if tree["nbformat"] != nbformat.current_nbformat:
        raise OldFormatError(
            f"the notebook is in format {tree['nbformat']}, and format {nbformat.current_nbformat} is needed; "
            "open it in JupyterLab and save it again"
        )
    _use_known_minor(tree)
    try:
        notebook: NotebookNode = nbformat.v4.to_notebook(tree)
        with warnings.catch_warnings(action="ignore"):  # cells that were copied share an id; that is mended here
            _, notebook = nbformat.validator.normalize(notebook)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises errors of many kinds, and has no list of them
        reason = str(getattr(error, "message", error)).partition("\n")[0][:120]
        raise NotANotebookError(
            f"the notebook is damaged ({reason}); open it in JupyterLab and save it again"
        ) from error
    if (cells := len(notebook.cells)) > MAX_CELLS:
        raise TooLargeError(f"the notebook has {cells} cells, and {MAX_CELLS} are the most that is accepted")
    return notebook


def stem_in(notebook: NotebookNode) -> str | None:
    """Return the assignment that a notebook's metadata name, if they name one."""
    named = notebook.metadata.get("unrolled", {})
    stem = named.get("stem") if isinstance(named, dict) else None
    return stem if isinstance(stem, str) else None


def _use_known_minor(tree: dict[str, object]) -> None:
    minor = tree.get("nbformat_minor")
    if isinstance(minor, int) and minor > nbformat.current_nbformat_minor:
        tree["nbformat_minor"] = nbformat.current_nbformat_minor


def _spec_of(notebook: NotebookNode) -> Spec:
    """Find the assignment: named in the notebook's metadata, else the one whose questions it holds."""
    if (stem := stem_in(notebook)) is not None:
        try:
            return load(stem)
        except UnknownAssignmentError as error:
            raise UnknownNotebookError(f"the notebook cannot be graded here: {error}") from error
    ids = set(map(grade_id_of, notebook.cells))
    for spec in map(load, stems()):
        if ids & {question.id for question in spec.questions}:
            return spec
    raise UnknownNotebookError(
        f"the notebook belongs to no assignment of this course ({', '.join(stems())}); start from the course's notebook"
    )


def grade_id_of(cell: NotebookNode) -> str:
    """Return the id that nbgrader knows a code cell by, or ""."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) and cell.cell_type == "code" else ""
    return name if isinstance(name, str) else ""
