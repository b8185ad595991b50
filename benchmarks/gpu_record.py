"""What a run of :mod:`benchmarks.gpu` finds out, as a table of plain values, and as tables to read."""

from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from benchmarks.gpu_device import Place
from benchmarks.gpu_timing import HostStopwatch, Time, gigabytes_per_second, gigaflops, rotation, timed
from benchmarks.gpu_versions import (
    OPERATIONS,
    TOLERANCES,
    Given,
    Layer,
    Operation,
    arguments_after,
    disagreement,
    whole_numbers,
)
from solutions import cuda_kernels

SCHEMA = 1
ON_THE_HOST = "NumPy, on the host"
Rows = dict[str, dict[str, Any]]  # values by version and layer
KINDS = ("milliseconds", "quartiles", "share_of_copy", "gflop_per_s")
# operation, versions of which the best counts, what it should be no slower than; the first two at 80 % of a copy
GOALS = (
    ("im2col", ("kernel", "kernel, sizes compiled in", "kernel, a thread for each window"), "PyTorch unfold"),
    ("col2im", ("kernel, gather", "kernel, gather, sizes compiled in"), "PyTorch fold"),
    ("forward", ("implicit product", "implicit product, 4 × 4 in registers"), "columns + cuBLAS"),
)


def failing(place: Place, name: str, operation: Operation, layer: Layer) -> dict[str, str]:
    """Compare all versions with the reference, on whole numbers; say of each that fails, how."""
    host = whole_numbers(operation.shapes(layer, operation.takes))
    expected = operation.reference(*host, *arguments_after(name, layer))
    given = Given.of([place.module.asarray(array) for array in host])
    said = {}
    for label, version in operation.versions.items():
        place.spoil(operation.shapes(layer, operation.gives))
        said[label] = _failure(place, partial(version, layer, given), expected, TOLERANCES.get(label, 0))
    return {label: failure for label, failure in said.items() if failure}


def _failure(place: Place, compute: Callable[[], Any], expected: Any, tolerance: float) -> str:
    try:
        return disagreement(place.host(compute()), expected, tolerance)
    except Exception as error:  # CuPy, PyTorch and CUDA's libraries have many; a long run should not end by one version
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def times_of(
    place: Place, name: str, operation: Operation, layer: Layer, without: Container[str] = ()
) -> dict[str, Time]:
    """Time versions of an operation, and NumPy on the host, on normal numbers.

    Args:
        place, name, operation, layer: what and where.
        without: versions that are left out.
    """
    rng = place.module.random.default_rng(0)
    shapes = operation.shapes(layer, operation.takes)
    data = [
        Given.of([rng.standard_normal(shape, dtype=np.float32) for shape in shapes])
        for _ in range(rotation(operation.bytes_in(layer), place.cache))
    ]
    keep = rotation(operation.bytes_out(layer), place.cache)
    versions: dict[str, Callable[[Given], Any]] = {
        label: partial(version, layer) for label, version in operation.versions.items() if label not in without
    }
    found = timed(versions, data, keep, place.stopwatch, place.repetitions, place.warm_ups)
    rest, arrays = arguments_after(name, layer), place.host(data[0].arrays)
    on_the_host: dict[str, Callable[[Any], Any]] = {ON_THE_HOST: lambda given: operation.host(*given, *rest)}
    return found | timed(on_the_host, [arrays], 1, HostStopwatch(), 3, 1)


def ceilings(place: Place) -> dict[str, Any]:
    """Measure how fast the device copies, and how fast it multiplies matrices with its library and with our kernel."""
    module, side = place.module, place.product
    copies = [(module.ones(place.copied, np.uint8), module.empty(place.copied, np.uint8)) for _ in range(2)]
    copy: dict[str, Callable[[Any], Any]] = {"copy": lambda pair: module.copyto(pair[1], pair[0])}
    spent = timed(copy, copies, 1, place.stopwatch, place.repetitions, place.warm_ups)["copy"]
    rng = module.random.default_rng(0)
    pairs = [tuple(rng.standard_normal((side, side), dtype=np.float32) for _ in "ab") for _ in range(2)]
    products: dict[str, Callable[[Any], Any]] = {
        "library": lambda pair: pair[0] @ pair[1],
        "tiles": lambda pair: cuda_kernels.matmul(*pair),
    }
    rates = {
        name: gigaflops(2 * side**3, time.median)
        for name, time in timed(products, pairs, 2, place.stopwatch, place.repetitions, place.warm_ups).items()
    }
    return {
        "copy_gb_per_s": rounded(gigabytes_per_second(2 * place.copied, spent.median)),
        "copied_bytes": place.copied,
        "product_gflop_per_s": rounded(rates["library"]),
        "tiled_product_gflop_per_s": rounded(rates["tiles"]),
        "product_side": side,
    }


