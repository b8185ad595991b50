// What a kernel finds in CUDA C, for a C++ compiler: included before the student's text. It includes no header of the
// system, as NVRTC does not; what is missing here is missing, or differs, there too. The other half is runtime.cpp.
#pragma once

#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __shared__ static __attribute__((used))  // one copy serves all blocks, which run one after another
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
#define __grid_constant__
#define __CUDACC__ 1
#define __CUDACC_RTC__ 1
#define __CUDA_ARCH__ 800

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;

#define UNROLLED_VECTORS(T, name, align1, align2, align4)                                                              \
    struct alignas(align1) name##1 { T x; };                                                                           \
    struct alignas(align2) name##2 { T x, y; };                                                                        \
    struct name##3 { T x, y, z; };                                                                                     \
    struct alignas(align4) name##4 { T x, y, z, w; };                                                                  \
    inline name##1 make_##name##1(T x) { return {x}; }                                                                 \
    inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                                         \
    inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                                                 \
    inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
UNROLLED_VECTORS(unsigned char, uchar, 1, 2, 4)
UNROLLED_VECTORS(int, int, 4, 8, 16)
UNROLLED_VECTORS(unsigned int, uint, 4, 8, 16)
UNROLLED_VECTORS(float, float, 4, 8, 16)
UNROLLED_VECTORS(double, double, 8, 16, 16)

struct dim3 {
    unsigned int x, y, z;
    constexpr dim3(unsigned int x = 1, unsigned int y = 1, unsigned int z = 1) : x(x), y(y), z(z) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
};

extern "C" {
// A thread's own never change, so that they may be const, of a type without a constructor: then reads are not checked.
extern const uint3 threadIdx, blockIdx, blockDim, gridDim;
extern const int warpSize;

int printf(const char *, ...);
void unrolled_barrier(unsigned line);
int unrolled_barrier_count(unsigned line, int predicate);
void unrolled_syncwarp(unsigned line, unsigned mask);
unsigned long long unrolled_exchange(unsigned line, unsigned mask, unsigned long long value, int source);
unsigned unrolled_ballot(unsigned line, unsigned mask, int predicate);
unsigned unrolled_active_mask();
unsigned unrolled_lane();
void unrolled_atomic(const void *address, unsigned size, const void *from);
void unrolled_assertion(unsigned line, const char *text);
}

#define assert(condition) ((condition) ? (void)0 : unrolled_assertion(__LINE__, #condition))
#define __ldg(pointer) (*(pointer))
inline void __threadfence() {}
inline void __threadfence_block() {}

// Barriers and exchanges. They are told apart by line, so that threads that wait in different places are found out.
#define __syncthreads() unrolled_barrier(__LINE__)
#define __syncthreads_count(predicate) unrolled_barrier_count(__LINE__, (predicate) != 0)
#define __syncthreads_and(predicate) (unrolled_barrier_count(__LINE__, (predicate) == 0) == 0)
#define __syncthreads_or(predicate) (unrolled_barrier_count(__LINE__, (predicate) != 0) != 0)
#define __syncwarp(...) unrolled::syncwarp(__LINE__ __VA_OPT__(,) __VA_ARGS__)
#define __shfl_sync(...) unrolled::shuffle(__LINE__, __VA_ARGS__)
#define __shfl_up_sync(...) unrolled::shuffle_up(__LINE__, __VA_ARGS__)
#define __shfl_down_sync(...) unrolled::shuffle_down(__LINE__, __VA_ARGS__)
#define __shfl_xor_sync(...) unrolled::shuffle_xor(__LINE__, __VA_ARGS__)
#define __ballot_sync(mask, predicate) unrolled_ballot(__LINE__, mask, (predicate) != 0)
#define __any_sync(mask, predicate) (unrolled_ballot(__LINE__, mask, (predicate) != 0) != 0)
#define __all_sync(mask, predicate) (unrolled_ballot(__LINE__, mask, (predicate) == 0) == 0)
#define __activemask() unrolled_active_mask()

