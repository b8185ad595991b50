// What kernels call: the functions that device.hpp declares, and those that the compiler puts in for each access.
#pragma once

#include "memory.hpp"
#include "threads.hpp"

extern "C" {

void unrolled_barrier(unsigned line) {
    current->predicate = 0;
    suspend(kAtBarrier, line);
}
int unrolled_barrier_count(unsigned line, int predicate) {
    current->predicate = predicate;
    suspend(kAtBarrier, line);
    return int(barrier_count);
}
unsigned unrolled_lane() { return number(current) % kWarp; }
unsigned unrolled_active_mask() {
    const unsigned warp = number(current) / kWarp;
    unsigned mask = existing_lanes(warp);
    for (unsigned i = 0; i < kWarp; ++i)
        if (mask >> i & 1 && threads[warp * kWarp + i].state == kEnded) mask &= ~(1u << i);
    return mask;
}
unsigned long long unrolled_exchange(unsigned line, unsigned mask, unsigned long long value, int source) {
    current->offered = value;
    current->mask = mask;
    suspend(kAtWarp, line);
    const unsigned warp = number(current) / kWarp;
    if (!((mask | 1u << unrolled_lane()) & existing_lanes(warp) & 1u << source)) {
        report->a = source;
        fail(kMissingLane, whoever(current, line));
    }
    return threads[warp * kWarp + unsigned(source)].published;
}
unsigned unrolled_ballot(unsigned line, unsigned mask, int predicate) {
    current->offered = predicate != 0;
    current->mask = mask;
    suspend(kAtWarp, line);
    const unsigned warp = number(current) / kWarp;
    unsigned votes = 0;
    for (unsigned i = 0; i < kWarp; ++i)
        if (mask & existing_lanes(warp) & 1u << i) votes |= unsigned(threads[warp * kWarp + i].published) << i;
    return votes;
}
void unrolled_syncwarp(unsigned line, unsigned mask) {
    current->mask = mask;
    suspend(kAtWarp, line);
    // all lanes leave with the same epoch, so that all go on to the same next one
    if (current->warp_epoch < kLastWarpEpoch) ++current->warp_epoch;
}
void unrolled_atomic(const void *address, unsigned size, const void *from) { access(address, size, kAtomic, from); }
void unrolled_assertion(unsigned line, const char *text) {
    snprintf(report->text, sizeof report->text, "%s", text);
    fail(kAssertion, whoever(current, line));
}

// ---- what the compiler calls

#define UNROLLED_ACCESS(size)                                                                                          \
    void __tsan_read##size(const void *p) { access(p, size, kRead, __builtin_return_address(0)); }                     \
    void __tsan_write##size(const void *p) { access(p, size, kWrite, __builtin_return_address(0)); }                   \
    void __tsan_unaligned_read##size(const void *p) { access(p, size, kRead, __builtin_return_address(0)); }           \
    void __tsan_unaligned_write##size(const void *p) { access(p, size, kWrite, __builtin_return_address(0)); }
UNROLLED_ACCESS(1)
UNROLLED_ACCESS(2)
UNROLLED_ACCESS(4)
UNROLLED_ACCESS(8)
UNROLLED_ACCESS(16)
void __tsan_read_range(const void *p, size_t n) { access(p, unsigned(n), kRead, __builtin_return_address(0)); }
void __tsan_write_range(const void *p, size_t n) { access(p, unsigned(n), kWrite, __builtin_return_address(0)); }
void __tsan_init() {}

struct Location { const char *file; uint32_t line, column; };
struct Type { uint16_t kind, info; char name[1]; };
struct Overflow { Location location; const Type *type; };
struct Bounds { Location location; const Type *array, *index; };
struct Mismatch { Location location; const Type *type; unsigned char log_alignment, check; };

static int64_t value_of(const Type *type, uintptr_t bits) {
    const unsigned width = 1u << (type->info >> 1);
    if (width >= 64 || !(type->info & 1)) return int64_t(bits);
    return int64_t(bits << (64 - width)) >> (64 - width);
}
static void operation(Overflow *what, uintptr_t a, char sign, uintptr_t b) {
    report->a = value_of(what->type, a);
    report->b = value_of(what->type, b);
    report->unit = sign;
    snprintf(report->text, sizeof report->text, "%s", what->type->name);
    fail(sign == '/' ? kDivision : kOverflow, whoever(current, what->location.line));
}
void __ubsan_handle_add_overflow(Overflow *what, uintptr_t a, uintptr_t b) { operation(what, a, '+', b); }
void __ubsan_handle_sub_overflow(Overflow *what, uintptr_t a, uintptr_t b) { operation(what, a, '-', b); }
void __ubsan_handle_mul_overflow(Overflow *what, uintptr_t a, uintptr_t b) { operation(what, a, '*', b); }
void __ubsan_handle_negate_overflow(Overflow *what, uintptr_t a) { operation(what, 0, '-', a); }
void __ubsan_handle_divrem_overflow(Overflow *what, uintptr_t a, uintptr_t b) { operation(what, a, '/', b); }
void __ubsan_handle_out_of_bounds(Bounds *what, uintptr_t index) {
    report->a = value_of(what->index, index);
    snprintf(report->text, sizeof report->text, "%s", what->array->name);
    fail(kStaticBounds, whoever(current, what->location.line));
}
void __ubsan_handle_type_mismatch_v1(Mismatch *what, uintptr_t address) {
    describe(*report, region_of(address), address, 1u << what->log_alignment);
    snprintf(report->text, sizeof report->text, "%s", what->type->name);
    fail(kMisaligned, whoever(current, what->location.line));
}

}  // extern "C"
