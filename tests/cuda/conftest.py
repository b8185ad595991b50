"""Kernels of the tests are kept in a folder of the run's own, so that each run compiles them."""

from collections.abc import Iterator

import numpy as np
import pytest

from unrolled.cuda.compiler import CACHE_VARIABLE


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("kernels")))
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
