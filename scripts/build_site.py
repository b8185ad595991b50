"""Build the site into ``_build/html``: ``python -m scripts.build_site``.

What the pages need from elsewhere is put together first, so that a reader's browser asks no other site:
MathJax from npm, the scripts of single pages, and the downloads. Any warning of Sphinx is an error.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.release import leaves_answers_out, write_release

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "_build"
MATHJAX = ROOT / "node_modules" / "mathjax"
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Unrolled</title>
<link rel="icon" href="_static/favicon.svg"><meta http-equiv="refresh" content="0; url=book/index.html"></head>
<body><a href="book/index.html">Unrolled</a></body></html>
"""
IPYTHON = ROOT / "build" / "ipython"  # the pages run without anybody's own settings of IPython


def main() -> None:
    """Build the site, or say why not and exit with 1."""
    try:
        install_mathjax()
        assemble(ROOT / "build")
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The site was not built: {Path(error.cmd[0]).name} ended with status {error.returncode}, see above.")
    except OSError as error:
        sys.exit(f"The site was not built: {error}")
    print(f"The site is in {BUILT / 'html'}")


def install_mathjax() -> None:
    """Let npm install what ``package-lock.json`` names, unless it has done so."""
    lock, stamp = ROOT / "package-lock.json", MATHJAX.parent / ".installed"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        shutil.copy(lock, stamp)


def assemble(folder: Path) -> None:
    """Put together what Sphinx copies into the site: ``static`` into ``_static``, ``extra`` into the top folder."""
    shutil.rmtree(folder / "static", ignore_errors=True)
    shutil.rmtree(folder / "extra", ignore_errors=True)
    mathjax = folder / "static" / "mathjax"
    mathjax.mkdir(parents=True)
    shutil.copy(MATHJAX / "es5" / "tex-svg-full.js", mathjax)
    shutil.copy(MATHJAX / "LICENSE", mathjax)
    shutil.copytree(ROOT / "book" / "assets", folder / "extra" / "assets")
    (folder / "extra" / "index.html").write_text(FRONT_DOOR)
    for _ in write_release(folder / "extra" / "downloads", answers=not leaves_answers_out()):
        pass  # it yields the names of the files, for those who want to see them


def build() -> None:
    """Run jupyter-book: on all pages if code changed or the last build failed, else on the pages that changed."""
    (IPYTHON / "profile_default").mkdir(parents=True, exist_ok=True)
    (IPYTHON / "profile_default" / "ipython_kernel_config.py").write_text('c.IPKernelApp.log_level = "ERROR"\n')
    stamp, inputs = BUILT / "inputs.sha256", _digest()
    if not stamp.is_file() or stamp.read_text() != inputs:
        for folder in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(BUILT / folder, ignore_errors=True)
    stamp.unlink(missing_ok=True)  # Sphinx gives a page's warnings once: after a failure it would forget them
    _run("jupyter-book", "build", str(ROOT), "-q", "-W", "-n", "--keep-going")
    stamp.write_text(inputs)


def _digest() -> str:
    """Fingerprint everything but the pages themselves that their content may depend on."""
    digest = hashlib.sha256(os.environ.get("UNROLLED_SOLUTIONS", "").encode())
    for path in sorted(_inputs()):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from (ROOT / "_config.yml", ROOT / "_toc.yml", ROOT / "package-lock.json")
    for folder in ("autograder", "book", "requirements", "scripts", "solutions", "unrolled"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix not in {".md", ".pyc"}:
                yield path


def _run(tool: str, *arguments: str) -> None:
    """Run a program that lies beside this Python, from the root of the repository."""
    environment = {**os.environ, "IPYTHONDIR": str(IPYTHON)}
    subprocess.run([str(Path(sys.executable).with_name(tool)), *arguments], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
