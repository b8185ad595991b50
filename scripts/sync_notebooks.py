"""Renew the stubs and check cells of the committed notebooks from the specs: ``python -m scripts.sync_notebooks``."""

import nbformat

from autograder import specs
from autograder.notebooks import EXERCISES, original, synchronised
from autograder.visible import write_bundle


def main() -> None:
    """Rewrite every notebook in ``exercises`` and every bundle of visible cases."""
    for spec in map(specs.load, specs.stems()):
        nbformat.write(synchronised(original(spec.stem), spec), EXERCISES / spec.stem / f"{spec.stem}.ipynb")
        write_bundle(spec)


if __name__ == "__main__":
    main()
