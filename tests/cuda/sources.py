"""Kernels that are right, as texts: each is compared with NumPy, and compiled by NVIDIA's own compiler."""

GEOMETRY = "int h, int w, int kh, int kw, int sy, int sx, int py, int px, int dy, int dx, int oh, int ow, int total"

# Which column element a thread stands for, and the pixel that it comes from; n and c are one axis here.
ELEMENT = """
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= total) return;
    int ox = index % ow, oy = index / ow % oh;
    int j = index / (ow * oh) % kw, i = index / (ow * oh * kw) % kh;
    int image = index / (ow * oh * kw * kh);
    int y = oy * sy + i * dy - py, x = ox * sx + j * dx - px;
    bool inside = 0 <= y && y < h && 0 <= x && x < w;
    int pixel = (image * h + y) * w + x;
"""

IM2COL = f"""
extern "C" __global__ void im2col(const float* __restrict__ images, float* __restrict__ cols, {GEOMETRY}) {{
    {ELEMENT}
    cols[index] = inside ? images[pixel] : 0.0f;
}}
"""

COL2IM_ATOMIC = f"""
extern "C" __global__ void col2im(const float* __restrict__ cols, float* __restrict__ images, {GEOMETRY}) {{
    {ELEMENT}
    if (inside) atomicAdd(&images[pixel], cols[index]);
}}
"""

COL2IM_GATHER = f"""
extern "C" __global__ void col2im(const float* __restrict__ cols, float* __restrict__ images, {GEOMETRY}) {{
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= total) return;
    int x = index % w + px, y = index / w % h + py, image = index / (w * h);
    float sum = 0.0f;
    for (int i = 0; i < kh; ++i) {{
        for (int j = 0; j < kw; ++j) {{
            int oy = y - i * dy, ox = x - j * dx;
            if (oy % sy != 0 || ox % sx != 0) continue;
            oy /= sy;
            ox /= sx;
            if (0 <= oy && oy < oh && 0 <= ox && ox < ow)
                sum += __ldg(&cols[(((image * kh + i) * kw + j) * oh + oy) * ow + ox]);
        }}
    }}
    images[index] = sum;
}}
"""

MATMUL = """
extern "C" __global__ void __launch_bounds__(TILE * TILE)
matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float tile_a[TILE][TILE], tile_b[TILE][TILE + 1];
    int row = blockIdx.y * TILE + threadIdx.y, col = blockIdx.x * TILE + threadIdx.x;
    float sum = 0.0f;
    for (int start = 0; start < k; start += TILE) {
        int across = start + threadIdx.x, down = start + threadIdx.y;
        tile_a[threadIdx.y][threadIdx.x] = row < m && across < k ? a[row * k + across] : 0.0f;
        tile_b[threadIdx.y][threadIdx.x] = col < n && down < k ? b[down * n + col] : 0.0f;
        __syncthreads();
        #pragma unroll
        for (int q = 0; q < TILE; ++q) sum = fmaf(tile_a[threadIdx.y][q], tile_b[q][threadIdx.x], sum);
        __syncthreads();
    }
    if (row < m && col < n) c[row * n + col] = sum;
}
"""

SUM_IN_SHARED_MEMORY = """
extern "C" __global__ void sum(const double* x, double* sums, int n) {
    extern __shared__ double part[];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    part[threadIdx.x] = i < n ? x[i] : 0.0;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = part[0];
}
"""

SUM_BY_SHUFFLES = """
__device__ __forceinline__ float warp_sum(float value) {
    for (int offset = warpSize / 2; offset > 0; offset /= 2) value += __shfl_down_sync(0xffffffffu, value, offset);
    return value;
}

extern "C" __global__ void sum(const float* x, float* sums, int n) {
    __shared__ float parts[32];
    int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    float value = warp_sum(i < n ? x[i] : 0.0f);
    if (lane == 0) parts[warp] = value;
    __syncthreads();
    if (warp == 0) {
        value = warp_sum(lane < blockDim.x / 32 ? parts[lane] : 0.0f);
        if (lane == 0) sums[blockIdx.x] = value;
    }
}
"""

