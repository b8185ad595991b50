"""Uploads: whatever the name, only notebooks, not too large, and from nowhere else."""

from typing import Any

import anyio
import nbformat
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from autograder.notebooks import solved
from autograder.service.uploads import UploadError, read_upload
from tests.service.client import SOLVED, SPEC, graded, settled, submit

OLD = b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}'
FOREIGN = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


@pytest.mark.parametrize(
    "name",
    [
        "my notebook (final) 2.ipynb",
        "../../etc/passwd",
        "/etc/passwd",
        "<script>alert(1)</script>.ipynb",
        'a "quoted" name.ipynb',
        "畳み込み – ноутбук.ipynb",
        "'; DROP TABLE submissions; --",
        "%s {0} $(id).ipynb",
    ],
)
def test_a_file_name_is_shown_and_nothing_else(client: TestClient, name: str) -> None:
    status = graded(client, SOLVED, name)
    assert status["name"] == status["result"]["file"] == name
    assert "<script" not in status["report"]


@pytest.mark.parametrize(("name", "shown"), [("", "notebook"), ("a\u202e\x00\tb", "a b"), ("x" * 1000, "x" * 200)])
def test_a_file_name_that_cannot_be_shown_is_mended(client: TestClient, name: str, shown: str) -> None:
    form = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = form + SOLVED + b"\r\n--b--\r\n"
    answer = client.post("/api/submissions", content=body, headers={"content-type": "multipart/form-data; boundary=b"})
    assert settled(client, answer.json()["id"])["name"] == shown


def test_code_in_a_message_reaches_the_report_as_text(client: TestClient) -> None:
    attack = "def banded(weight, w, stride=1):\n    raise ValueError('<img src=x onerror=alert(1)>\\ud800\\0')"
    status = graded(client, nbformat.writes(solved(SPEC, {"banded": attack})).encode())
    assert status["state"] == "graded"
    assert "&lt;img src=x onerror=alert(1)&gt;" in status["report"]
    assert "<img" not in status["report"]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "empty"),
        (b"not a notebook", 422, "not JSON"),
        (b"\x89PNG\r\n\x1a\n", 422, "not JSON"),
        (b"[" * 100_000, 422, "not JSON"),
        (b'{"a": 1}', 422, "not a notebook"),
        (OLD, 422, "format 3"),
        (FOREIGN, 422, "no assignment"),
        (b" " * (2**20 + 1), 413, "more than 1 MB"),
        (b" " * 2**22, 413, "more than 1 MB"),
    ],
)
def test_what_cannot_be_graded_is_refused_in_one_sentence(
    client: TestClient, data: bytes, status: int, words: str
) -> None:
    answer = submit(client, data)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert client.get("/api/health").json() == {"status": "ok", "queued": 0}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"json": {"file": "x"}}, 415),
        ({"files": {"notebook": ("a.ipynb", SOLVED)}}, 422),
        ({"files": {"file": (None, "text")}}, 400),
        ({"files": [("file", ("a", SOLVED)), ("file", ("b", SOLVED))]}, 400),
        ({"content": b"--b\r\n", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 422),
        ({"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, 400),
    ],
)
def test_a_request_that_is_no_upload_is_refused(client: TestClient, request_: dict[str, Any], status: int) -> None:
    answer = client.post("/api/submissions", **request_)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_an_upload_is_refused_before_more_than_the_limit_is_read() -> None:
    received = 0

    async def endless() -> dict[str, Any]:
        nonlocal received
        received += 2**16
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        body = head if received == 2**16 else b" " * 2**16
        return {"type": "http.request", "body": body, "more_body": True}

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, endless)
    with pytest.raises(UploadError) as refused:
        anyio.run(read_upload, request, 2**20)
    assert refused.value.status == 413
    assert received <= 2**20 + 3 * 2**16


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://testserver", "sec-fetch-site": "same-origin"}, 202),
        ({"origin": "http://testserver"}, 202),
        ({}, 202),  # not a browser
        ({"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://testserver:81", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_no_other_website_can_make_a_browser_submit(client: TestClient, headers: dict[str, str], status: int) -> None:
    answer = submit(client, SOLVED, headers=headers)
    assert answer.status_code == status
    assert not any(name.startswith("access-control") for name in answer.headers)
