"""Wrong answers of the chapter ``cuda_kernels``: texts with one fault each, launches, and functions."""

import numpy as np

from solutions.cuda_texts import BIAS, COL2IM_ATOMIC, COL2IM_GATHER, CONV2D, IM2COL, MATMUL, PIXELS


def altered(text: str, *changes: tuple[str, str]) -> str:
    """Return the text with its parts exchanged; each must occur."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


# add_bias

BIAS_RETURN = "    if (index >= n * f * oh * ow) return;\n"
BIAS_UNBOUNDED = altered(BIAS, (BIAS_RETURN, ""))
BIAS_ONE_BLOCK = altered(BIAS, ("blockIdx.x * blockDim.x + threadIdx.x", "threadIdx.x"))
BIAS_ONE_IMAGE = altered(BIAS, (" % f]", "]"))
BIAS_BY_ROW = altered(BIAS, ("index / (oh * ow) % f", "index / ow % f"))
BIAS_ASSIGNED = altered(BIAS, ("+= bias", "= bias"))


def bias_rounded_down(n, f, oh, ow):
    return (n * f * oh * ow // 128,), (128,), 0


# im2col

ENTRIES_RETURN = "    if (index >= (INDEX)planes * kh * kw * oh * ow) return;\n"
INSIDE = "0 <= row && row < h && 0 <= column && column < w"
IM2COL_UNBOUNDED = altered(IM2COL, (ENTRIES_RETURN, ""))
IM2COL_ONE_BLOCK = altered(IM2COL, ("(INDEX)blockIdx.x * blockDim.x + threadIdx.x", "threadIdx.x"))
IM2COL_DOWN_FIRST = altered(IM2COL, ("q = index % ow, p = index / ow % oh", "p = index % oh, q = index / oh % ow"))
IM2COL_TAPS_FIRST = altered(
    IM2COL,
    ("int q = index % ow, p = index / ow % oh", "int j = index % kw, i = index / kw % kh"),
    ("int j = index / ((INDEX)ow * oh) % kw", "int q = index / ((INDEX)kw * kh) % ow"),
    ("i = index / ((INDEX)ow * oh * kw) % kh", "p = index / ((INDEX)kw * kh * ow) % oh"),
)
IM2COL_ROW_OF_OUTPUT = altered(IM2COL, ("row) * w + column", "row) * ow + column"))
IM2COL_BORDER_READ = altered(
    IM2COL, ("inside ? x[(plane * h + row) * w + column] : 0.0f", "x[(plane * h + row) * w + column]")
)
IM2COL_BOUNDS_CROSSED = altered(IM2COL, (INSIDE, "row >= 0 && column >= 0 && row < w && column < h"))
IM2COL_ZEROS_LEFT_OUT = altered(
    IM2COL,
    ("cols[index] = inside ? x[(plane * h + row) * w + column] : 0.0f;",
     "if (inside) cols[index] = x[(plane * h + row) * w + column];"),
)  # fmt: skip


def im2col_rounded_down(planes, kh, kw, oh, ow):
    return (planes * kh * kw * oh * ow // 256,), (256,), 0


# pixels

PIXELS_INT_ENTRY = altered(PIXELS, ("long long rest = entries[t];", "int rest = entries[t];"))
PIXELS_INT_PRODUCT = altered(PIXELS, ("    pixel[t] = (rest * h", "    int plane = rest;\n    pixel[t] = (plane * h"))
PIXELS_ROW_OF_OUTPUT = altered(PIXELS, ("(rest * h + p + i) * w", "(rest * h + p + i) * ow"))
PIXELS_WINDOW_FIRST = altered(
    PIXELS,
    ("% ow", "% kw / 1"), ("/= ow", "/= kw / 1"), ("% oh", "% kh / 1"), ("/= oh", "/= kh / 1"),
    ("% kw;", "% ow;"), ("/= kw;", "/= ow;"), ("% kh;", "% oh;"), ("/= kh;", "/= oh;"),
)  # fmt: skip
PIXELS_UNBOUNDED = altered(PIXELS, ("    if (t >= m) return;\n", ""))


# col2im by adding

SCATTER_PLAIN = altered(
    COL2IM_ATOMIC,
    (
        "atomicAdd(&x[(plane * h + row) * w + column], cols[index]);",
        "x[(plane * h + row) * w + column] += cols[index];",
    ),
)
SCATTER_UNBOUNDED = altered(COL2IM_ATOMIC, (ENTRIES_RETURN, ""))
SCATTER_BORDER_ADDED = altered(COL2IM_ATOMIC, ("if (inside) ", ""))
SCATTER_ROW_OF_OUTPUT = altered(COL2IM_ATOMIC, ("row) * w + column", "row) * ow + column"))


# col2im by gathering

GATHER_BETWEEN = altered(COL2IM_GATHER, (" || down % sy != 0", ""), (" || across % sx != 0", ""))
GATHER_BEFORE = altered(COL2IM_GATHER, ("down < 0 || ", ""), ("across < 0 || ", ""))
GATHER_BEHIND = altered(COL2IM_GATHER, (" || p >= oh", ""), (" || q >= ow", ""))
GATHER_LAST = altered(COL2IM_GATHER, ("sum += cols", "sum = cols"))
GATHER_BORDER_FORGOTTEN = altered(
    COL2IM_GATHER, ("column = index % w + px, row = index / w % h + py", "column = index % w, row = index / w % h")
)
GATHER_UNBOUNDED = altered(COL2IM_GATHER, ("    if (index >= (INDEX)planes * h * w) return;\n", ""))


# Product of matrices

FULL = "        __syncthreads();  // nobody multiplies before both tiles are full\n"
DONE = "        __syncthreads();  // nobody fills a tile again that another thread still reads\n"
MATMUL_NOT_FULL = altered(MATMUL, (FULL, ""))
MATMUL_REFILLED = altered(MATMUL, (DONE, ""))
MATMUL_EARLY_RETURN = altered(
    MATMUL, ("    float sum = 0.0f;\n", "    if (row >= m || col >= n) return;\n    float sum = 0.0f;\n")
)
MATMUL_EDGE_UNWRITTEN = altered(
    MATMUL,
    ("tile_a[ty][tx] = row < m && start + tx < k ? a[row * k + start + tx] : 0.0f;",
     "if (row < m && start + tx < k) tile_a[ty][tx] = a[row * k + start + tx];"),
    ("tile_b[ty][tx] = col < n && start + ty < k ? b[(long long)(start + ty) * n + col] : 0.0f;",
     "if (col < n && start + ty < k) tile_b[ty][tx] = b[(long long)(start + ty) * n + col];"),
)  # fmt: skip
MATMUL_WHOLE_TILES = altered(MATMUL, ("start < k; start += TILE", "start + TILE <= k; start += TILE"))
MATMUL_LAST_TILE = altered(MATMUL, ("        for (int i = 0", "        sum = 0.0f;\n        for (int i = 0"))
MATMUL_UNBOUNDED = altered(MATMUL, ("    if (row < m && col < n) c[row", "    c[row"))


def matmul_axes_swapped(m, n):
    return (-(-m // 4), -(-n // 4)), (4, 4), 0


def matmul_rounded_down(m, n):
    return (n // 4, m // 4), (4, 4), 0


# Convolution without columns

CONV_FILTERS_FIRST = altered(CONV2D, ("((image * f + filter) * oh + p)", "((filter * n + image) * oh + p)"))
CONV_CHANNEL_FASTEST = altered(
    CONV2D,
    ("channel = entry / (kw * kh)", "channel = entry % c"),
    ("entry / kw % kh * dy", "entry / c / kw * dy"),
    ("entry % kw * dx", "entry / c % kw * dx"),
)
CONV_BORDER_READ = altered(CONV2D, (" && " + INSIDE, ""))
CONV_UNBOUNDED = altered(CONV2D, ("    if (filter < f && image < n) y[", "    y["))
CONV_FIRST_IMAGE = altered(CONV2D, ("((image * c + channel) * h + row)", "(channel * h + row)"))
CONV_FLIPPED = altered(
    CONV2D,
    ("taps = c * kh * kw;", "area = kh * kw, taps = c * area;"),
    ("start + tx] : 0.0f", "(start + tx) / area * area + area - 1 - (start + tx) % area] : 0.0f"),
)


# Sectors


def sectors_of_all(elements, itemsize):
    return len(np.unique(elements * itemsize // 32))


def sectors_by_thread(elements, itemsize):
    return len(elements)


def sectors_of_elements(elements, itemsize):
    warps = [elements[start : start + 32] for start in range(0, len(elements), 32)]
    return sum(len(np.unique(warp // 32)) for warp in warps)


def sectors_in_span(elements, itemsize):
    warps = [elements[start : start + 32] * itemsize // 32 for start in range(0, len(elements), 32)]
    return sum(int(warp.max() - warp.min()) + 1 for warp in warps)


def sectors_packed(elements, itemsize):
    warps = [elements[start : start + 32] for start in range(0, len(elements), 32)]
    return sum(-(-len(np.unique(warp)) * itemsize // 32) for warp in warps)


# The hunt


def threads_published(x, k, pad):
    """Make columns of a plane (h, w), a thread for each window of k × k; the bounds are those of a published kernel."""
    h, w = x.shape
    oh, ow = h + 2 * pad - k + 1, w + 2 * pad - k + 1
    memory, cols = x.ravel(), np.zeros((k, k, oh, ow), x.dtype)
    for thread in range(oh * ow):
        p, q = thread // ow, thread % ow
        for i in range(k):
            for j in range(k):
                row, column = p + i - pad, q + j - pad
                if row >= 0 and column >= 0 and row < w and column < h:
                    cols[i, j, p, q] = memory[row * w + column]
    return cols


def threads_without_upper_bounds(x, k, pad):
    h, w = x.shape
    oh, ow = h + 2 * pad - k + 1, w + 2 * pad - k + 1
    memory, cols = x.ravel(), np.zeros((k, k, oh, ow), x.dtype)
    for thread in range(oh * ow):
        p, q = thread // ow, thread % ow
        for i in range(k):
            for j in range(k):
                row, column = p + i - pad, q + j - pad
                if row >= 0 and column >= 0 and row * w + column < h * w:
                    cols[i, j, p, q] = memory[row * w + column]
    return cols


def threads_bounds_of_output(x, k, pad):
    h, w = x.shape
    oh, ow = h + 2 * pad - k + 1, w + 2 * pad - k + 1
    memory, cols = x.ravel(), np.zeros((k, k, oh, ow), x.dtype)
    for thread in range(oh * ow):
        p, q = thread // ow, thread % ow
        for i in range(k):
            for j in range(k):
                row, column = p + i - pad, q + j - pad
                if row >= 0 and column >= 0 and row < min(oh, h) and column < min(ow, w):
                    cols[i, j, p, q] = memory[row * w + column]
    return cols


def threads_oracle(x, k, pad):
    padded = np.pad(x, pad)
    oh, ow = padded.shape[0] - k + 1, padded.shape[1] - k + 1
    return np.array([[padded[i : i + oh, j : j + ow] for j in range(k)] for i in range(k)], x.dtype)
