"""The command line, as people and scripts use it."""

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest

from autograder import specs
from autograder.notebooks import answer_source, solved

SPEC = specs.load("conv1d")
AUTOGRADER = Path(sys.executable).with_name("autograder")


def autograder(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([AUTOGRADER, *arguments], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    question = SPEC.question("col2im_1d")
    path = tmp_path_factory.mktemp("wrong") / "it's my “first” <script> ..ipynb"
    nbformat.write(solved(SPEC, {question.id: answer_source(question, question.mistakes[0])}), path)
    return path


def test_solve_then_grade_gives_full_marks(tmp_path: Path) -> None:
    file = tmp_path / "solved notebook.ipynb"
    assert autograder("solve", "conv1d", "-o", file).returncode == 0
    done = autograder("grade", "--json", file)
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert set(record) == {"file", "assignment", "score", "max_score", "seconds", "questions"}
    assert (record["file"], record["assignment"]) == ("solved notebook.ipynb", "conv1d")
    assert record["score"] == record["max_score"] == SPEC.max_score
    assert [question["id"] for question in record["questions"]] == [question.id for question in SPEC.questions]
    assert set(record["questions"][0]) == {"id", "points", "score", "status", "hint", "message"}


def test_a_wrong_notebook_is_graded_with_status_0_and_its_hint(wrong: Path, tmp_path: Path) -> None:
    done = autograder("grade", wrong, "--html", tmp_path)
    assert done.returncode == 0
    assert "Overlapping" not in done.stdout
    assert "What should happen to the first when the second arrives?" in " ".join(done.stdout.split())
    (page,) = tmp_path.iterdir()
    assert "<script>" not in page.read_text()
    assert "21 of 24 points" in page.read_text()


def test_files_that_cannot_be_read_cost_one_line_each_and_the_others_are_graded(tmp_path: Path, wrong: Path) -> None:
    (tmp_path / "empty.ipynb").touch()
    (tmp_path / "old.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
    (tmp_path / "huge.ipynb").write_bytes(b" " * (50 << 20))
    bad = [tmp_path / name for name in ("empty.ipynb", "old.ipynb", "huge.ipynb", "nowhere.ipynb")]
    done = autograder("grade", "--json", *bad, wrong)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    for line, reason in zip(lines, ["is empty", "format 3", "50.0 MB", "No such file"], strict=True):
        assert reason in line
    assert json.loads(done.stdout)["score"] == 21


def test_a_folder_gives_one_line_of_json_for_each_notebook_and_a_summary(tmp_path: Path, wrong: Path) -> None:
    (tmp_path / "deep" / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("b.ipynb", "deep/c.ipynb", "deep/.ipynb_checkpoints/c.ipynb"):
        (tmp_path / name).write_bytes(wrong.read_bytes())
    (tmp_path / "a.ipynb").touch()
    (tmp_path / "notes.txt").touch()
    done = autograder("grade", "--json", tmp_path)
    *records, last = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 2
    assert [record["file"] for record in records] == ["a.ipynb", "b.ipynb", "c.ipynb"]
    assert ("is empty" in records[0]["error"], [record["score"] for record in records[1:]]) == (True, [21, 21])
    assert {name: last["summary"][name] for name in ("graded", "unreadable", "full_marks", "score")} == {
        "graded": 2,
        "unreadable": 1,
        "full_marks": 0,
        "score": 42,
    }


def test_a_folder_without_notebooks_is_said_to_be_one(tmp_path: Path) -> None:
    done = autograder("grade", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no notebook in this folder" in done.stderr


def test_ones_own_notebook_can_be_graded_without_a_sandbox_after_a_warning(wrong: Path) -> None:
    """Where there is no bubblewrap either: nothing of the sandbox is needed."""
    command = [str(AUTOGRADER), "grade", "--no-sandbox", "--json", str(wrong)]
    done = subprocess.run(command, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["score"] == 21
    assert "it can read, change and delete your files, use the network" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("more", [[], ["b.ipynb", "c.ipynb"]], ids=["a folder", "two"])
def test_without_a_sandbox_only_one_notebook_is_graded(more: list[str], tmp_path: Path) -> None:
    done = autograder("grade", "--no-sandbox", *(more or [str(tmp_path)]))
    assert (done.returncode, done.stdout) == (2, "")
    assert "for one notebook, your own" in done.stderr


def test_without_a_sandbox_nothing_is_graded_and_the_missing_layer_is_named(wrong: Path) -> None:
    done = subprocess.run(
        [AUTOGRADER, "grade", wrong], env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "the program bwrap is missing; install bubblewrap" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("solve", "conv9d", "-o", "x.ipynb"), ("solve", "conv1d", "-o", "/nowhere/x.ipynb"), ("release", "-o", "/proc/x")],
)
def test_wrong_arguments_are_refused_in_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = autograder(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that students get."""
    folder = tmp_path_factory.mktemp("release")
    assert autograder("release", "-o", folder).returncode == 0
    return folder


def test_release_writes_what_students_get(release: Path) -> None:
    assert "HIDDEN" not in (release / "conv1d.ipynb").read_text()
    with ZipFile(release / "unrolled-kit.zip") as kit:
        names = kit.namelist()
    assert "unrolled-kit/conv1d.ipynb" in names
    assert "unrolled-kit/unrolled/digits.npz" in names
    assert not [name for name in names if "autograder" in name or "solutions" in name]


def run_in_kit(release: Path, folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program beside a kit, and without the rest of the course."""
    with ZipFile(release / "unrolled-kit.zip") as kit:
        kit.extractall(folder)
    packages = {"PYTHONPATH": ":".join(entry for entry in sys.path if "site-packages" in entry)}
    command = [sys.executable, "-S", "-c", program]
    return subprocess.run(
        command, cwd=folder / "unrolled-kit", env=packages, capture_output=True, text=True, check=False
    )


def test_the_kit_checks_answers_without_the_rest_of_the_course(release: Path, tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np\nfrom unrolled import check\n"
        "def correlate(x, weight):\n"
        "    return np.lib.stride_tricks.sliding_window_view(x, len(weight)) @ weight[::-1]\n"
        "print(float(check('conv1d.correlate')), 'autograder' in sys.modules, 'solutions' in sys.modules)"
    )
    done = run_in_kit(release, tmp_path, program)
    assert done.stdout.splitlines()[-1] == "0.0 False False", done.stderr
    assert "Your kernel is read from right to left" in done.stdout


def test_a_kit_without_answers_has_no_right_versions_and_says_so(tmp_path: Path) -> None:
    program = (
        "from unrolled import check\nfrom unrolled.bundle import load\n"
        "print([name for stem in ('conv1d', 'conv2d', 'cnn') for name in load(stem).subjects])\n"
        "check('conv1d.strided')\ncheck('conv1d.test_correlate')\n"
        "print(float(check('conv2d.separable', {'separable': lambda x, column, row: x})))"
    )
    autograder("release", "-o", tmp_path / "release", "--without-answers")
    done = run_in_kit(tmp_path / "release", tmp_path, program)
    first, *said, last = done.stdout.splitlines()
    assert first == "['separable', 'by_heart', 'weights']"
    assert "conv1d.strided is checked when it is handed in" in said[0]
    assert "conv1d.test_correlate is checked when it is handed in" in said[1]
    assert last == "0.0", done.stderr


def test_a_report_that_cannot_be_written_is_said_in_a_line(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = autograder("grade", wrong, "--html", tmp_path / "file")
    assert done.returncode == 2
    assert "the report cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("serve", "--port", "70000"), ("grade", "x", "--max-megabytes", "inf"), ("serve", "--max-megabytes", "nan")],
)
def test_an_option_out_of_range_is_refused(arguments: tuple[str, ...]) -> None:
    done = autograder(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
