// What the parts of the runtime share: reports, launches, and the state of the launch that is running.
#pragma once

#include <algorithm>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

namespace {

constexpr uintptr_t kWindows = 0x100000000000, kWindowBits = 37, kMiddle = uintptr_t(1) << (kWindowBits - 1);
constexpr unsigned kSlots = 64, kDynamicShared = kSlots - 1;  // the last window is dynamic shared memory
constexpr size_t kStack = 256 << 10, kPage = 4096;
constexpr unsigned kMostThreads = 1024, kWarp = 32;
constexpr unsigned kPcBits = 18, kThreadBits = 10, kWarpEpochBits = 8, kSegmentBits = 27;
constexpr unsigned kThreadAt = 1 + kPcBits, kWarpEpochAt = kThreadAt + kThreadBits;
constexpr unsigned kSegmentAt = kWarpEpochAt + kWarpEpochBits;
constexpr unsigned kLastWarpEpoch = (1 << kWarpEpochBits) - 1;

enum Problem : int32_t {  // as in reports.py
    kNone, kOutOfBounds, kConstant, kRace, kUninitialised, kDivergentBarrier, kDivergentWarp, kStaticBounds, kOverflow,
    kDivision, kMisaligned, kAssertion, kCrash, kInterrupted, kMissingLane
};
enum Access : int32_t { kRead, kWrite, kAtomic };

struct Triple { uint32_t x, y, z; };
struct Who { Triple block, thread; uint32_t line; uint64_t pc; int32_t access; };
struct Report {
    int32_t problem = kNone, region = -1;
    int64_t index, unit;  // offset in bytes, size of the access
    Who me, other;
    int64_t a, b;
    char text[160];
};
struct Memory { char *data; uint64_t bytes; int32_t constant, shared; uint64_t unwritten; };
struct Launch {
    Triple grid, block;
    void (*call)(void **);
    void **arguments;
    Memory *memories;  // arrays, then the module's variables
    uint32_t arrays, variables;
    uint64_t dynamic_shared;
    uintptr_t base;  // of the module, from which places in the code count
};

// What one access leaves behind: when (segment: between two barriers of one block), who, where in the code. The bits are
// put together by hand, for this is where the time goes.
struct Stamp {
    uint64_t bits;
    bool is_set() const { return bits; }
    bool atomic() const { return bits & 1; }
    uint64_t pc() const { return bits >> 1 & ((1 << kPcBits) - 1); }
    unsigned thread() const { return bits >> kThreadAt & ((1 << kThreadBits) - 1); }
    unsigned warp_epoch() const { return bits >> kWarpEpochAt & ((1 << kWarpEpochBits) - 1); }
    uint64_t segment() const { return bits >> kSegmentAt; }
};
struct Cell { Stamp write, read; };
struct Region {
    uintptr_t start = 0;
    uint64_t bytes = 0;
    unsigned shift = 0;  // a cell stands for 1 << shift bytes
    bool constant = false, shared = false;
    Cell *cells = nullptr;
    uint64_t cell_bytes = 0;
};

struct Fiber { jmp_buf place; char *stack; };
enum State { kReady, kAtBarrier, kAtWarp, kEnded };
struct Thread {
    State state;
    Fiber *fiber;
    unsigned line, mask, warp_epoch;
    int predicate;
    uint64_t offered, published;
};

Launch launch;
Report *report;
Report unset_read;  // the first read of shared memory that nobody had written; a race, should somebody write it later
Region regions[kSlots];
std::vector<Region> variables;
Thread threads[kMostThreads];
Triple positions[kMostThreads];
unsigned thread_count;
Thread *current;
std::vector<Fiber *> fibers, idle;
char *stacks;
Fiber *newborn;
ucontext_t creator;
jmp_buf scheduler, finish;
volatile sig_atomic_t in_kernel, interrupted;
pthread_t launcher;
uint64_t segment, first_segment;       // of now, and of this block's beginning
std::vector<uint32_t> first_segments;   // of every block
unsigned barrier_count;

}  // namespace

extern "C" {
Triple threadIdx, blockIdx, blockDim, gridDim;
extern const int warpSize;
const int warpSize = kWarp;
}

namespace {

unsigned number(const Thread *thread) { return unsigned(thread - threads); }

Triple block_position(uint64_t block) {
    const Triple g = launch.grid;
    return {uint32_t(block % g.x), uint32_t(block / g.x % g.y), uint32_t(block / g.x / g.y)};
}

uint64_t offset_in_code(const void *from) { return from ? uintptr_t(from) - 1 - launch.base : 0; }

Who whoever(const Thread *thread, uint32_t line, const void *from = nullptr, Access access = kRead) {
    return {blockIdx, positions[number(thread)], line, offset_in_code(from), access};
}

[[noreturn]] void fail(Problem problem, Who me) {
    report->problem = problem;
    report->me = me;
    if (unset_read.problem && problem != kRace && problem != kInterrupted) *report = unset_read;  // the cause
    in_kernel = 0;
    _longjmp(finish, 1);
}

}  // namespace
