"""One launch as plain values: compiled here, or elsewhere and carried over as bytes."""

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled.cuda import compiler
from unrolled.cuda.emulation import Loaded
from unrolled.cuda.errors import CompileError
from unrolled.cuda.launch import Carried, launch_here, launched

SCALE = """
extern "C" __global__ void scale(float* values, float* out, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) out[i] = 2.0f * values[i];
}
"""


def args() -> dict[str, Any]:
    return {"x": np.arange(6, dtype=np.float32), "y": np.full(6, np.nan, np.float32), "n": np.int32(6)}


def here(code: str = SCALE, **changed: Any) -> dict[str, Any]:
    launch: dict[str, Any] = {"grid": (2,), "block": (4,), "shared": 0, "args": args(), "outputs": ["y"]}
    return launch_here(code, "scale", (), **(launch | changed))


def test_outputs_come_back_and_arguments_stay_as_they_were() -> None:
    given = args()
    reply = here(args=given)
    assert reply["changed"] == []
    assert reply["values"][0].tolist() == [0, 2, 4, 6, 8, 10]
    assert np.isnan(given["y"]).all()


def test_an_array_that_is_no_output_must_not_change() -> None:
    code = SCALE.replace("2.0f * values[i];", "values[i]; if (i == 3) values[0] = 1.0f;").replace(
        "values[i]; if", "1; if"
    )
    assert here(code)["changed"] == ["x"]


def test_strided_arrays_are_copied_for_the_kernel() -> None:
    given = args() | {"x": np.arange(12, dtype=np.float32)[::2]}
    assert here(args=given)["values"][0].tolist() == [0, 4, 8, 12, 16, 20]


ERRORS = {
    "out of bounds": ({"code": SCALE.replace("if (i < count) ", "")}, "OutOfBoundsError", "x"),
    "shared memory": (
        {"code": SCALE.replace("int i =", "__shared__ int s[4]; s[0] = threadIdx.x; int i =")},
        "RaceError",
        "shared memory",
    ),
    "no text": ({"code": "this is no kernel"}, "CompileError", ""),
    "no such launch": ({"block": (2000,)}, "LaunchError", ""),
    "an argument too few": ({"args": {"x": np.zeros(6, np.float32)}, "outputs": []}, "ArgumentError", ""),
}


@pytest.mark.parametrize(("changed", "kind", "array"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_is_named_with_the_argument_that_it_is_about(changed: dict[str, Any], kind: str, array: str) -> None:
    reply = here(**changed)
    assert (reply["error"], reply["array"]) == (kind, array)
    assert reply["message"]


def test_a_kernel_that_was_compiled_elsewhere_runs_from_its_bytes(tmp_path: Path) -> None:
    built = compiler.build(SCALE, "scale", folder=tmp_path)
    about = built.library.with_suffix(".json").read_bytes()
    kernel = Carried("scale", built.library.read_bytes(), about, built.runtime.read_bytes())
    for _ in range(2):
        reply = launched(kernel, kernel.parameters, (2,), (4,), 0, args(), ["y"])
        assert reply["values"][0].tolist() == [0, 2, 4, 6, 8, 10]


def test_libraries_of_two_folders_share_what_runs_them(tmp_path: Path) -> None:
    """It is found by its name; two of it in one process would not know of each other's arrays."""
    loaded = [Loaded(compiler.build(SCALE, "scale", folder=tmp_path / name)) for name in ("one", "two")]
    one, two = (ctypes.cast(each.engine.unrolled_launch, ctypes.c_void_p).value for each in loaded)
    assert one == two


@pytest.mark.parametrize("name", ["system", "fork", "PyRun_SimpleString", "unrolled_launch", "dlsym", "__tsan"])
def test_what_cuda_c_does_not_have_cannot_be_called(name: str) -> None:
    text = f'extern "C" int {name}(const void*);\n' + SCALE.replace("int i =", f"{name}(values); int i =")
    with pytest.raises(CompileError, match=f"{name} is declared but defined nowhere"):
        compiler.build(text, "scale")


@pytest.mark.parametrize("call", ['printf("%d", i);', "out[0] = powf(2.0f, sinf(values[0]));", 'puts("a");'])
def test_what_cuda_c_has_can_be_called(call: str) -> None:
    text = 'extern "C" int puts(const char*);\n' + SCALE.replace("if (i <", f"if (i == 0) {{ {call} }} else if (i <")
    assert compiler.build(text, "scale").call
