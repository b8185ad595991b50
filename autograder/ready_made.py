"""Routines that do in one call what a question asks for, in groups that specs add up to what they rule out.

A name stands for every routine of that last name within its library, which need not be installed. How many names there
are makes no difference to the time of a call.
"""

# Convolve a single row.
ROWS = ("numpy.correlate", "numpy.convolve")

# Convolve an array along one axis, or along several. Of names that end alike, the guard tells the last.
CONVOLUTIONS = (
    "scipy.ndimage.correlate",
    "scipy.ndimage.convolve",
    "scipy.ndimage.correlate1d",
    "scipy.ndimage.convolve1d",
    "scipy.ndimage.sobel",
    "scipy.signal.correlate",
    "scipy.signal.convolve",
    "scipy.signal.correlate2d",
    "scipy.signal.convolve2d",
    "scipy.signal.fftconvolve",
    "scipy.signal.oaconvolve",
    "scipy.signal.sepfir2d",
    "scipy.signal.lfilter",
    "torch.nn.functional.conv1d",
    "torch.nn.functional.conv2d",
    "torch.nn.Conv1d",
    "torch.nn.Conv2d",
)

# Answers of earlier chapters, written otherwise, which later ones are given to build on.
EARLIER = (
    "unrolled.given.strides.im2col",
    "unrolled.given.strides.conv2d",
    "unrolled.given.backprop.Conv2d",
    "unrolled.given.backprop.Conv2d.forward",
)

# Find windows, or lay them out.
WINDOWS = (
    "numpy.lib.stride_tricks.sliding_window_view",
    "numpy.lib.stride_tricks.as_strided",
    "torch.nn.functional.unfold",
    "torch.nn.Unfold",
)
