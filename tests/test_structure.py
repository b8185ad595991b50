"""Laws of the layout: which way imports run, and that every chapter has all its parts."""

import ast
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from autograder import specs

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "unrolled": {"unrolled"},
    "solutions": {"solutions"},
    "autograder": {"autograder", "solutions", "unrolled"},
}
STAND_FOR_CUPY = {"unrolled.device", "unrolled.cuda", "unrolled.timeline"}  # and are CuPy where there is a GPU
PARTS = [
    "book/{stem}.md",
    "exercises/{stem}/{stem}.ipynb",
    "solutions/{stem}.py",
    "autograder/specs/{stem}.py",
    "tests/specs/test_{stem}.py",
]
WITHOUT_NOTEBOOK = {"index", "start", "notation", "bug_museum", "submit", "solutions", "teach", "references"}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which package they reach"
            yield node.module or ""


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package: str) -> None:
    for path in python_files(package):
        names = set(imports_of(path)) - (STAND_FOR_CUPY if package == "solutions" else set())
        ours = {name.partition(".")[0] for name in names} & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[package]}"


def test_the_judge_needs_numpy_alone() -> None:
    standard = {
        "collections",
        "contextlib",
        "dataclasses",
        "functools",
        "hashlib",
        "html",
        "importlib",
        "inspect",
        "json",
        "linecache",
        "math",
    }
    allowed = standard | {"itertools", "sys", "threading", "types", "typing", "zlib", "numpy", "unrolled"}
    for path in [*python_files("unrolled/judge"), *(ROOT / "unrolled" / f"{n}.py" for n in ("wire", "show", "bundle"))]:
        assert {name.partition(".")[0] for name in imports_of(path)} <= allowed, path.name


def test_sys_path_is_nowhere_edited() -> None:
    for package in [*MAY_IMPORT, "scripts", "tests", "benchmarks"]:
        for path in python_files(package):
            calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            assert not [call for call in calls if ast.unparse(call.func).startswith("sys.path.")], path


@pytest.mark.parametrize("stem", specs.stems())
def test_a_chapter_has_all_its_parts(stem: str) -> None:
    missing = [part.format(stem=stem) for part in PARTS if not (ROOT / part.format(stem=stem)).is_file()]
    assert not missing


def test_the_table_of_contents_names_every_chapter_and_nothing_else() -> None:
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    pages = [contents["root"], *(page["file"] for part in contents["parts"] for page in part["chapters"])]
    names = [page.removeprefix("book/") for page in pages]
    assert set(names) - WITHOUT_NOTEBOOK == {module.name for module in pkgutil.iter_modules(specs.__path__)}
    assert len(names) == len(set(names))


OPTIONS = re.compile(r"^```\{code-cell\}[^\n]*\n---\n(.*?)^---$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem)
def test_the_options_of_cells_can_be_read(path: Path) -> None:
    """Else the site is not built; a caption with a colon is the usual reason."""
    for options in OPTIONS.findall(path.read_text(encoding="utf-8")):
        assert isinstance(yaml.safe_load(options), dict)


def test_the_readme_counts_right() -> None:
    questions = [question for stem in specs.stems() for question in specs.load(stem).questions]
    mistakes = sum(len(question.mistakes) for question in questions)
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"with {len(questions)} questions that know {mistakes} mistakes by name" in text
    assert all(f"`{stem}`" in text for stem in specs.stems())


@pytest.mark.parametrize("path", sorted((ROOT / "exercises").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_committed_without_outputs_or_volatile_metadata(path: Path) -> None:
    notebook = json.loads(path.read_text())
    assert set(notebook["metadata"]) == {"kernelspec", "language_info", "unrolled"}
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"nbgrader", "deletable", "editable"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