namespace unrolled {
inline void syncwarp(unsigned line, unsigned mask = 0xffffffffu) { unrolled_syncwarp(line, mask); }

template <class T> T exchange(unsigned line, unsigned mask, T value, int source) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "warp shuffles move values of 4 or 8 bytes");
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof value);
    bits = unrolled_exchange(line, mask, bits, source);
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
template <class T> T shuffle(unsigned line, unsigned mask, T value, int source, int width = 32) {
    return exchange(line, mask, value, (int(unrolled_lane()) & -width) | (source & (width - 1)));
}
template <class T> T shuffle_up(unsigned line, unsigned mask, T value, unsigned delta, int width = 32) {
    int lane = int(unrolled_lane()), source = lane - int(delta);
    return exchange(line, mask, value, source < (lane & -width) ? lane : source);
}
template <class T> T shuffle_down(unsigned line, unsigned mask, T value, unsigned delta, int width = 32) {
    int lane = int(unrolled_lane()), source = lane + int(delta);
    return exchange(line, mask, value, source >= (lane & -width) + width ? lane : source);
}
template <class T> T shuffle_xor(unsigned line, unsigned mask, T value, int bits, int width = 32) {
    int lane = int(unrolled_lane()), source = lane ^ bits;
    return exchange(line, mask, value, source >= (lane & -width) + width ? lane : source);
}
}  // namespace unrolled

// Atomics: the runtime checks the access, and nothing can come in between, for one thread runs at a time.
#define UNROLLED_UNCHECKED __attribute__((noinline, no_sanitize_thread, no_sanitize_undefined))
#define UNROLLED_ATOMIC(name, T, next)                                                                                 \
    UNROLLED_UNCHECKED inline T name(T *address, T value) {                                                            \
        unrolled_atomic(address, sizeof(T), __builtin_return_address(0));                                              \
        T old = *address;                                                                                              \
        *address = next;                                                                                               \
        return old;                                                                                                    \
    }
#define UNROLLED_ATOMICS(T)                                                                                            \
    UNROLLED_ATOMIC(atomicAdd, T, old + value)                                                                         \
    UNROLLED_ATOMIC(atomicExch, T, value)
#define UNROLLED_INTEGER_ATOMICS(T)                                                                                    \
    UNROLLED_ATOMIC(atomicMax, T, old > value ? old : value)                                                           \
    UNROLLED_ATOMIC(atomicMin, T, old < value ? old : value)                                                           \
    UNROLLED_ATOMIC(atomicAnd, T, old & value)                                                                         \
    UNROLLED_ATOMIC(atomicOr, T, old | value)                                                                          \
    UNROLLED_ATOMIC(atomicXor, T, old ^ value)                                                                         \
    UNROLLED_UNCHECKED inline T atomicCAS(T *address, T compare, T value) {                                            \
        unrolled_atomic(address, sizeof(T), __builtin_return_address(0));                                              \
        T old = *address;                                                                                              \
        if (old == compare) *address = value;                                                                          \
        return old;                                                                                                    \
    }
UNROLLED_ATOMICS(int)
UNROLLED_ATOMICS(unsigned int)
UNROLLED_ATOMICS(unsigned long long)
UNROLLED_ATOMICS(float)
UNROLLED_ATOMIC(atomicAdd, double, old + value)
UNROLLED_ATOMIC(atomicSub, int, old - value)
UNROLLED_ATOMIC(atomicSub, unsigned int, old - value)
UNROLLED_ATOMIC(atomicInc, unsigned int, old >= value ? 0 : old + 1)
UNROLLED_ATOMIC(atomicDec, unsigned int, old == 0 || old > value ? value : old - 1)
UNROLLED_INTEGER_ATOMICS(int)
UNROLLED_INTEGER_ATOMICS(unsigned int)
UNROLLED_INTEGER_ATOMICS(unsigned long long)

