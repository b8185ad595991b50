"""Otter-Grader, in an environment of its own that is thrown away: the same notebooks, the same hidden tests."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import specs
from benchmarks.classes import ROOT

TEST = """
from otter.test_files import test_case

OK_FORMAT = False
name = "{id}"
points = {points}

@test_case(points={points})
def test_hidden(env):
    from autograder.plain import check_hidden

    score = eval("check_hidden({name!r})", dict(env) | {{"check_hidden": check_hidden}})
    assert score == {points}
"""


class Otter:
    """``otter run``; a question is worth its points or nothing.

    Raises:
        RuntimeError: with the last line that pip said, if Otter cannot be installed.
    """

    def __init__(self, folder: Path) -> None:
        """Install Otter below a folder."""
        self.folder = folder
        venv.create(folder, with_pip=True)
        self.bin = str(folder / "bin")
        pip = [f"{self.bin}/pip", "install", "--quiet", "otter-grader"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        (packages,) = folder.glob("lib/python*/site-packages")
        ours = [str(ROOT), *(place for place in sys.path if place.endswith("site-packages"))]
        (packages / "ours.pth").write_text("\n".join(ours))  # behind Otter's own

    def prepare(self, stem: str) -> None:
        """Write the tests of a chapter."""
        spec = specs.load(stem)
        with zipfile.ZipFile(self.folder / f"{stem}.zip", "w") as file:
            file.writestr("otter_config.json", json.dumps({"lang": "python"}))
            for question in spec.questions:
                test = TEST.format(id=question.id, points=question.points, name=f"{stem}.{question.id}")
                file.writestr(f"tests/{question.id}.py", test)

    def full_marks(self, stem: str, notebook: NotebookNode) -> set[str]:
        """Grade a notebook; return the questions that got their points."""
        path = self.folder / f"{stem}.ipynb"
        nbformat.write(notebook, path)
        command = [f"{self.bin}/otter", "run", "--no-logo", "-a", f"{stem}.zip", "-o", ".", path.name]
        environment = os.environ | {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, check=True)
        tests = json.loads((self.folder / "results.json").read_text())["tests"]
        return {test["name"] for test in tests if test.get("score") and test["score"] == test["max_score"]}
