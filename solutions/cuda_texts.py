"""Kernels in CUDA C, as texts: :mod:`solutions.cuda_kernels` launches them.

All arrays are float32, in C order. Columns are (n, c, kh, kw, oh, ow); images and channels are one axis to a kernel
that treats all *planes* alike. An index that counts elements of a whole array has 64 bits, for columns of more than 2³¹
elements are nothing unusual on a GPU; one plane is always smaller than that. The ``_FIXED`` texts know all sizes when
they are compiled, so that they divide by constants; they count with 32 bits and are for smaller arrays.
"""

__all__ = [
    "BIAS", "COL2IM_ATOMIC", "COL2IM_FIXED", "COL2IM_GATHER", "CONV2D", "CONV2D_REGISTERS", "IM2COL", "IM2COL_FIXED",
    "IM2COL_WINDOWS", "IM2COL_WINDOWS_FIXED", "MATMUL", "PIXELS",
]  # fmt: skip

SIZES = ("h", "w", "kh", "kw", "sy", "sx", "py", "px", "dy", "dx", "oh", "ow")
GEOMETRY = ", ".join(f"int {name}" for name in SIZES)
CONSTANTS = "constexpr int " + ", ".join(f"{name} = {name.upper()}" for name in SIZES) + ";"

_ENTRY = """
    int q = index % ow, p = index / ow % oh;
    int j = index / ((INDEX)ow * oh) % kw, i = index / ((INDEX)ow * oh * kw) % kh;
    INDEX plane = index / ((INDEX)ow * oh * kw * kh);
    int row = p * sy + i * dy - py, column = q * sx + j * dx - px;
    bool inside = 0 <= row && row < h && 0 <= column && column < w;"""
_IM2COL = f"""    INDEX index = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;  // a thread for each entry
    if (index >= (INDEX)planes * kh * kw * oh * ow) return;{_ENTRY}
    cols[index] = inside ? x[(plane * h + row) * w + column] : 0.0f;
}}
"""
_WINDOWS = """    INDEX index = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;  // a thread for each window of each plane
    if (index >= (INDEX)planes * oh * ow) return;
    int place = index % (oh * ow), p = place / ow, q = place % ow;
    INDEX plane = index / (oh * ow);
    const float* image = x + plane * h * w;
    float* entry = cols + plane * kh * kw * oh * ow + place;
    for (int i = 0; i < kh; ++i) {
        for (int j = 0; j < kw; ++j) {
            int row = p * sy + i * dy - py, column = q * sx + j * dx - px;
            bool inside = 0 <= row && row < h && 0 <= column && column < w;
            entry[(i * kw + j) * (INDEX)(oh * ow)] = inside ? image[row * w + column] : 0.0f;
        }
    }
}
"""
_GATHER = """    INDEX index = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;  // one thread for each pixel
    if (index >= (INDEX)planes * h * w) return;
    int column = index % w + px, row = index / w % h + py;
    INDEX plane = index / ((INDEX)w * h);
    float sum = 0.0f;
    for (int i = 0; i < kh; ++i) {
        int down = row - i * dy, p = down / sy;
        if (down < 0 || down % sy != 0 || p >= oh) continue;  // no window begins there
        for (int j = 0; j < kw; ++j) {
            int across = column - j * dx, q = across / sx;
            if (across < 0 || across % sx != 0 || q >= ow) continue;
            sum += cols[(((plane * kh + i) * kw + j) * oh + p) * ow + q];
        }
    }
    x[index] = sum;
}
"""

IM2COL = f"""
#define INDEX long long
extern "C" __global__ void im2col(const float* __restrict__ x, float* __restrict__ cols, int planes, {GEOMETRY}) {{
{_IM2COL}"""

IM2COL_FIXED = f"""
#define INDEX int
{CONSTANTS}
extern "C" __global__ void im2col_fixed(const float* __restrict__ x, float* __restrict__ cols, int planes) {{
{_IM2COL}"""

IM2COL_WINDOWS = f"""
#define INDEX long long
extern "C" __global__ void im2col_windows(const float* __restrict__ x, float* __restrict__ cols, int planes, {GEOMETRY})
{{
{_WINDOWS}"""

IM2COL_WINDOWS_FIXED = f"""
#define INDEX int
{CONSTANTS}
extern "C" __global__ void im2col_windows_fixed(const float* __restrict__ x, float* __restrict__ cols, int planes) {{
{_WINDOWS}"""

COL2IM_ATOMIC = f"""
#define INDEX long long
extern "C" __global__ void col2im_atomic(const float* cols, float* x, int planes, {GEOMETRY}) {{
    INDEX index = (INDEX)blockIdx.x * blockDim.x + threadIdx.x;  // a thread for each entry
    if (index >= (INDEX)planes * kh * kw * oh * ow) return;{_ENTRY}
    if (inside) atomicAdd(&x[(plane * h + row) * w + column], cols[index]);
}}
"""

COL2IM_GATHER = f"""
#define INDEX long long
extern "C" __global__ void col2im_gather(const float* __restrict__ cols, float* __restrict__ x, int planes, {GEOMETRY})
{{
{_GATHER}"""

COL2IM_FIXED = f"""
#define INDEX int
{CONSTANTS}
extern "C" __global__ void col2im_fixed(const float* __restrict__ cols, float* __restrict__ x, int planes) {{
{_GATHER}"""

