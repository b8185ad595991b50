"""The student's kit: the notebooks as students get them, and a zip of them with the package that they import."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import nbformat

from autograder.release import released

KIT = "unrolled-kit"
SHIPPED = {".py", ".bundle", ".typed"}  # what the package consists of; the rest is caches
README = """Unrolled: the notebooks, and the package that checks them.

You need Python 3.11 or newer. In this folder:

    python -m pip install "numpy>=2" matplotlib jupyterlab
    jupyter lab {first}.ipynb

Keep the notebooks beside the folder "unrolled": they import it from there.
What to do is said in each notebook, and on the course's page "Start".
"""


def write_downloads(root: Path, folder: Path) -> None:
    """Write what the site offers for download.

    Args:
        root: the checkout.
        folder: where to put ``<stem>.ipynb`` for every chapter, and ``unrolled-kit.zip``.

    Raises:
        FileNotFoundError: if there is no notebook, or one has no visible cases.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stems = [path.stem for path in sorted(root.glob("exercises/*/*.ipynb")) if path.stem == path.parent.name]
    if not stems:
        raise FileNotFoundError(f"there is no notebook exercises/<stem>/<stem>.ipynb in {root}")
    for stem in stems:
        if not (root / "unrolled" / "bundles" / f"{stem}.bundle").is_file():
            raise FileNotFoundError(f"unrolled/bundles/{stem}.bundle is missing: the notebook {stem} could check nothing")
        notebook = nbformat.read(root / "exercises" / stem / f"{stem}.ipynb", as_version=4)
        nbformat.write(released(notebook), folder / f"{stem}.ipynb")
    with ZipFile(folder / f"{KIT}.zip", "w") as archive:
        for name, content in _files(root, folder, stems):
            entry = ZipInfo(f"{KIT}/{name}")  # dated 1980, whenever it is made: same content, same zip
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, ZIP_DEFLATED)


def _files(root: Path, folder: Path, stems: list[str]) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", README.format(first=stems[0]).encode()
    for stem in stems:
        yield f"{stem}.ipynb", (folder / f"{stem}.ipynb").read_bytes()
    for path in sorted((root / "unrolled").rglob("*")):
        if path.suffix in SHIPPED:
            yield path.relative_to(root).as_posix(), path.read_bytes()
