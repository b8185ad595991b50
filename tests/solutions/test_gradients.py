"""Gradients of the chapter's questions against those of the layers and of the whole backward pass."""

import numpy as np
import pytest

from solutions import backprop, gradients
from solutions.batches import window_rows
from solutions.strides import conv2d, im2col


def test_by_hand_is_what_the_row_gives() -> None:
    assert gradients.by_hand() == [6, -5, 4, -1, -4, 13, 2]


def test_rows_give_what_columns_give() -> None:
    rng = np.random.default_rng(1)
    x, grad_y = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=(2, 4, 4, 4))
    found = gradients.grad_weight_of_rows(grad_y, window_rows(im2col(x, (2, 3))))
    np.testing.assert_allclose(found.reshape(4, 3, 2, 3), backprop.conv2d_grad_weight(grad_y, x, (2, 3)), rtol=1e-12)


def test_rows_must_be_as_many_as_windows() -> None:
    with pytest.raises(ValueError, match="5 rows"):
        gradients.grad_weight_of_rows(np.ones((1, 2, 2, 3)), np.ones((5, 4)))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_measured_gradient_is_the_derivative(dtype: str) -> None:
    """The derivative of tanh is 1 - tanh²; the way back of a convolution does the rest."""
    rng = np.random.default_rng(2)
    x, weight = rng.normal(size=(2, 2, 4, 5)).astype(dtype) / 2, rng.normal(size=(3, 2, 2, 3)).astype(dtype) / 2
    grad_y = rng.normal(size=(2, 3, 3, 3))
    slope = 1 - np.tanh(conv2d(x.astype(float), weight.astype(float))) ** 2
    expected = backprop.conv2d_grad_weight(grad_y * slope, x, (2, 3))
    found = gradients.measured_grad_weight(x, weight, grad_y)
    assert found.dtype == float
    assert backprop.relative_error(found, expected) < 1e-7


def test_a_larger_step_is_less_exact() -> None:
    """The error grows with the square of the step."""
    x, weight, grad_y = np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), 0.5), np.ones((1, 1, 1, 1))
    true = 1 - np.tanh(0.5) ** 2
    errors = [abs(gradients.measured_grad_weight(x, weight, grad_y, step).item() - true) for step in (0.1, 0.01)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.1)


def test_the_test_accepts_the_backward_pass() -> None:
    gradients.test_conv2d_backward(backprop.conv2d_backward)