WARP = """
extern "C" __global__ void warp(const int* x, int* out) {
    __shared__ int line[32];
    int lane = threadIdx.x;
    line[lane] = x[lane];
    __syncwarp();
    out[lane] = line[31 - lane];
    out[32 + lane] = __shfl_sync(0xffffffffu, x[lane], 5);
    out[64 + lane] = __shfl_up_sync(0xffffffffu, x[lane], 2, 8);
    out[96 + lane] = __shfl_down_sync(0xffffffffu, x[lane], 3, 16);
    out[128 + lane] = __shfl_xor_sync(0xffffffffu, x[lane], 6);
    out[160 + lane] = (int)__ballot_sync(0xffffffffu, x[lane] > 0);
    out[192 + lane] = __any_sync(0xffffffffu, lane == 7) + 2 * __all_sync(0xffffffffu, lane < 31);
    if (lane < 16) out[224 + lane] = __shfl_xor_sync(0x0000ffffu, x[lane], 1);
    else out[224 + lane] = __shfl_xor_sync(0xffff0000u, x[lane], 2);
    out[256 + lane] = __syncthreads_count(lane % 3 == 0);
}
"""

ATOMICS = """
extern "C" __global__ void atomics(const int* x, int* out, unsigned long long* wide, double* real) {
    int v = x[blockIdx.x * blockDim.x + threadIdx.x];
    atomicAdd(&out[0], v);
    atomicMax(&out[1], v);
    atomicMin(&out[2], v);
    atomicSub(&out[3], v);
    atomicOr(&out[4], 1 << (v & 15));
    int seen = 0, expected;
    do {
        expected = seen;
        seen = atomicCAS(&out[5], expected, expected + 2 * v);
    } while (seen != expected);
    atomicAdd(wide, (unsigned long long)(v + 1000));
    atomicAdd(real, 0.5 * v);
}
"""

LANGUAGE = """
#define SCALE 3
__constant__ float weights[3] = {0.25f, 0.5f, 0.25f};
__device__ int calls;
struct Range { int from, to; };
template <typename T> __host__ __device__ T clamped(T v, T lo, T hi) { return max(lo, min(v, hi)); }
__device__ float smooth(const float* x, Range range, int i) {
    float sum = 0.0f;
    for (int k = 0; k < 3; ++k) sum += weights[k] * x[clamped(i + k - 1, range.from, range.to - 1)];
    return sum;
}
extern "C" __global__ void language(const float4* x, float* y, long long n, unsigned char bits, bool twice, double s) {
    dim3 threads = blockDim;
    long long i = (long long)blockIdx.x * threads.x + threadIdx.x;
    if (i >= n) return;
    float local[4];
    float4 v = x[i];
    local[0] = v.x; local[1] = v.y; local[2] = v.z; local[3] = v.w;
    const Range all = {0, 4};
    float result = smooth(local, all, i % 4) * SCALE + bits;
    if (twice) result *= 2;
    atomicAdd(&calls, 1);
    y[i] = result + (float)s + rsqrtf(4.0f) + fmaxf(0.0f, -1.0f) + __popc(7) + abs(-2) + sqrt(16.0f);
}
"""

ALL = {
    "im2col": (IM2COL, "im2col"),
    "col2im by atomics": (COL2IM_ATOMIC, "col2im"),
    "col2im by gathering": (COL2IM_GATHER, "col2im"),
    "tiled product": (MATMUL, "matmul", "-DTILE=8"),
    "sum in shared memory": (SUM_IN_SHARED_MEMORY, "sum"),
    "sum by shuffles": (SUM_BY_SHUFFLES, "sum"),
    "exchanges of a warp": (WARP, "warp"),
    "atomics": (ATOMICS, "atomics"),
    "the language": (LANGUAGE, "language"),
}