// Mathematics: the C library's functions, with the overloads that CUDA C has.
#define UNROLLED_FUNCTION(name)                                                                                        \
    extern "C" double name(double);                                                                                    \
    extern "C" float name##f(float);                                                                                   \
    inline float name(float x) { return name##f(x); }
#define UNROLLED_FUNCTION2(name)                                                                                       \
    extern "C" double name(double, double);                                                                            \
    extern "C" float name##f(float, float);                                                                            \
    inline float name(float x, float y) { return name##f(x, y); }
UNROLLED_FUNCTION(sqrt) UNROLLED_FUNCTION(cbrt) UNROLLED_FUNCTION(exp) UNROLLED_FUNCTION(exp2) UNROLLED_FUNCTION(expm1)
UNROLLED_FUNCTION(log) UNROLLED_FUNCTION(log2) UNROLLED_FUNCTION(log10) UNROLLED_FUNCTION(log1p)
UNROLLED_FUNCTION(sin) UNROLLED_FUNCTION(cos) UNROLLED_FUNCTION(tan) UNROLLED_FUNCTION(asin) UNROLLED_FUNCTION(acos)
UNROLLED_FUNCTION(atan) UNROLLED_FUNCTION(sinh) UNROLLED_FUNCTION(cosh) UNROLLED_FUNCTION(tanh)
UNROLLED_FUNCTION(erf) UNROLLED_FUNCTION(erfc) UNROLLED_FUNCTION(fabs) UNROLLED_FUNCTION(floor) UNROLLED_FUNCTION(ceil)
UNROLLED_FUNCTION(trunc) UNROLLED_FUNCTION(round) UNROLLED_FUNCTION(rint)
UNROLLED_FUNCTION2(pow) UNROLLED_FUNCTION2(fmod) UNROLLED_FUNCTION2(fmin) UNROLLED_FUNCTION2(fmax)
UNROLLED_FUNCTION2(atan2) UNROLLED_FUNCTION2(hypot) UNROLLED_FUNCTION2(copysign)
extern "C" double fma(double, double, double);
extern "C" float fmaf(float, float, float);
extern "C" int abs(int);
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
inline float abs(float x) { return fabsf(x); }
inline double abs(double x) { return fabs(x); }
inline long abs(long x) { return x < 0 ? -x : x; }
inline long long abs(long long x) { return x < 0 ? -x : x; }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
template <class T> bool isnan(T x) { return __builtin_isnan(x); }
template <class T> bool isinf(T x) { return __builtin_isinf(x); }
template <class T> bool isfinite(T x) { return __builtin_isfinite(x); }
#define UNROLLED_MIN_MAX(A, B, T)                                                                                      \
    inline T min(A x, B y) { T a = x, b = y; return b < a ? b : a; }                                                   \
    inline T max(A x, B y) { T a = x, b = y; return a < b ? b : a; }
UNROLLED_MIN_MAX(int, int, int)
UNROLLED_MIN_MAX(unsigned, unsigned, unsigned)
UNROLLED_MIN_MAX(int, unsigned, unsigned)
UNROLLED_MIN_MAX(unsigned, int, unsigned)
UNROLLED_MIN_MAX(long, long, long)
UNROLLED_MIN_MAX(unsigned long, unsigned long, unsigned long)
UNROLLED_MIN_MAX(long long, long long, long long)
UNROLLED_MIN_MAX(unsigned long long, unsigned long long, unsigned long long)
#undef UNROLLED_MIN_MAX
#define UNROLLED_MIN_MAX(A, B)                                                                                         \
    inline decltype(A() + B()) min(A a, B b) { return fmin(a, b); }                                                    \
    inline decltype(A() + B()) max(A a, B b) { return fmax(a, b); }
inline double fmin(float x, double y) { return fmin(double(x), y); }
inline double fmin(double x, float y) { return fmin(x, double(y)); }
inline double fmax(float x, double y) { return fmax(double(x), y); }
inline double fmax(double x, float y) { return fmax(x, double(y)); }
UNROLLED_MIN_MAX(float, float)
UNROLLED_MIN_MAX(float, double)
UNROLLED_MIN_MAX(double, float)
UNROLLED_MIN_MAX(double, double)

// Intrinsics: of the accuracy of the C library, which is better than a GPU's.
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __saturatef(float x) { return fminf(fmaxf(x, 0.0f), 1.0f); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x ? __builtin_clz(unsigned(x)) : 32; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __mulhi(int x, int y) { return int((long long)x * y >> 32); }
inline unsigned __umulhi(unsigned x, unsigned y) { return unsigned((unsigned long long)x * y >> 32); }
inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
inline int __float2int_rn(float x) { return int(rintf(x)); }
inline int __float2int_rd(float x) { return int(floorf(x)); }
inline float __int2float_rn(int x) { return float(x); }

// Where the runtime meets the kernel.
extern "C" struct UnrolledParameter {
    int pointer, constant, kind, size;  // kind: as in NumPy's dtypes, of what a pointer points to; V: a struct; v: void
};

namespace unrolled {
template <class T> struct Kind { static constexpr int kind = 'V', size = sizeof(T); };
template <> struct Kind<void> { static constexpr int kind = 'v', size = 1; };
template <> struct Kind<bool> { static constexpr int kind = 'b', size = 1; };
#define UNROLLED_KIND(T, letter)                                                                                       \
    template <> struct Kind<T> { static constexpr int kind = letter, size = sizeof(T); };
UNROLLED_KIND(float, 'f') UNROLLED_KIND(double, 'f') UNROLLED_KIND(char, 'i') UNROLLED_KIND(signed char, 'i')
UNROLLED_KIND(short, 'i') UNROLLED_KIND(int, 'i') UNROLLED_KIND(long, 'i') UNROLLED_KIND(long long, 'i')
UNROLLED_KIND(unsigned char, 'u') UNROLLED_KIND(unsigned short, 'u') UNROLLED_KIND(unsigned, 'u')
UNROLLED_KIND(unsigned long, 'u') UNROLLED_KIND(unsigned long long, 'u')

template <class T> struct Described { static constexpr UnrolledParameter value{0, 0, Kind<T>::kind, Kind<T>::size}; };
template <class T> struct Described<T *> {
    static constexpr UnrolledParameter value{1, 0, Kind<T>::kind, Kind<T>::size};
};
template <class T> struct Described<const T *> {
    static constexpr UnrolledParameter value{1, 1, Kind<T>::kind, Kind<T>::size};
};
template <class T> struct Described<T *__restrict__> : Described<T *> {};

template <class... P> UNROLLED_UNCHECKED int describe(void (*)(P...), UnrolledParameter *out) {
    const UnrolledParameter all[] = {Described<P>::value..., {}};
    for (unsigned i = 0; i < sizeof...(P); ++i) out[i] = all[i];
    return sizeof...(P);
}
struct Run {  // braces, for with them arguments are evaluated from left to right
    template <class... P> Run(void (*kernel)(P...), P... values) { kernel(values...); }
};
template <class... P> UNROLLED_UNCHECKED void call(void (*kernel)(P...), void **arguments) {
    Run{kernel, *static_cast<P *>(*arguments++)...};
}
}  // namespace unrolled

#define UNROLLED_LAUNCHER(kernel)                                                                                      \
    extern "C" UNROLLED_UNCHECKED int unrolled_describe(UnrolledParameter *out) {                                      \
        return unrolled::describe(kernel, out);                                                                        \
    }                                                                                                                  \
    extern "C" UNROLLED_UNCHECKED void unrolled_call(void **arguments) { unrolled::call(kernel, arguments); }
