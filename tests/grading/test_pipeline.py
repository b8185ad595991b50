"""From a notebook to its marks, through the sandbox: what is right, what is wrong, what is odd."""

from collections.abc import Callable
from itertools import zip_longest

import nbformat
import pytest
from nbformat import NotebookNode

from autograder import cases, specs
from autograder.grading import Grading, grade
from autograder.notebooks import answer_source, original, released, solved, synchronised
from autograder.questions import HuntQuestion, KernelQuestion, Question, Spec
from autograder.report import report_html, report_page
from autograder.sandbox import SandboxLimits
from autograder.submission import read_submission
from tests.specs.laws import hint_of

SPECS = [pytest.param(specs.load(stem), id=stem) for stem in specs.stems()]
CONV1D = specs.load("conv1d")
QUICK = SandboxLimits(cell_seconds=3, call_seconds=2, total_seconds=60)
USUAL = SandboxLimits()  # for notebooks that train


def graded(
    notebook: NotebookNode,
    name: str = "n.ipynb",
    limits: SandboxLimits = QUICK,
    hidden: cases.Hidden | None = None,
) -> Grading:
    return grade(read_submission(nbformat.writes(notebook).encode(), name), limits=limits, hidden=hidden)


def scores(grading: Grading) -> dict[str, float]:
    return {verdict.question.id: verdict.score for verdict in grading.verdicts}


def full_but(**others: float) -> dict[str, float]:
    return {question.id: question.points for question in CONV1D.questions} | others


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.mark.parametrize("spec", SPECS)
def test_the_committed_notebook_is_what_its_spec_makes_of_it(spec: Spec) -> None:
    assert synchronised(original(spec.stem), spec) == original(spec.stem)


@pytest.mark.parametrize("spec", SPECS)
def test_a_solved_notebook_gets_full_marks(spec: Spec) -> None:
    grading = graded(solved(spec), limits=USUAL)
    assert grading.score == grading.max_score == spec.max_score
    has_kernels = any(isinstance(question, KernelQuestion) for question in spec.questions)
    assert grading.notes == (("Kernels were checked without a GPU.",) if has_kernels else ())


@pytest.mark.parametrize("spec", SPECS)
def test_an_untouched_notebook_gets_nothing_and_no_cell_of_it_fails(spec: Spec) -> None:
    for notebook in (original(spec.stem), released(original(spec.stem))):
        grading = graded(notebook)
        assert grading.score == 0
        assert {verdict.status for verdict in grading.verdicts} == {"untouched"}
        assert grading.notes == ()


@pytest.mark.parametrize("spec", SPECS)
def test_each_mistake_fails_its_question_with_its_own_hint_and_no_other(spec: Spec) -> None:
    """One notebook holds the first mistake of every question, the next the second, and so on."""
    hidden = cases.Hidden(spec)
    for row in zip_longest(*[[(question, mistake) for mistake in question.mistakes] for question in spec.questions]):
        wrong = [pair for pair in row if pair]
        notebook = solved(spec, {q.id: answer_source(q, mistake) for q, mistake in wrong})
        grading = graded(notebook, limits=USUAL, hidden=hidden)
        verdicts = {verdict.question.id: verdict for verdict in grading.verdicts}
        for question, mistake in wrong:
            verdict = verdicts.pop(question.id)
            assert verdict.score < question.points
            assert (verdict.mistake, verdict.hint) == (mistake.name, hint_of(question, mistake))
        assert [verdict.message for verdict in verdicts.values() if verdict.status != "passed"] == []


