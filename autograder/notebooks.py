"""The course's notebooks: their fixed cells, made from the spec, and the notebooks that are made from them.

A notebook in ``exercises`` holds, for every question, a prompt (written by hand), an answer cell with a stub, and
a locked check cell. Cells are found by their ids: ``<question>-prompt``, ``-answer``, ``-check``, and for a hunt
``-published``. :func:`synchronised` renews everything but the prompts.
"""

import inspect
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    KernelQuestion,
    LayerQuestion,
    Mistake,
    Question,
    Spec,
    TestsQuestion,
    TrainedQuestion,
    ValueQuestion,
)
from autograder.source import source_of, stub_of

EXERCISES = Path(__file__).parent.parent / "exercises"
HIDDEN = """
### BEGIN HIDDEN TESTS
from autograder.plain import check_hidden

check_hidden("{name}")
### END HIDDEN TESTS"""


def original(stem: str) -> NotebookNode:
    """Read a chapter's notebook as it is committed."""
    return nbformat.read(EXERCISES / stem / f"{stem}.ipynb", as_version=4)


def released(notebook: NotebookNode) -> NotebookNode:
    """Return what students get: the notebook without the hidden parts of its check cells."""
    from nbgrader.preprocessors import ClearHiddenTests  # noqa: PLC0415  (takes longer to load than a notebook to grade)

    made, _ = ClearHiddenTests().preprocess(deepcopy(notebook), {})
    return made


def solved(spec: Spec, instead: Mapping[str, str] | None = None) -> NotebookNode:
    """Fill the stubs of a chapter's notebook with the reference's answers.

    Args:
        spec: the chapter's.
        instead: by question id, source to put into the answer cell in place of the reference's.
    """
    notebook = released(original(spec.stem))
    sources = {question.id: answer_source(question) for question in spec.questions} | dict(instead or {})
    for cell in notebook.cells:
        question, _, part = cell.id.rpartition("-")
        if part == "answer":
            cell.source = sources[question].rstrip("\n")
    return notebook


def answer_source(question: Question, mistake: Mistake | None = None) -> str:
    """Return the source of an answer cell: the reference's answer, or a known mistake."""
    match question:
        case ValueQuestion():
            value = mistake.wrong if mistake else question.answer()
            return f"{question.id} = {np.asarray(value).tolist()!r}\n"
        case HuntQuestion():
            function = mistake.wrong if mistake else question.reference
            return f"exposing = {dict(question.exposing)!r}\n\n\n" + source_of(function, question.id)
        case KernelQuestion():
            names = question.names(mistake.wrong if mistake else None)
            launch = source_of(names[question.launch.__name__], question.launch.__name__)
            return _kernel_source(question, names[question.id], launch)
        case TrainedQuestion():
            make = mistake.wrong if mistake else question.reference
            data = f"from {question.data.__module__} import {question.data.__name__}"
            return f"{data}\n\n{source_of(make)}\n\n{question.id} = {make.__name__}(*{question.data.__name__}())\n"
        case FunctionQuestion() | LayerQuestion() | TestsQuestion():
            return source_of(mistake.wrong if mistake else question.reference, question.id)
    raise TypeError(f"no kind of question: {question!r}")


def synchronised(notebook: NotebookNode, spec: Spec) -> NotebookNode:
    """Renew the fixed cells of a notebook from its spec, in the spec's order; other cells stay before the questions."""
    made = deepcopy(notebook)
    ours = {name for question in spec.questions for name in _names(question)}
    prompts = {cell.id: cell.source for cell in made.cells}
    made.cells = [cell for cell in made.cells if cell.id not in ours]
    for question in spec.questions:
        prompt = f"{question.id}-prompt"
        made.cells.append(_markdown(prompt, prompts.get(prompt, f"## {question.title}")))
        if isinstance(question, HuntQuestion):
            made.cells.append(_code(f"{question.id}-published", published_source(question), {}))
        made.cells.append(_code(f"{question.id}-answer", stub_source(question), answer_metadata(question)))
        made.cells.append(check_cell(spec, question))
    made.metadata = _metadata(spec)
    return made


def check_cell(spec: Spec, question: Question) -> NotebookNode:
    """Return a question's check cell as it stands in the source notebook, with its hidden part."""
    return _code(f"{question.id}-check", check_sources(spec, question)[0], check_metadata(question))


def check_sources(spec: Spec, question: Question) -> tuple[str, str]:
    """Return the two sources that an unchanged check cell can have: as committed, and as released."""
    name = f"{spec.stem}.{question.id}"
    visible = f'check("{name}")'
    return visible + HIDDEN.format(name=name), visible


def check_metadata(question: Question) -> dict[str, Any]:
    """Return nbgrader's marks for a check cell."""
    marks = {"grade": True, "grade_id": question.id, "locked": True, "points": question.points}
    return {
        "deletable": False,
        "editable": False,
        "nbgrader": {**marks, "schema_version": 3, "solution": False, "task": False},
    }


def answer_metadata(question: Question) -> dict[str, Any]:
    """Return nbgrader's marks for an answer cell."""
    marks = {"grade": False, "grade_id": f"{question.id}-answer", "locked": False}
    return {"nbgrader": {**marks, "schema_version": 3, "solution": True, "task": False}}


def stub_source(question: Question) -> str:
    """Return what stands in the answer cell at first."""
    match question:
        case ValueQuestion() | TrainedQuestion():
            return f"{question.id} = None"
        case HuntQuestion():
            return f"exposing = None\n\n\n{stub_of(question.reference)}"
        case KernelQuestion():
            return _kernel_source(question, question.stub, stub_of(question.launch))
        case LayerQuestion():
            return stub_of(question.reference, question.given)
        case FunctionQuestion() | TestsQuestion():
            return stub_of(question.reference)
    raise TypeError(f"no kind of question: {question!r}")


def _kernel_source(question: KernelQuestion, text: str, launch: str) -> str:
    launch = f"\n\n{launch}" if question.asks_launch else ""
    return f'{question.id} = r"""\n{text.strip()}\n"""\n{launch}'


def published_source(question: HuntQuestion) -> str:
    """Return the wrong version that a hunt shows, under the name ``published``."""
    function = question.published
    return inspect.getsource(function).replace(f"def {function.__name__}(", "def published(", 1)


def _names(question: Question) -> tuple[str, ...]:
    return tuple(f"{question.id}-{part}" for part in ("prompt", "published", "answer", "check"))


def _code(name: str, source: str, metadata: dict[str, Any]) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source.rstrip("\n"), metadata=metadata)
    cell.id = name
    return cell


def _markdown(name: str, source: str) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(source)
    cell.id = name
    return cell


def _metadata(spec: Spec) -> NotebookNode:
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    tree = {"kernelspec": kernel, "language_info": {"name": "python"}, "unrolled": {"stem": spec.stem}}
    return nbformat.from_dict(tree)
