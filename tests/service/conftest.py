"""A service with a website of two pages, and a client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from autograder.service import Settings, create_app


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
