"""What students get: the released notebooks, and one zip file with all of them and the package ``unrolled``."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

import unrolled
from autograder import cases, specs
from autograder.notebooks import original, released, solved

__all__ = ["released", "solved", "write_release"]

KIT = "unrolled-kit.zip"
KIT_README = """Unrolled: the exercises

You need Python 3.11 or newer. In this folder:

    python -m venv .venv
    . .venv/bin/activate            (Windows: .venv\\Scripts\\activate)
    pip install "numpy>=2" matplotlib jupyterlab
    jupyter lab

Open a notebook, for example conv1d.ipynb, and work from top to bottom. The folder unrolled beside it holds the
checks and their visible cases; leave it where it is.
"""


def write_release(folder: Path) -> Iterator[Path]:
    """Write ``<stem>.ipynb`` for every chapter and the kit; yield what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = []
    for stem in specs.stems():
        path = folder / f"{stem}.ipynb"
        nbformat.write(released(original(stem)), path)
        cases.write_bundle(specs.load(stem))
        notebooks.append(path)
        yield path
    yield _write_kit(folder / KIT, notebooks)


def _write_kit(path: Path, notebooks: list[Path]) -> Path:
    package = Path(unrolled.__file__).parent
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kit:
        kit.writestr("README.txt", KIT_README)
        for notebook in notebooks:
            kit.write(notebook, notebook.name)
        for file in sorted(package.rglob("*")):
            if file.suffix in (".py", ".bundle", ".typed"):
                kit.write(file, Path("unrolled") / file.relative_to(package))
    return path