MATMUL = """
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float tile_a[TILE][TILE], tile_b[TILE][TILE];
    int ty = threadIdx.y, tx = threadIdx.x;
    long long row = (long long)blockIdx.y * TILE + ty, col = (long long)blockIdx.x * TILE + tx;
    float sum = 0.0f;
    for (int start = 0; start < k; start += TILE) {
        tile_a[ty][tx] = row < m && start + tx < k ? a[row * k + start + tx] : 0.0f;
        tile_b[ty][tx] = col < n && start + ty < k ? b[(long long)(start + ty) * n + col] : 0.0f;
        __syncthreads();  // nobody multiplies before both tiles are full
        for (int i = 0; i < TILE; ++i) sum += tile_a[ty][i] * tile_b[i][tx];
        __syncthreads();  // nobody fills a tile again that another thread still reads
    }
    if (row < m && col < n) c[row * n + col] = sum;
}
"""

CONV2D = f"""
extern "C" __global__ void conv2d(const float* x, const float* weight, float* y, int n, int c, int f, {GEOMETRY}) {{
    __shared__ float tile_w[TILE][TILE], tile_x[TILE][TILE];
    int ty = threadIdx.y, tx = threadIdx.x, taps = c * kh * kw;
    int filter = blockIdx.y * TILE + ty;                       // a row of the product
    long long place = (long long)blockIdx.x * TILE + tx;       // a column of it: a window of the whole batch
    long long image = place / (oh * ow);
    int p = place / ow % oh, q = place % ow;
    float sum = 0.0f;
    for (int start = 0; start < taps; start += TILE) {{
        tile_w[ty][tx] = filter < f && start + tx < taps ? weight[(long long)filter * taps + start + tx] : 0.0f;
        int entry = start + ty, channel = entry / (kw * kh);
        int row = p * sy + entry / kw % kh * dy - py, column = q * sx + entry % kw * dx - px;
        bool there = image < n && entry < taps && 0 <= row && row < h && 0 <= column && column < w;
        tile_x[ty][tx] = there ? x[((image * c + channel) * h + row) * w + column] : 0.0f;
        __syncthreads();
        for (int i = 0; i < TILE; ++i) sum += tile_w[ty][i] * tile_x[i][tx];
        __syncthreads();
    }}
    if (filter < f && image < n) y[((image * f + filter) * oh + p) * ow + q] = sum;
}}
"""

# As CONV2D, but a thread makes 4 × 4 outputs from numbers in registers: eight reads of shared memory serve sixteen
# products, not two one. kh and kw are constants, for each entry of a tile is divided by them.
CONV2D_REGISTERS = """
#define SIDE (WIDE / 16)
extern "C" __global__ void __launch_bounds__(256)
conv2d_registers(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ y, int n, int c,
                 int f, int h, int w, int sy, int sx, int py, int px, int dy, int dx, int oh, int ow) {
    __shared__ float tile_w[DEPTH][WIDE + 4], tile_x[DEPTH][WIDE];  // + 4: neighbours in a column lie in other banks
    int ty = threadIdx.y, tx = threadIdx.x, thread = ty * 16 + tx, taps = c * KH * KW;
    int filters = blockIdx.y * WIDE;
    long long places = (long long)blockIdx.x * WIDE, all = (long long)n * oh * ow;
    long long mine = places + thread % WIDE, image = mine / (oh * ow);  // the window that this thread fetches
    int top = (int)(mine / ow % oh) * sy - py, left = (int)(mine % ow) * sx - px;
    float sums[SIDE][SIDE] = {};
    for (int start = 0; start < taps; start += DEPTH) {
        for (int k = thread; k < DEPTH * WIDE; k += 256) {
            int filter = filters + k / DEPTH, entry = start + k % DEPTH;
            tile_w[k % DEPTH][k / DEPTH] = filter < f && entry < taps ? weight[(long long)filter * taps + entry] : 0.0f;
        }
        for (int k = thread / WIDE; k < DEPTH; k += 256 / WIDE) {
            int entry = start + k, channel = entry / (KH * KW);
            int row = top + entry / KW % KH * dy, column = left + entry % KW * dx;
            bool there = mine < all && entry < taps && 0 <= row && row < h && 0 <= column && column < w;
            tile_x[k][thread % WIDE] = there ? x[((image * c + channel) * h + row) * w + column] : 0.0f;
        }
        __syncthreads();
        #pragma unroll
        for (int k = 0; k < DEPTH; ++k) {
            float w_part[SIDE], x_part[SIDE];
            for (int a = 0; a < SIDE; ++a) {
                w_part[a] = tile_w[k][ty * SIDE + a];
                x_part[a] = tile_x[k][tx + 16 * a];
            }
            for (int a = 0; a < SIDE; ++a)
                for (int b = 0; b < SIDE; ++b) sums[a][b] += w_part[a] * x_part[b];
        }
        __syncthreads();
    }
    for (int b = 0; b < SIDE; ++b) {
        long long place = places + tx + 16 * b;
        if (place >= all) continue;
        long long first = place / (oh * ow) * f * (oh * ow) + place % (oh * ow);
        for (int a = 0; a < SIDE; ++a) {
            int filter = filters + ty * SIDE + a;
            if (filter < f) y[first + (long long)filter * (oh * ow)] = sums[a][b];
        }
    }
}
"""

BIAS = """
extern "C" __global__ void add_bias(const float* bias, float* y, int n, int f, int oh, int ow) {
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= n * f * oh * ow) return;
    y[index] += bias[index / (oh * ow) % f];
}
"""

PIXELS = """
extern "C" __global__ void pixels(const long long* entries, long long* pixel, int m, int h, int w, int kh, int kw,
                                  int oh, int ow) {
    int t = blockIdx.x * blockDim.x + threadIdx.x;
    if (t >= m) return;
    long long rest = entries[t];
    int q = rest % ow;
    rest /= ow;
    int p = rest % oh;
    rest /= oh;
    int j = rest % kw;
    rest /= kw;
    int i = rest % kh;
    rest /= kh;  // the plane
    pixel[t] = (rest * h + p + i) * w + q + j;
}
"""