WINDOWS = "def correlate(x, weight):\n    windows = np.lib.stride_tricks.sliding_window_view(x, len(weight))\n"
ANSWERS = {
    "a ready-made routine": "def correlate(x, weight):\n    return getattr(np, 'cor' + 'relate')(x, weight)",
    "None": "def correlate(x, weight):\n    return None",
    "a list": "def correlate(x, weight):\n    return [1.0, 2.0]",
    "a string": "def correlate(x, weight):\n    return 'right'",
    "a wrong dtype": WINDOWS + "    return (windows @ weight).astype('float16')",
    "NaN": "def correlate(x, weight):\n    return np.full(len(x) - len(weight) + 1, np.nan)",
    "a changed argument": WINDOWS + "    x *= 2\n    return windows @ weight / x.dtype.type(2)",
    "no function": "correlate = 3",
    "a syntax error": "def correlate(x, weight:\n    return",
    "an error": "def correlate(x, weight):\n    raise KeyError('oh')",
    "an endless loop in a call": "def correlate(x, weight):\n    while True:\n        pass",
    "an endless loop in a cell": "while True:\n    pass",
    "the end of the process in a call": "def correlate(x, weight):\n    import os\n    os._exit(0)",
    "the end of the process in a cell": "import os\nos._exit(0)",
    "one that always agrees": (
        "class Agree(np.ndarray):\n    __eq__ = lambda self, other: True\n"
        "def correlate(x, weight):\n    return np.zeros(len(x) - len(weight) + 1).view(Agree)"
    ),
}


@pytest.mark.parametrize("source", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_bad_answer_costs_its_own_marks_only(source: str) -> None:
    grading = graded(solved(CONV1D, {"correlate": source}))
    assert scores(grading) == full_but(correlate=0)


def delete(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "banded-check"))


def duplicate(notebook: NotebookNode) -> None:
    notebook.cells.append(cell_of(notebook, "banded-check"))


def edit(notebook: NotebookNode) -> None:
    cell_of(notebook, "banded-check").source = "score = 100\nscore"


def reorder(notebook: NotebookNode) -> None:
    first, second = cell_of(notebook, "banded-check"), cell_of(notebook, "out_size-check")
    one, two = notebook.cells.index(first), notebook.cells.index(second)
    notebook.cells[one], notebook.cells[two] = second, first


def retag(notebook: NotebookNode) -> None:
    cell_of(notebook, "banded-check").metadata.nbgrader.grade = False


def split(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "banded-answer")
    where = notebook.cells.index(cell)
    head, _, tail = cell.source.partition("\n\n\ndef banded")
    notebook.cells[where : where + 1] = [
        nbformat.v4.new_code_cell(head),
        nbformat.v4.new_code_cell("def banded" + tail),
    ]


TAMPERINGS: list[tuple[Callable[[NotebookNode], None], str]] = [
    (delete, "The check cell of banded is missing"),
    (duplicate, "The check cell of banded is there 2 times"),
    (edit, "The check cell of banded was changed"),
    (reorder, "The check cells are not in their original order"),
    (retag, ""),
    (split, ""),
]


@pytest.mark.parametrize(("tamper", "note"), TAMPERINGS, ids=[tamper.__name__ for tamper, _ in TAMPERINGS])
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_tampering_with_cells_changes_no_marks_and_is_said(
    tamper: Callable[[NotebookNode], None], note: str, right: bool
) -> None:
    wrong = next(mistake for mistake in CONV1D.question("banded").mistakes)
    notebook = solved(CONV1D, {} if right else {"banded": answer_source(CONV1D.question("banded"), wrong)})
    tamper(notebook)
    grading = graded(notebook)
    assert scores(grading) == (full_but() if right else full_but(banded=0))
    assert [said for said in grading.notes if note and said.startswith(note)] == list(grading.notes)
    assert bool(grading.notes) == bool(note)


def test_a_note_says_which_cell_failed() -> None:
    notebook = solved(CONV1D, {"correlate": "1 / 0"})
    (note,) = graded(notebook).notes
    place = notebook.cells.index(cell_of(notebook, "correlate-answer")) + 1
    assert note == f"Cell {place} raised ZeroDivisionError: division by zero"


def test_a_solved_hunt_is_found_in_every_spec_that_has_one() -> None:
    hunts: list[Question] = [q for q in CONV1D.questions if isinstance(q, HuntQuestion)]
    assert [hunt.id for hunt in hunts] == ["strided"]
    assert "def published(" in cell_of(original("conv1d"), "strided-published").source


HOSTILE_TEXT = "<script>alert(1)</script><img src=x onerror=alert(2)>[a](javascript:alert(3))"


def test_a_report_holds_no_markup_of_the_students() -> None:
    source = f"def correlate(x, weight):\n    raise ValueError({HOSTILE_TEXT!r})"
    grading = graded(solved(CONV1D, {"correlate": source}), name=f"{HOSTILE_TEXT}.ipynb")
    for html in (report_html(grading), report_page(grading)):
        assert "alert(1)" in html
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
