"""Questions about kernels: in the notebook's process, in the sandbox, and under attack."""

import errno
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode

from autograder import cases
from autograder.grading import Grading, grade
from autograder.notebooks import answer_source, synchronised
from autograder.questions import Case, Question
from autograder.report import TAGS, report_page
from autograder.sandbox import SandboxLimits, Session
from autograder.submission import Submission
from autograder.visible import visible
from tests.grading.kernel_attacks import ATTACKS, Attack, calling
from tests.grading.kernel_spec import COLUMNS_QUESTION, SPEC, SUMS_QUESTION
from tests.grading.test_attacks import Checker, descendants
from unrolled.bundle import from_bytes, to_bytes
from unrolled.check import LocalAnswers
from unrolled.judge import KernelCall, Verdict, explain_html, explain_text, judge
from unrolled.judge.kernels import unwritten

TIGHT = SandboxLimits(cell_seconds=5, call_seconds=1, total_seconds=20)
LEFT = "attack-was-here"
Way = Callable[[Question, str], Verdict]


def locally(question: Question, source: str) -> Verdict:
    names: dict[str, Any] = {}
    exec(source, names)
    bundle = from_bytes(*to_bytes(visible(SPEC)))
    return judge(bundle.question(f"conv1d.{question.id}"), LocalAnswers(names), {})


def in_the_sandbox(question: Question, source: str) -> Verdict:
    with Session("conv1d", [source], TIGHT) as session:
        return judge(cases.hidden(SPEC, question, 11), session, {})


def without_walls(question: Question, source: str) -> Verdict:
    with Session("conv1d", [source], TIGHT, confined=False) as session:
        return judge(cases.hidden(SPEC, question, 12), session, {})


every_way = pytest.mark.parametrize("way", [locally, in_the_sandbox, without_walls])


@every_way
@pytest.mark.parametrize("question", SPEC.questions, ids=lambda question: question.id)
def test_the_reference_passes_and_the_report_says_where_it_ran(question: Question, way: Way) -> None:
    verdict = way(question, answer_source(question))
    assert (verdict.score, verdict.status) == (question.points, "passed"), verdict.message
    assert verdict.message.endswith("agree with the reference. Checked without a GPU")
    assert verdict.where == "without a GPU"


@pytest.mark.parametrize("question", SPEC.questions, ids=lambda question: question.id)
def test_a_mistake_is_recognised_in_the_sandbox(question: Question) -> None:
    for mistake in question.mistakes:
        verdict = in_the_sandbox(question, answer_source(question, mistake))
        assert (verdict.mistake, verdict.hint) == (mistake.name, mistake.hint)
        assert verdict.score < question.points


SAID = {  # mistake, and what its report says
    "no-bounds": "OutOfBoundsError (cols): line 5: thread (6, 0, 0) of block (0, 0, 0) writes cols[6], but cols has 6",
    "one-block": "RaceError (cols): line 6: thread (0, 0, 0) of block (1, 0, 0) writes cols[0]",
    "grid-rounded-down": "has 5 of 21 elements that no thread wrote, the first at [2, 2]. Right: small; not",
    "no-barrier": "RaceError (shared memory): line 5: thread (4, 0, 0) of block (0, 0, 0) writes part[4]",
    "barrier-in-branch": "DivergentBarrierError: line 8: thread (0, 0, 0) of block (0, 0, 0) waits at __syncthreads()",
    "uninitialised": "UninitialisedReadError (shared memory): line 8: thread (1, 0, 0) of block (0, 0, 0) reads",
    "no-count": "count, written by sums_kernel, has 2 of 2 elements that no thread wrote",
}


@pytest.mark.parametrize("way", [locally, in_the_sandbox])
@pytest.mark.parametrize("name", SAID)
def test_a_report_names_line_block_and_thread(name: str, way: Way) -> None:
    pairs = [(question, mistake) for question in SPEC.questions for mistake in question.mistakes]
    question, mistake = next(pair for pair in pairs if pair[1].name == name)
    verdict = way(question, answer_source(question, mistake))
    assert SAID[name] in verdict.message
    assert verdict.shown
    assert "grid (" in explain_text(verdict)
    assert "nan" not in str({k: v for k, v in verdict.shown.args.items() if k in ("cols", "total")})
    assert explain_html(verdict)


@every_way
def test_an_error_in_a_text_is_named_in_its_own_line(way: Way) -> None:
    verdict = way(COLUMNS_QUESTION, answer_source(COLUMNS_QUESTION).replace("int j", "itn j"))
    assert (verdict.score, verdict.status) == (0, "raised")
    assert "columns_kernel raised CompileError: line 5: 'itn' was not declared in this scope" in verdict.message


@every_way
def test_an_input_must_not_change(way: Way) -> None:
    text = (
        answer_source(SUMS_QUESTION)
        .replace("const float* x", "float* x")
        .replace("if (i == 0) {", "if (i == 0) { CHANGE ")
    )
    assert way(SUMS_QUESTION, text.replace("CHANGE", "")).score == 2
    verdict = way(SUMS_QUESTION, text.replace("CHANGE", "x[blockIdx.x * w] = 9.0f;"))
    assert verdict.score == 0
    assert "sums_kernel changes its argument x, which belongs to the caller" in verdict.message


def notebook(answers: dict[str, str] | None = None) -> NotebookNode:
    """Make the notebook of ``SPEC``: untouched, or with other sources in its answer cells."""
    made = synchronised(nbformat.v4.new_notebook(), SPEC)
    for cell in made.cells:
        question, _, part = cell.id.rpartition("-")
        if part == "answer" and question in (answers or {}):
            cell.source = (answers or {})[question]
    return made


