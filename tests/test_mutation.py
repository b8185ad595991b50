"""Faults are made where the rules say, and the trials tell those that matter from those that do not."""

import numpy as np
import pytest

from autograder.questions import FunctionQuestion, Mistake, TestsQuestion
from autograder.source import source_of
from autograder.specs.conv1d import SPEC
from scripts import mutate, trials
from scripts.mutants import mutants_of, normalised

SEEDS = trials.seeds_from(0, count=1)

LINES = [  # a line, and what the rules make of it
    ("a = b + c", {"pass", "a = b - c"}),
    ("a = b @ c", {"pass", "a = b * c"}),
    ("a = b % c", {"pass", "a = b // c"}),
    ("a = b // 2", {"pass", "a = b * 2", "a = b / 2", "a = b // 3", "a = b // 1"}),
    ("a = b < c", {"pass", "a = b <= c", "a = b >= c"}),
    ("a = b and c", {"pass", "a = b or c"}),
    ("a = -b", {"pass", "a = b"}),
    ("a = True", {"pass", "a = False"}),
    ("a = b if c else d", {"pass", "a = d if c else b"}),
    ("a += b", {"pass", "a = b", "a -= b"}),
    ("a = b[c]", {"pass", "a = b[c + 1]", "a = b[c - 1]"}),
    ("a[b, c] = d", {"pass", "a[c, b] = d"}),
    ("a = b[c:]", {"pass", "a = b[:]", "a = b[c + 1:]", "a = b[c - 1:]", "a = b[c:][::-1]"}),
    ("a[:c] = b", {"pass", "a[:] = b", "a[:c + 1] = b", "a[:c - 1] = b"}),
    ("a[::c] = b", {"pass", "a[:] = b", "a[::c + 1] = b", "a[::c - 1] = b"}),
    ("a = b(c, d)", {"pass", "a = b(d, c)"}),
    ("a = b.T", {"pass", "a = b"}),
    ("a = b.copy()", {"pass", "a = b"}),
    ("a = b.dtype", {"pass", "a = float"}),
    ("a = max(b, c)", {"pass", "a = min(b, c)"}),
    ("a = np.zeros(b)", {"pass", "a = np.empty(b)"}),
    ("a = np.result_type(b, c)", {"pass", "a = float", "a = b.dtype", "a = c.dtype"}),
    ("a = range(b)", {"pass", "a = range(1, b)", "a = range(b + 1)", "a = range(b - 1)"}),
    ("a = enumerate(b)", {"pass", "a = enumerate(b, 1)"}),
    ("return a", {"pass", "return -a"}),
    ("a = np.asarray(b)", set()),
    ("a = check(b)", set()),
    ("a, b = (check(a), check(b))", set()),
    ("check(a)", set()),
    ("'what it does'", set()),
    ("b = a.ndim; c = 1\n    if a: raise ValueError", {"pass", "c = 2", "c = 0"}),
]


@pytest.mark.parametrize(("line", "faults"), LINES)
def test_a_line_gets_the_faults_of_its_rules(line: str, faults: set[str]) -> None:
    check = "def check(a):\n    a = np.asarray(a)\n    if a.ndim > 1:\n        raise ValueError\n    return a\n"
    mutants = list(mutants_of(f"{check}def f(a: int):\n    {line}\n"))
    assert {mutant.after for mutant in mutants} == faults
    assert all(mutant.function == "f" for mutant in mutants)


def test_every_mutant_is_another_program() -> None:
    source = source_of(question("shifted_sum").reference)
    programs = [mutant.source for mutant in mutants_of(source)]
    assert len({normalised(source), *programs}) == len(programs) + 1 > 50


def test_a_function_that_is_left_alone_gets_no_fault() -> None:
    source = source_of(question("correlate_same").reference)
    assert "_correlate" in {mutant.function for mutant in mutants_of(source)}
    assert "_correlate" not in {mutant.function for mutant in mutants_of(source, ["_correlate"])}


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # forks beside pytest's threads
@pytest.mark.parametrize("name", ["correlate", "col2im_1d"])
def test_the_cases_kill_a_sample_of_mutants(name: str) -> None:
    asked = question(name)
    explained = mutate.read_explained("conv1d")
    sample = mutate.faults(SPEC, asked)[::4]
    tally = mutate.tally(f"conv1d.{name}", trials.marks(SPEC, asked, SEEDS), sample, asked)
    assert tally.count == len(sample) >= 8
    assert set(tally.keys()) <= explained


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize(
    "line",
    [
        "while True: pass",
        "import os; os.abort()",
        "import os; os._exit(0)",
        "return np.zeros(2**40)",
        "raise SystemExit",
        "return np.empty(len(x) - len(weight) + 1, np.result_type(x, weight))",
        "this is no Python",
    ],
)
def test_what_gives_no_right_answer_is_a_kill_whatever_else_it_does(line: str) -> None:
    trial = trials.marks(SPEC, question("correlate"), SEEDS)
    wrong, right = (
        f"import numpy as np\ndef f(x, weight):\n    {line}\n",
        source_of(question("correlate").reference, "f"),
    )
    ends = list(trials.run_all(trial, [right, wrong, right], "f"))
    assert (ends[0], ends[2]) == (trials.SURVIVED, trials.SURVIVED)
    assert ends[1] != trials.SURVIVED


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_nothing_is_measured_with_a_trial_that_the_reference_fails() -> None:
    with pytest.raises(RuntimeError, match="without a fault"):
        mutate.tally("conv1d.correlate", lambda answer: 0, [], question("correlate"))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_mutant_is_likened_to_the_wrong_version_that_it_behaves_like() -> None:
    test = SPEC.question("test_correlate")
    assert isinstance(test, TestsQuestion)
    trial = trials.likeness(SPEC, test, question("correlate"), SEEDS[0])
    sources = [source_of(version.wrong, "f") for version in test.versions]
    assert list(trials.run_all(trial, sources, "f")) == list(range(1, len(sources) + 1))
    assert list(trials.run_all(trial, ["def f(x, weight):\n    raise ValueError"], "f")) == [100]


def test_an_unrecognised_mistake_is_reported() -> None:
    asked = question("correlate")
    harmless = Mistake("harmless", asked.reference, "")
    spec = type(SPEC)("conv1d", (type(asked)(**{**vars(asked), "mistakes": (*asked.mistakes, harmless)}),))
    assert list(mutate.unrecognised(spec, SEEDS)) == ["correlate harmless"]


def test_values_near_the_answer_are_all_wrong() -> None:
    near = [value.tolist() for value in mutate.values_near(np.array([3, 5]))]
    assert [3, 5] not in near
    assert {(5, 3), (-3, -5), (4, 5), (2, 5), (3, 6), (3, 4), (3,), (5,)} == {tuple(value) for value in near}


@pytest.mark.parametrize(
    "answer", [np.array(3), np.array([1, 2]), np.arange(6).reshape(2, 3)], ids=["0-D", "1-D", "2-D"]
)
def test_no_wrong_value_is_the_answer(answer: np.ndarray) -> None:
    wrong = list(mutate.values_near(answer))
    assert len(wrong) >= 3
    assert not [value for value in wrong if np.array_equal(value, answer)]


def test_explanations_are_read_from_a_table() -> None:
    text = "| question | function | line | instead | why |\n|---|---|---|---|---|\n"
    text += "| s.q | `f` | `a | b` | `pass` | So. |\n"
    assert mutate.explained_in(text) == {("s.q", "f", "a | b", "pass")}


def question(name: str) -> FunctionQuestion:
    found = SPEC.question(name)
    assert isinstance(found, FunctionQuestion)
    return found
