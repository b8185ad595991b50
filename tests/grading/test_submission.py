"""A file that cannot be graded is refused in one plain line; one that can be is read, however odd."""

import json
from typing import Any

import nbformat
import pytest

from autograder.notebooks import original, released
from autograder.submission import SubmissionError, read_submission

NOTEBOOK = json.loads(nbformat.writes(released(original("conv1d"))))


def changed(**fields: Any) -> bytes:
    return json.dumps(NOTEBOOK | fields).encode()


UNREADABLE = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n", "the file is empty"),
    "not JSON": (b"print('hello')", "it is not JSON"),
    "not text": (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "it is not JSON"),
    "nested without end": (b"[" * 100_000, "it is not JSON"),
    "a list": (b"[1, 2]", "JSON but not a notebook"),
    "another object": (b'{"cells": []}', "JSON but not a notebook"),
    "nbformat 3": (changed(nbformat=3), "format 3"),
    "nbformat 5": (changed(nbformat=5), "format 5"),
    "a minor version with a fraction": (changed(nbformat_minor=4.5), "damaged"),
    "cells that are no list": (changed(cells={}), "damaged"),
    "a cell that is no cell": (changed(cells=[1]), "damaged"),
    "a cell without source": (changed(cells=[{"cell_type": "code", "metadata": {}, "id": "a"}]), "damaged"),
    "metadata that is no object": (changed(metadata=[]), "damaged"),
    "an unknown assignment": (changed(metadata={"unrolled": {"stem": "conv9d"}}), "no assignment 'conv9d'"),
    "an assignment that is a path": (changed(metadata={"unrolled": {"stem": "../conv1d"}}), "no assignment"),
    "another course's notebook": (changed(metadata={}, cells=[]), "belongs to no assignment"),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_file_is_refused_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(SubmissionError, match=reason) as caught:
        read_submission(data, "x.ipynb")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_large_file_is_refused_by_its_size_before_it_is_read() -> None:
    with pytest.raises(SubmissionError, match=r"50\.0 MB, and 20 MB is the most"):
        read_submission(b"x" * (50 << 20), "x.ipynb")
    with pytest.raises(SubmissionError, match=r"0\.000976562 MB is the most"):
        read_submission(changed(), "x.ipynb", max_bytes=2**10)


READABLE = {
    "half a character": changed(cells=[*NOTEBOOK["cells"], NOTEBOOK["cells"][0] | {"source": "\ud800"}]),
    "as released": changed(),
    "without our metadata": changed(metadata={"kernelspec": {"name": "x", "display_name": "x"}}),
    "a minor version that is yet to come": changed(nbformat_minor=9),
    "copied cells that share their ids": changed(cells=NOTEBOOK["cells"] + NOTEBOOK["cells"]),
    "nbgrader's marks are not what they should be": changed(
        cells=[{**cell, "metadata": {**cell["metadata"], "nbgrader": 3}} for cell in NOTEBOOK["cells"]]
    ),
}


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE.keys())
def test_an_odd_notebook_is_read(data: bytes) -> None:
    submission = read_submission(data, "x.ipynb")
    assert submission.spec.stem == "conv1d"
    assert nbformat.writes(submission.notebook).encode()
