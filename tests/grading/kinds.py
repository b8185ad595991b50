"""Made-up questions of the kinds that need more than a function's results, with right and wrong answers to them."""

import time
from collections.abc import Iterator

import numpy as np

from autograder.questions import Case, Fresh, FunctionQuestion, LayerCase, LayerQuestion, Mistake, Spec, SpeedQuestion

Rng = np.random.Generator


# A function whose points are in groups


def every(x: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Pad x (w,) with zeros, then take every stride-th number."""
    return np.pad(x, padding)[::stride]


def every_unpadded(x: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    return x[::stride].copy()


def every_unfinished(x: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    if padding:
        raise NotImplementedError
    return x[::stride].copy()


def every_hanging(x: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    while padding:
        pass
    return x[::stride].copy()


def rows(rng: Rng) -> Iterator[Case]:
    yield Case("plain", {"x": rng.normal(size=4)}, group="plain")
    yield Case("stride 2", {"x": rng.normal(size=5), "stride": 2}, group="stride")
    yield Case("padding 1", {"x": rng.normal(size=3), "padding": 1}, group="padding")
    yield Case("stride 3", {"x": rng.normal(size=7), "stride": 3}, group="stride")


EVERY = FunctionQuestion(
    id="every",
    title="Every number",
    points=4,
    section="Rows",
    reference=every,
    cases=rows,
    groups={"plain": 1, "stride": 2, "padding": 1},
    mistakes=(Mistake("unpadded", every_unpadded, "Where are the zeros?"),),
)


# A layer


class Affine:
    """y = x @ weight.T + bias, for x (n, c), weight (f, c), bias (f,)."""

    def __init__(self, weight: np.ndarray, bias: np.ndarray) -> None:
        """Keep the parameters."""
        self.weight, self.bias = weight, bias

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y (n, f)."""
        self.x = x
        y: np.ndarray = x @ self.weight.T + self.bias
        return y

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        """Return grad_x (n, c), and set grad_weight and grad_bias."""
        self.grad_weight, self.grad_bias = grad_y.T @ self.x, grad_y.sum(0)
        grad_x: np.ndarray = grad_y @ self.weight
        return grad_x


class AffineAveraged(Affine):
    """Divides the gradient of the bias by the size of the batch."""

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        grad_x = super().backward(grad_y)
        self.grad_bias = grad_y.mean(0)
        return grad_x


class AffineAccumulating(Affine):
    """Adds up the gradient of the weight over calls."""

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        before = getattr(self, "grad_weight", 0)
        grad_x = super().backward(grad_y)
        self.grad_weight += before
        return grad_x


class AffineStale(Affine):
    """Remembers the input of its first call."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        first = getattr(self, "x", x)
        y = super().forward(x)
        self.x = first
        return y


class AffineForward(Affine):
    """Has no way back yet."""

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class AffineWithoutBias(Affine):
    """Sets one gradient only, and that transposed."""

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        grad_x: np.ndarray = grad_y @ self.weight
        self.grad_weight = self.x.T @ grad_y
        return grad_x


class AffineTraining(Affine):
    """Takes a step at once, in the caller's own array."""

    def backward(self, grad_y: np.ndarray) -> np.ndarray:
        grad_x = super().backward(grad_y)
        self.weight -= self.grad_weight
        return grad_x


class AffineRaising(Affine):
    """Has a slip of the pen."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.wieght @ x  # type: ignore[attr-defined, no-any-return]


class AffineReadyMade(Affine):
    """Lets NumPy do it."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        y: np.ndarray = np.dot(x, self.weight.T) + self.bias
        return y


def layers(rng: Rng) -> Iterator[LayerCase]:
    for name, c, f, sizes, dtype in [
        ("one number", 1, 2, (2,), "float64"),
        ("float32", 3, 2, (2,), "float32"),
        ("two rounds", 2, 3, (4, 4), "float64"),
    ]:
        parameters = {"weight": rng.normal(size=(f, c)).astype(dtype), "bias": rng.normal(size=f).astype(dtype)}
        yield LayerCase(name, parameters, tuple(rng.normal(size=(n, c)).astype(dtype) for n in sizes))


AFFINE = LayerQuestion(
    id="Layer",
    title="A layer",
    points=5,
    section="Layers",
    reference=Affine,
    cases=layers,
    gradients=("grad_weight", "grad_bias"),
    groups={"y": 1, "grad_x": 2, "grad_weight": 1, "grad_bias": 1},
    given=("__init__",),
    mistakes=(
        Mistake("averaged", AffineAveraged, "Does a sum divide?"),
        Mistake("accumulating", AffineAccumulating, "What is left from the call before?"),
        Mistake("stale", AffineStale, "Whose x is it?"),
    ),
)


# A layer at the end of a network


class Loss:
    """The mean of squares of the scores (n, k), each weighted by its row's label (n,)."""

    def forward(self, scores: np.ndarray, labels: np.ndarray) -> float:
        """Return the loss."""
        self.kept = scores, labels
        return float((labels[:, None] * scores**2).mean())

    def backward(self) -> np.ndarray:
        """Return the gradient of the scores (n, k)."""
        scores, labels = self.kept
        grad: np.ndarray = 2 * labels[:, None] * scores / scores.size
        return grad


class LossSummed(Loss):
    """Does not divide on the way back."""

    def backward(self) -> np.ndarray:
        return super().backward() * self.kept[0].size


def batches(rng: Rng) -> Iterator[LayerCase]:
    drawn = [{"scores": rng.normal(size=(n, 3)), "labels": rng.integers(1, 5, n)} for n in (1, 4, 2)]
    yield LayerCase("one row", {}, (drawn[0],))
    yield LayerCase("two rounds", {}, tuple(drawn[1:]))


LOSS = LayerQuestion(
    id="Loss",
    title="A loss",
    points=1,
    section="Layers",
    reference=Loss,
    cases=batches,
    upstream=False,
    mistakes=(Mistake("summed", LossSummed, "Is it the gradient of a sum or of a mean?"),),
)


# Speed


def total(x: np.ndarray) -> float:
    """Add up the squares of x (w,)."""
    return float((x * x).sum())


def total_by_loops(x: np.ndarray) -> float:
    result = 0.0
    for number in x.tolist():
        for _ in range(3):
            result += number * number
    return result / 3


def total_asleep(x: np.ndarray) -> float:
    time.sleep(0.3 * (len(x) > 100))
    return float((x * x).sum())


def total_small_only(x: np.ndarray) -> float:
    return float((x * x).sum()) if len(x) < 100 else 0.0


SEEN: dict[int, float] = {}


def total_remembered(x: np.ndarray) -> float:
    """Look up the result by the array's length and place in memory."""
    return SEEN.setdefault(len(x), total_by_loops(x))


def short_rows(rng: Rng) -> Iterator[Case]:
    yield Case("short", {"x": rng.normal(size=3)})
    yield Case("longer", {"x": rng.normal(size=9)})


TOTAL = SpeedQuestion(
    id="total",
    title="Squares",
    points=2,
    section="Speed",
    reference=total,
    cases=short_rows,
    slower=total_by_loops,
    ratio=3,
    timed={"x": Fresh((200_000,))},
)
SPEC = Spec("conv1d", (EVERY, AFFINE, LOSS, TOTAL))
