"""What a case's arguments say about windows: sizes along each axis, and how often each place is covered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.judge.compare import close


@dataclass(frozen=True)
class Geometry:
    """Windows along one axis."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def slack(self) -> int:
        """How far the first window can slide."""
        return self.size + 2 * self.padding - self.dilation * (self.kernel - 1) - 1


def geometry(args: Mapping[str, Any]) -> tuple[Geometry, ...]:
    """Read each axis's windows off the arguments (x, weight or kw, stride, …); () if they do not tell."""
    x, weight = args.get("x"), args.get("weight")
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return ()
    axes = min(x.ndim, 2)
    if isinstance(weight, np.ndarray) and weight.ndim == x.ndim:
        kernel: tuple[int, ...] = weight.shape[-axes:]
    else:
        kernel = each(args.get("kernel_size", args.get("kw") if axes == 1 else None), axes)
    settings = [each(args.get(name, usual), axes) for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1))]
    if not kernel or not all(settings) or min(settings[0]) < 1:
        return ()
    return tuple(Geometry(*numbers) for numbers in zip(x.shape[-axes:], kernel, *settings, strict=True))


def coverage(args: Mapping[str, Any], expected: np.ndarray, got: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """For columns that go back to a row or to images: how many windows cover each place, and is ``got`` one entry?

    Columns are ``cols`` (kw, ow) or (n, c, kh, kw, oh, ow); None if the arguments do not tell where entries go.
    """
    cols = args.get("cols")
    axes = expected.ndim if expected.ndim == 1 else 2
    if not isinstance(cols, np.ndarray) or cols.ndim != expected.ndim + axes or cols.dtype.kind not in "iuf":
        return None
    settings = [each(args.get(name, usual), axes) for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1))]
    lead = cols.ndim - 2 * axes
    if not all(settings) or cols.shape[:lead] != expected.shape[:lead] or not np.isfinite(cols).all():
        return None
    margin = [(0, 0)] * lead + [(pad, pad) for pad in settings[1]]
    wide = np.pad(got, margin)
    counts, one_of_them = np.zeros(wide.shape, int), np.zeros(wide.shape, bool)
    total = np.zeros(wide.shape, np.result_type(cols, expected))
    for taps in np.ndindex(*cols.shape[lead : lead + axes]):
        entries = cols[(slice(None),) * lead + taps]
        numbers = zip(taps, settings[0], settings[2], entries.shape[lead:], strict=True)
        place = (slice(None),) * lead + tuple(slice(t * d, t * d + s * o, s) for t, s, d, o in numbers)
        if wide[place].shape != entries.shape:
            return None
        counts[place] += 1
        total[place] += entries
        one_of_them[place] |= close(entries, wide[place])
    inner = tuple(slice(before, size - after) for (before, after), size in zip(margin, wide.shape, strict=True))
    if not close(expected, total[inner]).all():  # the question means something else by these names
        return None
    return counts[inner], one_of_them[inner]


def features(args: Mapping[str, Any]) -> set[str]:
    """Name what is unusual about a case, in the words of a report."""
    found = set()
    for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1)):
        value = args.get(name, usual)
        if isinstance(value, np.ndarray):
            continue
        if value not in (usual, (usual, usual), [usual, usual]):
            found.add(f"{name} is not {usual}")
        if isinstance(value, tuple | list) and len(value) == 2 and value[0] != value[1]:
            found.add(f"{name} differs between the axes")
    arrays = {name: value for name, value in args.items() if isinstance(value, np.ndarray)}
    if any(len(set(arrays[name].shape[-2:])) == 2 for name in ("x", "grad_y") if name in arrays):
        found.add(f"{'x' if 'x' in arrays else 'grad_y'} is not square")
    if images(args) > 1:
        found.add("there is more than one image")
    kernels = kernel_sizes(args)
    if len(set(kernels)) > 1:
        found.add("the kernel is not square")
    if any(size % 2 == 0 for size in kernels):
        found.add("the kernel has an even size")
    if any(array.dtype == np.float32 for array in arrays.values()):
        found.add("an array is float32")
    if any(array.dtype.kind in "iu" for array in arrays.values()):
        found.add("an array holds whole numbers")
    if not all(array.flags.c_contiguous for array in arrays.values()):
        found.add("an array does not lie row by row in memory")
    return found


def images(args: Mapping[str, Any]) -> int:
    """How many images the arguments hold; 0 if they do not tell."""
    for name, least in (("x", 4), ("grad_y", 4), ("cols", 6)):
        value = args.get(name)
        if isinstance(value, np.ndarray) and value.ndim >= least:
            return int(value.shape[0])
    return 0


def kernel_sizes(args: Mapping[str, Any]) -> tuple[int, ...]:
    """The kernel's size along each axis; () if the arguments do not tell."""
    cols = args.get("cols")
    if axes := geometry(args):
        return tuple(axis.kernel for axis in axes)
    return cols.shape[2:4] if isinstance(cols, np.ndarray) and cols.ndim == 6 else ()


def each(value: Any, axes: int) -> tuple[int, ...]:
    """One whole number for each axis; () if the value is something else."""
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    whole = all(isinstance(number, int | np.integer) for number in numbers)
    return tuple(int(number) for number in numbers) if whole and len(numbers) == axes else ()
