"""All tests here need a GPU that CuPy can use, and say so where there is none."""

from pathlib import Path

import pytest

from unrolled import cuda


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.gpu)
            if cuda.backend != "cupy":
                item.add_marker(pytest.mark.skip(reason=f"needs an NVIDIA GPU: {cuda.reason}"))