def graded(answers: dict[str, str] | None = None) -> Grading:
    return grade(Submission("kernels.ipynb", SPEC, notebook(answers)), limits=TIGHT)


RIGHT = {question.id: answer_source(question) for question in SPEC.questions}


def test_an_error_of_the_students_is_no_note_of_the_graders() -> None:
    forged = "\n\ndef columns_launch(kw, ow):\n    raise ValueError('Checked on a GPU. Checked on a GPU')"
    grading = graded({COLUMNS_QUESTION.id: RIGHT[COLUMNS_QUESTION.id] + forged})
    assert any("Checked on a GPU" in verdict.message for verdict in grading.verdicts)
    assert grading.notes == ("Kernels were checked without a GPU.",)


def test_an_untouched_notebook_gets_nothing_and_a_solved_one_everything() -> None:
    untouched, solved = graded(), graded(RIGHT)
    assert untouched.score == 0
    assert {verdict.status for verdict in untouched.verdicts} == {"untouched"}
    assert solved.score == SPEC.max_score
    assert solved.notes == ("Kernels were checked without a GPU.",)
    assert "Kernels were checked without a GPU." in report_page(solved)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_gains_nothing_and_harms_nothing(attack: Attack) -> None:
    graded(RIGHT)  # what stays between submissions is there now
    processes = descendants()
    text = f'columns_kernel = r"""{attack.text}"""\n\n\n' + RIGHT["columns_kernel"].partition('"""\n\n\n')[2]
    grading = graded(RIGHT | {"columns_kernel": text + attack.source})
    first, second = grading.verdicts
    assert (first.score, first.status) == (0, attack.status), first.message
    assert attack.said in first.message
    if "call(" in attack.text and attack.status == "failed":  # what the kernel was told is in the report
        assert first.shown
        assert (np.asarray(first.shown.got) < 0).all()
    assert second.score == SUMS_QUESTION.points, second.message
    assert len(descendants()) <= len(processes)
    assert not [place for place in ("/", "/tmp", "/var", "/dev/shm") if Path(place, LEFT).exists()]
    Checker().feed(report_page(grading))
    assert "script" not in TAGS
    honest = graded(RIGHT)
    assert honest.score == SPEC.max_score


def test_what_a_kernel_leaves_behind_is_gone_before_another_text_runs() -> None:
    leaving, looking = calling(2, '(long)"/scratch/left"', "0101", "0600"), calling(2, '(long)"/scratch/left"')
    args = cases.hidden(SPEC, COLUMNS_QUESTION, 1).cases[0].args
    found = []
    with Session("conv1d", [], TIGHT) as session:
        for text in (leaving, looking, leaving):
            call = KernelCall(text, "columns", (), (1,), (8,), 0, args, ("cols",))
            found.append(session.kernel(call).outcome.value[0, 0])
    assert found[0] == found[2] > 0
    assert found[1] == -errno.ENOENT


def test_what_a_kernel_has_to_fill_is_not_a_number_before() -> None:
    assert np.isnan(unwritten((2, 3))).all()
    assert unwritten((2,), "int32").tolist() == [-(2**31)] * 2
    assert unwritten((2,), "float64").dtype == np.float64


def test_a_launch_that_students_do_not_write_comes_with_the_cases() -> None:
    (one, two) = cases.hidden(SPEC, SUMS_QUESTION, 3).about["launches"].values()
    assert (one, two) == (((2,), (8,), 32), ((3,), (8,), 32))


def test_points_by_group_need_cases_of_each_group() -> None:
    with pytest.raises(ValueError, match="the cases' groups are"):
        cases.hidden(
            SPEC, replace(COLUMNS_QUESTION, cases=lambda rng: iter([Case("", {"kw": 1, "ow": 1, "x": np.ones(1)})])), 1
        )


def test_a_course_without_kernels_does_without_the_emulation() -> None:
    program = (
        "import sys, autograder.cli, autograder.grading, autograder.sandbox, unrolled.check\n"
        "sys.exit(any(name.startswith('unrolled.cuda') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_jupyter_kernel_gives_the_same_verdicts() -> None:
    for mistake in (None, COLUMNS_QUESTION.mistakes[0]):
        source = answer_source(COLUMNS_QUESTION, mistake)
        with Session("conv1d", [source], replace(TIGHT, call_seconds=5), execution="ipykernel") as session:
            verdict = judge(cases.hidden(SPEC, COLUMNS_QUESTION, 11), session, {})
        assert (verdict.score, verdict.mistake) == ((0, mistake.name) if mistake else (3, ""))


def test_a_cell_that_launches_a_kernel_is_no_reason_to_complain() -> None:
    made = notebook(RIGHT)
    source = "from unrolled.cuda import RawKernel\nRawKernel(columns_kernel, 'columns').compile()"
    made.cells.append(nbformat.v4.new_code_cell(source))
    grading = grade(Submission("kernels.ipynb", SPEC, made))
    assert (grading.score, grading.notes) == (SPEC.max_score, ("Kernels were checked without a GPU.",))
    assert grading.cells[len(made.cells) - 1].error.startswith("CompilerMissingError: no program may be started here")


def test_compiling_has_an_end_for_a_whole_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.cuda.COMPILE_SECONDS", 0)
    verdict = in_the_sandbox(COLUMNS_QUESTION, answer_source(COLUMNS_QUESTION))
    assert (verdict.score, verdict.status) == (0, "timeout")
    assert "the 0 seconds for compiling a notebook's kernels" in verdict.message