def product_failure(place: Place) -> str:
    """Say how the product in tiles fails, on whole numbers; "" if it does not."""
    a, b = whole_numbers([(place.product, place.product)] * 2)
    place.spoil([a.shape])
    return _failure(place, lambda: cuda_kernels.matmul(place.module.asarray(a), place.module.asarray(b)), a @ b, 0)


def measured(
    place: Place, layers: Mapping[str, Layer], command: str, say: Callable[[str], object] = print
) -> dict[str, Any]:
    """Check and time everything; return the record that benchmarks/gpu/README.md describes.

    Args:
        place: where.
        layers: by name.
        command: that asked for it.
        say: is told what is being done.

    Raises:
        RuntimeError: if the product in tiles is wrong, for then nothing can be relied on.
    """
    if failure := product_failure(place):
        raise RuntimeError(f"the product in tiles is wrong: {failure}")
    tops = ceilings(place)
    failed: dict[str, str] = {}
    found: dict[str, dict[str, Rows]] = {kind: {name: {} for name in OPERATIONS} for kind in KINDS}
    for name, operation in OPERATIONS.items():
        for label, layer in layers.items():
            say(f"{name}, {label}")
            wrong = failing(place, name, operation, layer)
            failed |= {f"{name}, {label}, {version}": failure for version, failure in wrong.items()}
            place.tidy()
            for version, time in times_of(place, name, operation, layer, wrong).items():
                for kind, value in values_of(operation, layer, time, tops["copy_gb_per_s"]).items():
                    found[kind][name].setdefault(version, {})[label] = value
            place.tidy()
    return {
        "schema": SCHEMA,
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        **place.about,
        "method": {"repetitions": place.repetitions, "warm_ups": place.warm_ups, "dtype": "float32"},
        "ceilings": tops,
        "layers": {label: _about(layer) for label, layer in layers.items()},
        **found,
        "failures": failed,
    }


def values_of(operation: Operation, layer: Layer, time: Time, copy: float) -> dict[str, Any]:
    """Return what a record holds of one time.

    Args:
        operation, layer: what was timed.
        time: of one call.
        copy: 10⁹ bytes a second, read and written, that the device copies.
    """
    moved = gigabytes_per_second(operation.bytes_moved(layer), time.median)
    found = {
        "milliseconds": rounded(time.median),
        "quartiles": [rounded(quartile) for quartile in time.quartiles],
        "share_of_copy": rounded(moved / copy),
    }
    if operation.passes:
        found["gflop_per_s"] = rounded(gigaflops(operation.operations(layer), time.median))
    return found


def rounded(value: float) -> float:
    """Return a number with four digits that count."""
    return float(f"{value:.4g}")


def goals(record: Mapping[str, Any]) -> list[str]:
    """Say for each layer whether what was hoped for was reached; nothing of versions that were not timed."""
    said = []
    times, shares = record["milliseconds"], record["share_of_copy"]
    for label in record["layers"]:
        for name, ours, rival in GOALS:
            quotients = {version: _quotient(times[name], rival, version, label) for version in ours}
            best, quotient = max(quotients.items(), key=lambda item: item[1])
            if not quotient:
                continue
            share = shares[name][best][label]
            text, met = f"{label}, {name}: {best} is {quotient:.2f} times as fast as {rival}", quotient >= 1
            if name != "forward":
                text, met = f"{text}, at {100 * share:.0f} % of a copy", met and share >= 0.8
            said.append(f"{text} ({'reached' if met else 'not reached'})")
    return said


def _quotient(rows: Rows, rival: str, version: str, label: str) -> float:
    """Say how many times as long a rival takes; 0 if one of the two was not timed."""
    slow, fast = (rows.get(name, {}).get(label) for name in (rival, version))
    return slow / fast if slow and fast else 0.0


def failures(record: Mapping[str, Any]) -> list[str]:
    """Name the versions that were not timed, and why."""
    return [f"NOT TIMED: {where}: {failure}" for where, failure in record["failures"].items()]


def _about(layer: Layer) -> dict[str, Any]:
    return {
        "x": list(layer.x),
        "weight": list(layer.weight),
        "stride": layer.stride,
        "padding": layer.padding,
        "bytes_moved": {name: operation.bytes_moved(layer) for name, operation in OPERATIONS.items()},
        "operations": {name: operation.operations(layer) for name, operation in OPERATIONS.items()},
    }


TITLES = {
    "milliseconds": "ms",
    "share_of_copy": "bytes that must be moved / copied in that time",
    "gflop_per_s": "10⁹ operations a second",
}


def tables(record: Mapping[str, Any]) -> str:
    """Return the record's tables in Markdown."""
    lines = []
    for name in OPERATIONS:
        for kind, unit in TITLES.items():
            if rows := record[kind][name]:
                labels = list(record["layers"])
                lines += ["", f"| {name}, {unit} | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
                lines += [
                    f"| {version} | {' | '.join(_cell(values.get(label)) for label in labels)} |"
                    for version, values in rows.items()
                ]
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
