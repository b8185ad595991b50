"""The service as a client meets it: notebooks in, marks out, everything else refused in plain words."""

import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import httpx
import nbformat
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from autograder import sandbox, specs
from autograder.notebooks import answer_source, solved
from autograder.sandbox import SandboxError
from autograder.service import ServiceError, Settings, create_app, serve
from autograder.service.store import Store
from autograder.service.uploads import UploadError, read_upload
from autograder.service.worker import Mark, Tell, mark

SPEC = specs.load("conv1d")
SOLVED = nbformat.writes(solved(SPEC)).encode()
OLD = b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}'
FOREIGN = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text('<script>let x = "</b>" < 1</script><p onclick="go(&quot;a&quot;)">')
    (site / "plain.html").write_text('<script src="plain.js"></script>')
    (site / "plain.js").write_text("")
    return Settings(tmp_path / "submissions.db", site, max_bytes=2**20)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as started:
        yield started


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


def test_a_solved_notebook_gets_full_marks(client: TestClient) -> None:
    status = graded(client, SOLVED)
    assert (status["state"], status["error"]) == ("graded", None)
    assert status["result"]["score"] == status["result"]["max_score"] == SPEC.max_score
    assert [question["id"] for question in status["result"]["questions"]] == [q.id for q in SPEC.questions]
    assert status["progress"]["done"] == status["progress"]["total"] == len(SPEC.questions)


def test_a_wrong_answer_gets_its_hint(client: TestClient) -> None:
    data, hint = wrong("col2im_1d", "overwritten")
    status = graded(client, data)
    marks = {question["id"]: question for question in status["result"]["questions"]}
    assert (marks["col2im_1d"]["score"], marks["col2im_1d"]["hint"]) == (0, hint)
    assert status["result"]["score"] == SPEC.max_score - SPEC.question("col2im_1d").points
    assert hint in status["report"]


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


@contextmanager
def held(settings: Settings) -> Iterator[TestClient]:
    """Start a service whose worker does not get beyond its first submission, until the end."""
    begun, go_on = Event(), Event()

    def wait_and_mark(notebook: bytes, name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        begun.set()
        go_on.wait()
        return mark(notebook, name, tell)

    with TestClient(create_app(settings, wait_and_mark)) as client:
        assert submit(client, SOLVED).status_code == 202
        begun.wait()
        yield client
        go_on.set()


def test_a_full_queue_turns_uploads_away(settings: Settings) -> None:
    limited = Settings(settings.database, None, max_waiting=3)
    with held(limited) as client:
        tokens = [submit(client, SOLVED).json()["id"] for _ in range(2)]
        refused = submit(client, SOLVED)
        positions = [client.get(f"/api/submissions/{token}").json()["position"] for token in tokens]
    assert (refused.status_code, positions) == (503, [1, 2])
    assert "a few minutes" in refused.json()["error"]


def counting(asked: list[str]) -> Mark:
    """Grade as always, and take note of what was graded."""

    def counted(notebook: bytes, name: str, tell: Tell) -> tuple[dict[str, Any], str]:
        asked.append(name)
        return mark(notebook, name, tell)

    return counted


KILLED = """
import sys, time
from autograder.service.store import Store
from autograder.service.worker import Worker
Worker(Store(sys.argv[1]), lambda *given: time.sleep(600)).start()
time.sleep(600)
"""


def test_after_a_kill_every_submission_is_graded_once(settings: Settings) -> None:
    store = Store(settings.database)
    tokens = [store.add(name, SOLVED, most=3) for name in "abc"]
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(settings.database)])
    try:
        while (status := store.status(tokens[0])) and status["state"] == "queued":
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    asked: list[str] = []
    for _ in range(2):  # the second time, there is nothing left to do
        with TestClient(create_app(settings, counting(asked))) as client:
            found = [settled(client, token) for token in tokens]
    assert asked == ["a", "b", "c"]
    assert [status["result"]["score"] for status in found] == [SPEC.max_score] * 3


def test_an_unknown_submission_is_not_found(client: TestClient) -> None:
    answer = client.get("/api/submissions/guessed")
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    etag = {"if-none-match": client.get("/plain.html").headers["etag"]}
    answers: list[httpx.Response] = [
        client.get("/"),
        client.get("/plain.html", headers=etag),
        client.get("/nowhere"),
        client.get("/api/nowhere"),
        client.put("/api/submissions"),
        submit(client, b""),
        submit(client, SOLVED, headers={"sec-fetch-site": "cross-site"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 304, 404, 404, 405, 422, 403]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "default-src" in answer.headers["content-security-policy"]


def test_a_failure_of_the_server_is_told_in_a_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "queued", lambda store: 1 // 0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = client.get("/api/health")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert "tell your teacher" in answer.json()["error"]


def test_a_page_may_run_the_scripts_that_were_built_into_it_and_no_others(client: TestClient) -> None:
    policies = [client.get(path).headers["content-security-policy"] for path in ("/", "/plain.html", "/plain.js")]
    sources = [policy.split("script-src ")[1].split(";")[0] for policy in policies]
    built_in = [b64encode(sha256(code).digest()).decode() for code in (b'go("a")', b'let x = "</b>" < 1')]
    assert sources[1:] == ["'self'", "'self'"]
    assert set(sources[0].split()) == {"'self'", "'unsafe-hashes'", *(f"'sha256-{digest}'" for digest in built_in)}


def test_the_site_tells_its_submit_page_that_there_is_a_service(client: TestClient) -> None:
    assert client.get("/assets/service.json").json() == {"service": True, "max_bytes": 2**20}


def test_nothing_outside_the_site_is_served(client: TestClient) -> None:
    for path in ("/../submissions.db", "/%2e%2e/submissions.db", "/..%2fsubmissions.db"):
        assert client.get(path).status_code == 404


def test_without_a_sandbox_the_service_does_not_start(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox.require.cache_clear()
    with pytest.raises(SandboxError, match="bwrap"):
        serve(site=settings.site or tmp_path, database=settings.database)


def test_without_a_site_the_service_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="build it first"):
        serve(site=tmp_path, database=tmp_path / "submissions.db")


def test_without_a_database_the_service_does_not_start(settings: Settings) -> None:
    for database in ("nonsense://", "sqlite:////proc/nowhere/a.db"):
        with pytest.raises(ServiceError, match="cannot be opened"):
            serve(port=0, site=settings.site or Path(), database=database)


def test_two_services_cannot_share_a_port(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ServiceError, match="try another --port"):
        serve(port=taken.getsockname()[1], site=settings.site or Path(), database=settings.database)
    assert not Path(settings.database).exists()
