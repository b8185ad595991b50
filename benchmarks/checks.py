"""Time of each check cell with a right and a wrong answer, and of grading a notebook.

Run ``make bench``, or ``python -m benchmarks.checks``. Every line gives medians in milliseconds.
"""

import contextlib
import io
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import nbformat

from autograder import specs
from autograder.grading import grade
from autograder.notebooks import answer_source, original, released, solved
from autograder.questions import Spec
from autograder.submission import read_submission
from unrolled import check

REPETITIONS = 7


def milliseconds(action: Callable[[], object], repetitions: int = REPETITIONS) -> float:
    """Return the median wall time of an action."""
    times = []
    for _ in range(repetitions):
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            action()
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


def namespace(source: str) -> dict[str, object]:
    """Run an answer cell as the notebook would."""
    names: dict[str, object] = {}
    exec("from collections.abc import Callable\nimport numpy as np\n" + source, names)  # noqa: S102  (our own text)
    return names


def print_checks(spec: Spec) -> None:
    """Print one line per question: its check cell with the right answer, and with the first mistake."""
    print(f"{'check cell':28}{'right':>10}{'wrong':>10}")
    for question in spec.questions:
        name = f"{spec.stem}.{question.id}"
        right = namespace(answer_source(question))
        wrong = namespace(answer_source(question, question.mistakes[0]))
        times = [milliseconds(lambda n=name, a=answers: check(n, a)) for answers in (right, wrong)]  # type: ignore[misc]
        print(f"{name:28}{times[0]:10.1f}{times[1]:10.1f}")


def print_first_check() -> None:
    """Print what the first check of a fresh Python costs, imports included."""
    program = "from unrolled import check; check('conv1d.out_size', {})"
    command = [sys.executable, "-c", program]
    cost = milliseconds(lambda: subprocess.run(command, check=True, capture_output=True))
    print(f"{'a fresh Python, first check':28}{cost:10.1f}")


def print_grading(spec: Spec) -> None:
    """Print what grading a whole notebook costs, sandbox included."""
    for name, notebook in (("solved", solved(spec)), ("untouched", released(original(spec.stem)))):
        submission = read_submission(nbformat.writes(notebook).encode(), name)
        print(f"{f'grading {spec.stem}, {name}':28}{milliseconds(lambda s=submission: grade(s)):10.1f}")  # type: ignore[misc]


def main() -> None:
    """Print the table for every chapter."""
    for spec in map(specs.load, specs.stems()):
        print_checks(spec)
        print_first_check()
        print_grading(spec)


if __name__ == "__main__":
    main()
