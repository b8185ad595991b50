"""What the tests hand in, and how they do it."""

import time
from collections.abc import Mapping
from typing import Any

import nbformat
from fastapi.testclient import TestClient

from autograder import specs
from autograder.notebooks import answer_source, solved

SPEC = specs.load("conv1d")
SOLVED = nbformat.writes(solved(SPEC)).encode()


def submit(
    client: TestClient, data: bytes, name: str = "conv1d.ipynb", headers: Mapping[str, str] | None = None
) -> Any:
    return client.post("/api/submissions", files={"file": (name, data)}, headers=headers)


def settled(client: TestClient, token: str) -> dict[str, Any]:
    """Ask for a submission until it is graded or has failed."""
    for _ in range(3000):
        status: dict[str, Any] = client.get(f"/api/submissions/{token}").json()
        if status["state"] in ("graded", "failed"):
            return status
        time.sleep(0.02)
    raise AssertionError(status)


def graded(client: TestClient, data: bytes, name: str = "conv1d.ipynb") -> dict[str, Any]:
    answer = submit(client, data, name)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "queued"
    return settled(client, answer.json()["id"])


def wrong(question: str, mistake: str) -> tuple[bytes, str]:
    """Return a solved notebook in which one answer is a known mistake, and the hint for that mistake."""
    asked = SPEC.question(question)
    known = next(known for known in asked.mistakes if known.name == mistake)
    return nbformat.writes(solved(SPEC, {question: answer_source(asked, known)})).encode(), known.hint
