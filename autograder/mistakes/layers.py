"""Wrong layers: a right one of each kind, and classes that change one method of it."""

import numpy as np

from autograder.mistakes.backprop import (
    grad_columns,
    grad_weight_from,
    rows_published,
    x_padding_kept,
    x_without_dilation,
    x_without_stride,
)
from unrolled.given.col2im import col2im
from unrolled.given.windows import conv2d, im2col

# Conv2d: a layer to make mistakes of, by changing one method


class Convolution:
    """Not a mistake: the layer itself."""

    def __init__(self, weight, bias, stride=1, padding=0, dilation=1, groups=1):
        self.weight, self.bias = weight, bias
        self.stride, self.padding, self.dilation = stride, padding, dilation

    def forward(self, x):
        self.x = x
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)

    def columns(self):
        return im2col(self.x, self.weight.shape[2:], self.stride, self.padding, self.dilation)

    def backward(self, grad_y):
        self.grad_bias = grad_y.sum(axis=(0, 2, 3))
        self.grad_weight = grad_weight_from(grad_y, self.columns())
        return self.back(grad_y)

    def back(self, grad_y):
        return col2im(grad_columns(grad_y, self.weight), self.x.shape[2:], self.stride, self.padding, self.dilation)


class ConvolutionWithoutBias(Convolution):
    def forward(self, x):
        self.x = x
        return conv2d(x, self.weight, None, self.stride, self.padding, self.dilation)


class ConvolutionBiasAlongRows(Convolution):
    def forward(self, x):
        self.x = x
        return conv2d(x, self.weight, None, self.stride, self.padding, self.dilation) + self.bias


class ConvolutionFirstInput(Convolution):
    def forward(self, x):
        if not hasattr(self, "x") or self.x.shape != x.shape:
            self.x = x
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)


class ConvolutionAccumulating(Convolution):
    def backward(self, grad_y):
        weight, bias = getattr(self, "grad_weight", 0), getattr(self, "grad_bias", 0)
        grad_x = super().backward(grad_y)
        self.grad_weight, self.grad_bias = self.grad_weight + weight, self.grad_bias + bias
        return grad_x


class ConvolutionReshaped(Convolution):
    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        rows = self.columns().transpose(0, 4, 5, 1, 2, 3).reshape(-1, self.weight[0].size)
        self.grad_weight = rows_published(grad_y, rows).reshape(self.weight.shape)
        return grad_x


class ConvolutionStrideForgotten(Convolution):
    def back(self, grad_y):
        return x_without_stride(grad_y, self.weight, self.x.shape[2:], self.stride, self.padding, self.dilation)


class ConvolutionDilationForgotten(Convolution):
    def back(self, grad_y):
        return x_without_dilation(grad_y, self.weight, self.x.shape[2:], self.stride, self.padding, self.dilation)


class ConvolutionPaddingKept(Convolution):
    def back(self, grad_y):
        return x_padding_kept(grad_y, self.weight, self.x.shape[2:], self.stride, self.padding, self.dilation)


# SoftmaxCrossEntropy: a loss to make mistakes of, by changing one method


class Loss:
    """Not a mistake: the loss itself."""

    axis = 1

    def probabilities(self, scores):
        powers = np.exp(scores - scores.max(axis=self.axis, keepdims=True))
        return powers / powers.sum(axis=self.axis, keepdims=True)

    def forward(self, scores, labels):
        self.labels, self.p = labels, self.probabilities(scores)
        shifted = scores - scores.max(axis=self.axis, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=self.axis, keepdims=True))
        return float(-logs[np.arange(len(labels)), labels].mean())

    def backward(self):
        return (self.p - np.eye(self.p.shape[1], dtype=self.p.dtype)[self.labels]) / self.p.dtype.type(len(self.p))


class LossOverflowing(Loss):
    def forward(self, scores, labels):
        with np.errstate(all="ignore"):
            powers = np.exp(scores)
            self.labels, self.p = labels, powers / powers.sum(axis=1, keepdims=True)
            return float(-np.log(self.p[np.arange(len(labels)), labels]).mean())


class LossClipped(Loss):
    def forward(self, scores, labels):
        super().forward(scores, labels)
        return float(-np.log(np.maximum(self.p[np.arange(len(labels)), labels], 1e-7)).mean())


class LossAddedTo(Loss):
    def forward(self, scores, labels):
        super().forward(scores, labels)
        return float(-np.log(self.p[np.arange(len(labels)), labels] + 1e-9).mean())


class LossClippedLower(Loss):
    def forward(self, scores, labels):
        super().forward(scores, labels)
        return float(-np.log(np.clip(self.p[np.arange(len(labels)), labels], 1e-15, 1)).mean())


class LossOfZero(Loss):
    def forward(self, scores, labels):
        super().forward(scores, labels)
        with np.errstate(all="ignore"):
            return float(-np.log(self.p[np.arange(len(labels)), labels]).mean())


class LossShiftedAsOne(Loss):
    def forward(self, scores, labels):
        with np.errstate(all="ignore"):
            shifted = scores - scores.max()
            powers = np.exp(shifted)
            sums = powers.sum(axis=1, keepdims=True)
            self.labels, self.p = labels, powers / sums
            return float((np.log(sums[:, 0]) - shifted[np.arange(len(labels)), labels]).mean())


class LossSummed(Loss):
    def backward(self):
        return super().backward() * self.p.dtype.type(len(self.p))


class LossSummedTwice(LossSummed):
    def forward(self, scores, labels):
        return super().forward(scores, labels) * len(labels)


class LossWithoutTruth(Loss):
    def backward(self):
        return self.p / self.p.dtype.type(len(self.p))


class LossOverImages(Loss):
    axis = 0
