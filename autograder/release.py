"""What students get: the released notebooks, and one zip file with all of them and the package ``unrolled``."""

import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import nbformat

import unrolled
from autograder import specs
from autograder.notebooks import original, released
from autograder.visible import write_bundle
from unrolled.bundle import encoded, load

KIT = "unrolled-kit"
SOURCES = ".sources"  # functions that answers are compared with
# What the package consists of; the rest is caches.
SHIPPED = {".py", ".bundle", SOURCES, ".npz", ".typed", ".cpp", ".hpp"}
README = """Unrolled: the notebooks, and the package that checks them.

You need Python 3.11 or newer. In this folder:

    python3 -m venv .venv
    . .venv/bin/activate           (on Windows: .venv\\Scripts\\activate)
    python -m pip install "numpy>=2" matplotlib jupyterlab
    jupyter lab

The last chapter, on kernels for a GPU, also needs the compiler g++, or a GPU with CuPy.

Open a notebook, such as {first}.ipynb, and work from top to bottom. Keep the notebooks beside the folder "unrolled":
they import it from there. More is said on the course's page "Start".
"""


def leaves_answers_out() -> bool:
    """Tell whether this is made for a class that is to find the answers: ``make SOLUTIONS=hidden`` says so."""
    return os.environ.get("UNROLLED_SOLUTIONS") == "hidden"


def write_release(folder: Path, *, answers: bool = True) -> Iterator[Path]:
    """Write ``<stem>.ipynb`` for every chapter and the kit; yield what was written.

    Args:
        folder: where to.
        answers: whether the kit holds the right versions that *hunt* and *tests* questions are checked with; without
            them, these questions are marked when they are handed in, and not checked before.

    Raises:
        OSError: if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = []
    for spec in map(specs.load, specs.stems()):
        write_bundle(spec)
        path = folder / f"{spec.stem}.ipynb"
        nbformat.write(released(original(spec.stem)), path)
        notebooks.append(path)
        yield path
    kit = folder / f"{KIT}.zip"
    with ZipFile(kit, "w") as archive:
        for name, content in _files(notebooks, answers):
            entry = ZipInfo(f"{KIT}/{name}")  # dated 1980, whenever it is made: same content, same zip
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, ZIP_DEFLATED)
    yield kit


def _files(notebooks: list[Path], answers: bool) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", README.format(first=notebooks[0].stem).encode()
    for notebook in notebooks:
        yield notebook.name, notebook.read_bytes()
    package = Path(unrolled.__file__).parent
    for path in sorted(package.rglob("*")):
        if path.suffix in SHIPPED:
            content = path.read_bytes() if answers or path.suffix != SOURCES else _without_answers(path.stem)
            yield f"unrolled/{path.relative_to(package).as_posix()}", content


def _without_answers(stem: str) -> bytes:
    """Return a chapter's file of sources without those of questions that have a right version among them."""
    return encoded({name: sources for name, sources in load(stem).subjects.items() if "right" not in sources})
