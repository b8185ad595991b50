"""The GPU's benchmark without a GPU: its clock on a device that is simulated, its sums, a rehearsal, its refusals."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import prod
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest

from benchmarks import gpu, gpu_device, gpu_record, gpu_timing, gpu_versions
from benchmarks.gpu_timing import HOLD_MS, DeviceStopwatch, Time, rotation, timed
from benchmarks.gpu_versions import LAYERS, OPERATIONS, TINY, Layer
from solutions import strides
from tests.cuda.nvrtc import compile_for

SCHEMA = json.loads((gpu.FOLDER / "schema.json").read_text())


class Device:
    """A device that works through a queue while the host goes on, with as much of CuPy as a stopwatch needs.

    Times are in milliseconds. ``asking`` is what the host needs to put one thing into the queue.
    """

    def __init__(self, asking: float = 0.5, hold: float = HOLD_MS) -> None:
        self.host = self.busy = 0.0
        self.asking, self.hold = asking, hold
        self.cuda = SimpleNamespace(Event=lambda: Event(self), get_elapsed_time=lambda a, b: b.reached - a.reached)

    def do(self, duration: float) -> None:
        self.host += self.asking
        self.busy = max(self.host, self.busy) + duration

    def RawKernel(self, code: str, name: str) -> Callable[..., None]:  # noqa: N802  (CuPy's name)
        assert (code, name) == (gpu_timing.WAIT, "wait")
        return lambda grid, block, args: self.do(self.hold)


class Event:
    def __init__(self, device: Device) -> None:
        self.device, self.reached = device, 0.0

    def record(self) -> None:
        self.device.do(0)
        self.reached = self.device.busy

    def synchronize(self) -> None:
        self.device.host = max(self.device.host, self.reached)


def test_times_are_the_devices_and_not_those_of_asking() -> None:
    device = Device()
    versions = {"one": device.do, "other": device.do}
    found = timed(versions, [0.25, 4.0, 1.0], 1, DeviceStopwatch(device), 15, 3)
    assert {name: time.median for name, time in found.items()} == {"one": 1.0, "other": 1.0}


def test_without_holding_the_queue_asking_would_be_measured() -> None:
    device = Device(hold=0)
    found = timed({"short": device.do}, [0.25], 1, DeviceStopwatch(device))
    assert found["short"].median > 0.5


def test_warm_ups_do_not_count() -> None:
    device, calls = Device(), Counter[str]()

    def slow_at_first(_: None) -> None:
        calls["all"] += 1
        device.do(1000 if calls["all"] <= 3 else 2)

    found = timed({"a": slow_at_first}, [None], 1, DeviceStopwatch(device), 5, 3)
    assert found["a"] == Time(2, (2, 2))
    assert calls["all"] == 8


def test_every_call_gets_the_next_data_and_versions_take_turns() -> None:
    seen: list[tuple[str, int]] = []
    versions = {name: lambda number, name=name: seen.append((name, number)) for name in "ab"}
    timed(versions, [0, 1, 2], 1, gpu_timing.HostStopwatch(), 2, 1)
    assert seen == [("a", 0), ("b", 1), ("a", 2), ("b", 0), ("a", 1), ("b", 2)]


def test_results_are_kept_so_that_the_next_one_lies_elsewhere() -> None:
    places: list[int] = []

    def made(_: None) -> np.ndarray:
        result = np.empty(100_000)
        places.append(result.ctypes.data)
        return result

    timed({"a": made}, [None], 3, gpu_timing.HostStopwatch(), 12, 0)
    for first in range(len(places) - 3):
        assert len(set(places[first : first + 4])) == 4


@pytest.mark.parametrize(("nbytes", "cache"), [(1, 100), (30, 100), (199, 100), (200, 100), (10_000, 100), (7, 0)])
def test_between_two_uses_pass_twice_the_bytes_of_the_cache(nbytes: int, cache: int) -> None:
    count = rotation(nbytes, cache)
    assert count >= 2
    assert (count - 1) * nbytes >= 2 * cache
    assert count == 2 or (count - 2) * nbytes < 2 * cache


def test_medians_and_quartiles() -> None:
    assert Time.of([5, 1, 2, 100, 3]) == Time(3, (2, 5))
    assert Time.of([1, 2]).median == 1.5


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90"])
def test_the_kernel_that_holds_the_queue_compiles_for_a_gpu(architecture: str) -> None:
    assert not compile_for(architecture, gpu_timing.WAIT)


LAYER = Layer((2, 3, 5, 7), (4, 3, 3, 2), 2, 1)  # y (2, 4, 3, 4), columns (2, 3, 3, 2, 3, 4)
MOVED = {  # floats, and additions and multiplications
    "im2col": (2 * 3 * 5 * 7 + 2 * 3 * 3 * 2 * 3 * 4, 0),
    "col2im": (2 * 3 * 3 * 2 * 3 * 4 + 2 * 3 * 5 * 7, 0),
    "forward": (2 * 3 * 5 * 7 + 4 * 3 * 3 * 2 + 2 * 4 * 3 * 4, 2 * (4 * 3 * 3 * 2) * (2 * 3 * 4)),
    "backward": (2 * 4 * 3 * 4 + 2 * (2 * 3 * 5 * 7 + 4 * 3 * 3 * 2), 4 * (4 * 3 * 3 * 2) * (2 * 3 * 4)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_bytes_and_operations(name: str) -> None:
    operation = OPERATIONS[name]
    assert (operation.bytes_moved(LAYER), operation.operations(LAYER)) == (4 * MOVED[name][0], MOVED[name][1])


def test_shares_of_a_copy_and_rates() -> None:
    """A copy of 8 GB/s reads 4 and writes 4: what moves 4 MB in 1 ms is half as fast."""
    operation = SimpleNamespace(bytes_moved=lambda _: 4_000_000, operations=lambda _: 6_000_000, passes=1)
    values = gpu_record.values_of(operation, LAYER, Time(1, (0.9, 1.1)), 8)  # type: ignore[arg-type]
    assert values == {"milliseconds": 1, "quartiles": [0.9, 1.1], "share_of_copy": 0.5, "gflop_per_s": 6}


@pytest.mark.parametrize("label", LAYERS)
def test_sums_of_whole_numbers_are_exact(label: str) -> None:
    layer = LAYERS[label]
    longest = max(prod(layer.weight[1:]), layer.weight[0] * prod(layer.kernel), layer.y[0] * prod(layer.y[2:]))
    assert longest * gpu_versions.LARGEST**2 < 2**24


def test_the_layers_are_those_of_resnet_at_batch_64() -> None:
    assert all(layer.x[0] == 64 and layer.x[1] == layer.weight[1] for layer in LAYERS.values())
    assert {label: layer.y[2] for label, layer in LAYERS.items()} == {
        "conv1": 112, "conv2": 56, "conv3, stride 2": 28, "conv3": 28, "conv4": 14, "conv5": 7
    }  # fmt: skip
    assert all(prod(layer.cols) < 2**31 for layer in LAYERS.values())  # kernels with sizes compiled in count so far


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return gpu_record.measured(gpu_device.processor(), TINY, "a rehearsal", lambda _: None)


def test_a_rehearsal_times_every_version_of_every_operation(record: dict[str, Any]) -> None:
    assert record["failures"] == {}
    for name, operation in OPERATIONS.items():
        for kind in ("milliseconds", "quartiles", "share_of_copy"):
            assert record[kind][name].keys() == {*operation.versions, gpu_record.ON_THE_HOST}
            assert all(values.keys() == TINY.keys() for values in record[kind][name].values())
        assert bool(record["gflop_per_s"][name]) == (operation.passes > 0)


def test_a_record_fits_its_schema(record: dict[str, Any]) -> None:
    jsonschema.validate(json.loads(json.dumps(record)), SCHEMA)


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key is missing": lambda record: record.pop("ceilings"),
    "a key too many": lambda record: record.update(more=1),
    "an operation is missing": lambda record: record["milliseconds"].pop("col2im"),
    "no time": lambda record: record["milliseconds"]["im2col"]["kernel"].update({"3×3": 0}),
    "one quartile": lambda record: record["quartiles"]["im2col"]["kernel"].update({"3×3": [1]}),
    "a shape of three axes": lambda record: record["layers"]["3×3"].update(x=[1, 2, 3]),
    "another schema": lambda record: record.update(schema=2),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_schema_notices(spoil: Callable[[dict[str, Any]], object], record: dict[str, Any]) -> None:
    made = json.loads(json.dumps(record))
    spoil(made)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, SCHEMA)


@pytest.mark.parametrize("path", sorted(set(gpu.FOLDER.glob("*.json")) - {gpu.FOLDER / "schema.json"}), ids=str)
def test_what_is_committed_fits_the_schema_and_was_measured_on_a_gpu(path: Path) -> None:
    found = json.loads(path.read_text())
    jsonschema.validate(found, SCHEMA)
    assert found["command"] == "python -m benchmarks.gpu"
    assert found["device"]["compute_capability"]
    assert path == gpu.target(gpu.FOLDER, found["device"]["name"])


def test_tables_have_a_row_for_each_version_and_a_dash_for_what_was_not_timed(record: dict[str, Any]) -> None:
    made = json.loads(json.dumps(record))
    del made["milliseconds"]["col2im"]["PyTorch fold"]["3×3"]
    lines = gpu_record.tables(made).splitlines()
    assert "| col2im, ms | 3×3 | 5×3, stride 2 |" in lines
    assert [line for line in lines if line.startswith("| PyTorch fold | – | ")]
    assert sum(line.startswith("| kernel, atomics |") for line in lines) == 2


def test_goals_are_named_with_their_numbers(record: dict[str, Any]) -> None:
    made = json.loads(json.dumps(record))
    label = "3×3"
    made["layers"] = {label: made["layers"][label]}
    for version in made["milliseconds"]["im2col"]:
        made["milliseconds"]["im2col"][version] = {label: 2.0}
    made["milliseconds"]["im2col"]["PyTorch unfold"][label] = 3.0
    made["share_of_copy"]["im2col"]["kernel"][label] = 0.85
    del made["milliseconds"]["col2im"]["PyTorch fold"]
    made["milliseconds"]["forward"]["implicit product"][label] = 1.0
    made["milliseconds"]["forward"]["implicit product, 4 × 4 in registers"][label] = 8.0
    made["milliseconds"]["forward"]["columns + cuBLAS"][label] = 0.5
    assert gpu_record.goals(made) == [
        "3×3, im2col: kernel is 1.50 times as fast as PyTorch unfold, at 85 % of a copy (reached)",
        "3×3, forward: implicit product is 0.50 times as fast as columns + cuBLAS (not reached)",
    ]


def one_off(layer: Layer, given: gpu_versions.Given) -> np.ndarray:
    cols = strides.im2col(given.arrays[0], layer.kernel, *layer.setting)
    cols[0, 0, 0, 0, 0, 0] += 1
    return cols


def unwritten(layer: Layer, given: gpu_versions.Given) -> np.ndarray:
    return np.full(layer.cols, np.nan, np.float32)


def out_of_memory(layer: Layer, given: gpu_versions.Given) -> np.ndarray:
    raise MemoryError("not enough\nand more lines")


def test_what_fails_is_named_and_not_timed() -> None:
    wrong = {"one off": one_off, "unwritten": unwritten, "no memory": out_of_memory}
    operation = replace(OPERATIONS["im2col"], versions={**OPERATIONS["im2col"].versions, **wrong})
    place, layer = gpu_device.processor(), TINY["3×3"]
    said = gpu_record.failing(place, "im2col", operation, layer)
    assert said == {
        "one off": "off by 1, with entries up to 4",
        "unwritten": "off by nan, with entries up to 4",
        "no memory": "MemoryError: not enough",
    }
    times = gpu_record.times_of(place, "im2col", operation, layer, said)
    assert times.keys() == {*OPERATIONS["im2col"].versions, gpu_record.ON_THE_HOST}


def test_the_rehearsal_says_what_it_is_and_writes_nothing(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu_record, "measured", lambda *_: record)
    before = sorted(gpu.FOLDER.iterdir())
    assert gpu.main(["--rehearse"]) == 0
    assert "REHEARSAL on the processor: nothing here was measured on a GPU" in capsys.readouterr().out
    assert sorted(gpu.FOLDER.iterdir()) == before


def test_a_measured_record_is_written_under_the_devices_name(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = record | {"device": {"name": "NVIDIA RTX A1000 (Laptop)"}, "failures": {"im2col, 3×3, kernel": "off by 1"}}
    monkeypatch.setattr(gpu_record, "measured", lambda *_: found)
    assert gpu.measure(gpu_device.processor(), tmp_path) == 1
    assert json.loads((tmp_path / "nvidia-rtx-a1000-laptop.json").read_text()) == json.loads(json.dumps(found))
    assert "NOT TIMED: im2col, 3×3, kernel: off by 1" in capsys.readouterr().out


def test_without_a_gpu_it_ends_with_one_sentence_and_status_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("unrolled.cuda.backend", "emulation")
    monkeypatch.setattr("unrolled.cuda.reason", "CuPy is not installed")
    assert gpu.main(["--folder", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "There is no GPU to measure: CuPy is not installed.\n")
    assert gpu.main(["--device"]) == 2
    assert capsys.readouterr().out == "There is no GPU here: CuPy is not installed.\n"
    assert not list(tmp_path.iterdir())


def cupy_of_straw(stream: int) -> SimpleNamespace:
    """What is asked of CuPy about a GPU, with an invented answer to each."""
    properties = {"name": b"NVIDIA Straw", "major": 9, "minor": 0, "multiProcessorCount": 2} | {
        "totalGlobalMem": 8 << 30, "l2CacheSize": 6 << 20
    }  # fmt: skip
    runtime = SimpleNamespace(
        getDeviceProperties=lambda number: properties,
        driverGetVersion=lambda: 13020,
        runtimeGetVersion=lambda: 12090,
    )
    cuda = SimpleNamespace(
        runtime=runtime, Device=lambda: SimpleNamespace(id=0), get_current_stream=lambda: SimpleNamespace(ptr=stream)
    )
    return SimpleNamespace(cuda=cuda, RawKernel=lambda code, name: None, __version__="14.2.0")


def test_the_device_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", cupy_of_straw(0))
    monkeypatch.setattr("torch.cuda.current_stream", lambda: SimpleNamespace(cuda_stream=0))
    place = gpu_device.gpu()
    assert (place.cache, place.copied) == (6 << 20, 256 << 20)
    described = {"compute_capability": "9.0", "multiprocessors": 2, "memory_gib": 8.0, "cache_mib": 6.0}
    assert place.about["device"].items() >= ({"name": "NVIDIA Straw"} | described).items()
    assert place.about["software"].items() >= {"cuda_of_driver": "13.2", "cuda_of_cupy": "12.9"}.items()
    for part in ("device", "software"):
        jsonschema.validate(place.about[part], SCHEMA["properties"][part])


def test_pytorch_must_use_the_queue_that_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", cupy_of_straw(1))
    monkeypatch.setattr("torch.cuda.current_stream", lambda: SimpleNamespace(cuda_stream=0))
    with pytest.raises(RuntimeError, match="different streams"):
        gpu_device.gpu()


def test_a_pytorch_that_cannot_use_the_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unrolled.cuda.backend", "cupy")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert "cannot use it" in gpu_device.missing()
    monkeypatch.setattr(gpu_device, "find_spec", lambda name: None)
    assert gpu_device.missing() == "There is nothing to compare the GPU with: PyTorch is not installed."
