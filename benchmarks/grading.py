"""How fast a class is graded: by ``autograder grade-class``, by plain nbgrader, and by Otter.

Run ``make bench``, or ``python -m benchmarks.grading``; ``--help`` lists the parts that are left out unless asked
for, because they take long. Everything that is compared runs on one core in turn, start of the program included, and
ends with the same marks, or the run fails.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from nbformat import NotebookNode

from autograder import specs
from benchmarks.classes import BIN, OURS, PLAIN, Course, Marks, a_class, make_course
from benchmarks.otter import Otter
from benchmarks.phases import print_phases, print_upload

SIZE = 24
TOGETHER, CLASS, EACH = "autograder grade-class", "nbgrader autograde", "nbgrader autograde --student"
Submissions = Mapping[tuple[str, str], NotebookNode]


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3, help="of the comparison (3)")
    parser.add_argument("--otter", action="store_true", help="compare with otter run, too")
    parser.add_argument("--many", action="store_true", help="grade 200 and 2,000 submissions and print the memory used")
    parser.add_argument("--chapters", nargs=2, default=specs.stems()[:2], metavar="STEM", help="two (the first two)")
    options = parser.parse_args()
    stems = tuple(options.chapters)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print_comparison(folder, stems, options.repetitions)
        if options.otter:
            print_otter(folder / "otter", stems)
        print_phases(our_course(folder / "phases", stems, a_class(stems, SIZE)).folder, stems, SIZE)
        print_upload(stems[0])
        print_workers(folder / "workers", stems, 200)
        if options.many:
            print_memory(folder / "many", stems)


def our_course(folder: Path, stems: Sequence[str], submissions: Submissions) -> Course:
    """Make a course that is graded by us."""
    course = make_course(folder, OURS, "var/course", stems)
    course.hand_in(submissions)
    return course


def print_comparison(folder: Path, stems: Sequence[str], repetitions: int) -> None:
    """Grade one class in each of three ways, in turn, on one core.

    Raises:
        RuntimeError: if the marks differ.
    """
    submissions = a_class(stems, SIZE)
    ours = our_course(folder / "ours", stems, submissions)
    plain = make_course(folder / "plain", PLAIN, ".", stems)
    plain.hand_in(submissions)
    ways: dict[str, tuple[Course, list[list[str]]]] = {
        TOGETHER: (ours, [["autograder", "grade-class", *stems]]),
        CLASS: (plain, [["nbgrader", "autograde", stem] for stem in stems]),
        EACH: (plain, [["nbgrader", "autograde", stem, "--student", student] for stem, student in submissions]),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    with one_core():
        for course, commands in ways.values():
            course.run(*commands[0])  # not counted: so that nobody is the first to read the packages from disk
        for number in range(repetitions):
            marks: dict[str, Marks] = {}
            for way in (TOGETHER, TOGETHER, CLASS, TOGETHER, TOGETHER, EACH):  # the shortest is the least even
                course, commands = ways[way]
                course.reset()
                seconds[way].append(elapsed(lambda c=course, all_=commands: [c.run(*one) for one in all_]))  # type: ignore[misc]
                marks[way] = course.marks()
            if not marks[TOGETHER] == marks[CLASS] == marks[EACH]:
                raise RuntimeError(f"the marks differ: {differences(marks)}")
            latest = [*seconds[TOGETHER][-4:], seconds[CLASS][-1], seconds[EACH][-1]]
            print(f"repetition {number + 1}:", *(f"{taken:.1f} s" for taken in latest), flush=True)
    each = {way: median(times) / len(submissions) for way, times in seconds.items()}
    print(f"{len(submissions)} submissions of {', '.join(stems)}, one core, medians of {repetitions}; equal marks")
    print(f"{'':32}{'s in all':>10}{'s each':>10}{'ours is':>10}")
    for way, times in seconds.items():
        print(f"{way:32}{median(times):10.2f}{each[way]:10.3f}{each[way] / each[TOGETHER]:9.1f}×")


def differences(marks: Mapping[str, Marks]) -> list[str]:
    """Say which marks differ between ways of grading."""
    names = sorted(set().union(*marks.values()))
    found = [(name, [given.get(name) for given in marks.values()]) for name in names]
    return [f"{name}: {' / '.join(map(str, values))}" for name, values in found if len(set(values)) > 1]


def print_otter(folder: Path, stems: Sequence[str]) -> None:
    """Grade one notebook of each kind with Otter, on one core."""
    try:
        otter = Otter(folder)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"otter run is left out, for it could not be installed: {error}")
        return
    times = []
    with one_core():
        for (stem, _), notebook in a_class(stems, 4 * len(stems)).items():
            otter.prepare(stem)
            times.append(elapsed(lambda s=stem, n=notebook: otter.full_marks(s, n)))  # type: ignore[misc]
    print(f"{'otter run, one of each kind':32}{sum(times):10.2f}{sum(times) / len(times):10.3f}")


def print_workers(folder: Path, stems: Sequence[str], size: int) -> None:
    """Grade a larger class with one worker and with two, and its halves by two graders of their own, on all cores.

    The last shows what the machine makes possible: two virtual cores seldom do twice the work of one.
    """
    course = our_course(folder / "whole", stems, a_class(stems, size))
    halves = [our_course(folder / name, stems, a_class(stems, size // 2)) for name in ("left", "right")]
    command = ["autograder", "grade-class", *stems]

    def side_by_side() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda half: half.run(*command), halves))

    ways: dict[str, Callable[[], object]] = {
        "one worker": lambda: course.run(*command),
        "two workers": lambda: course.run(*command, "--workers", "2"),
        "two graders side by side": side_by_side,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(3):
        for way, action in ways.items():
            for one in (course, *halves):
                one.reset()
            seconds[way].append(elapsed(action))
    alone = median(seconds["one worker"])
    for way, times in seconds.items():
        print(f"{size} submissions, {way}: {median(times):.1f} s, {alone / median(times):.2f} times as fast as one")


def print_memory(folder: Path, stems: Sequence[str]) -> None:
    """Print the most memory that grading took, for a class and one that is ten times as large."""
    for size in (200, 2_000):
        course = our_course(folder / str(size), stems, a_class(stems, size))
        with (course.folder / "messages.txt").open("w") as messages:
            command = [str(BIN / "autograder"), "grade-class", *stems]
            grader = subprocess.Popen(command, cwd=course.folder, stdout=messages, stderr=messages)
            started = time.perf_counter()
            _, status, used = os.wait4(grader.pid, 0)
        grader.returncode = os.waitstatus_to_exitcode(status)
        taken = time.perf_counter() - started
        print(f"{size} submissions: {taken:.0f} s, at most {used.ru_maxrss / 1024:.0f} MB, status {grader.returncode}")


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and those that it starts on one core."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(usable)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


def elapsed(action: Callable[[], object]) -> float:
    """Return the wall time of an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
