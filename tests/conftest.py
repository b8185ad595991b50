"""Kernels of the tests are kept in a folder of the run's own, so that each run compiles them."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNROLLED_CUDA_CACHE", str(tmp_path_factory.mktemp("kernels")))
        yield
