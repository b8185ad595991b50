"""The service as a client meets it: notebooks in, marks out, through crashes and restarts."""

import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from autograder import sandbox
from autograder.sandbox import SandboxError
from autograder.service import ServiceError, Settings, create_app, serve
from autograder.service.store import Store
from autograder.service.worker import Mark, Tell, mark
from tests.service.client import SOLVED, SPEC, graded, settled, submit, wrong


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
    answers: list[httpx2.Response] = [
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
