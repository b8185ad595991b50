"""What is left out of an import is left out there, and nowhere else."""

import importlib
import subprocess
import sys

import pytest

from autograder.lean import UNUSED, left_out


def test_a_module_is_empty_inside_and_itself_again_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with left_out(["this", "json"]):
        assert importlib.import_module("this").s is None
        assert importlib.import_module("json").loads("1") == 1  # was there already
    assert "this" not in sys.modules


def test_what_is_left_out_returns_after_an_error() -> None:
    with pytest.raises(ValueError), left_out(["not_there"]):  # noqa: PT011  (its own)
        raise ValueError
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("not_there")


def test_nbgrader_has_what_is_left_out() -> None:
    """Else the list would be out of date, and save nothing."""
    program = f"""
import sys, nbgrader
assert not set({UNUSED}) - set(sys.modules), "nbgrader no longer imports some of them"
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_grading_a_class_starts_without_it() -> None:
    program = """
import sys
from autograder.lean import UNUSED, left_out
with left_out(UNUSED):
    import autograder.classroom
assert not {"jupyter_server", "setuptools", *UNUSED} & set(sys.modules), "something else imports them"
"""
    subprocess.run([sys.executable, "-c", program], check=True)
