// Runs the blocks of a launch, one after another, each thread as a fiber; sees every access to memory.
//
// A kernel is compiled with the compiler's instrumentation for its thread and undefined-behaviour sanitizers, but
// linked with this file in place of their libraries: the functions __tsan_* and __ubsan_* of hooks.hpp are ours. Arrays
// lie in windows of address space so far apart that a wrong index, even one of 32 bits, does not reach the next array.
//
// Races are found as in HiRace (Jacobson, Burtscher, Gopalakrishnan 2024): every element has a cell that remembers its
// last write and one read, as stamps of who, when and where. Two accesses are ordered if a barrier lies between them.
#include "hooks.hpp"
#include "signals.hpp"

namespace {

bool prepare() {
    for (unsigned i = 0; i < launch.arrays; ++i) {
        Memory &memory = launch.memories[i];
        Region &region = regions[i];
        region.start = kWindows + (uintptr_t(i) << kWindowBits) + kMiddle;
        region.bytes = memory.bytes;
        region.constant = memory.constant;
        if (!fresh(region.start, memory.bytes)) return region.start = 0, false;
        memcpy(reinterpret_cast<void *>(region.start), memory.data, memory.bytes);
    }
    Region &dynamic = regions[kDynamicShared];
    dynamic.start = kWindows + (uintptr_t(kDynamicShared) << kWindowBits) + kMiddle;
    dynamic.bytes = launch.dynamic_shared;
    dynamic.shared = true;
    if (!fresh(dynamic.start, dynamic.bytes)) return dynamic.start = 0, false;
    for (unsigned i = 0; i < launch.variables; ++i) {
        const Memory &memory = launch.memories[launch.arrays + i];
        Region region;
        region.start = uintptr_t(memory.data);
        region.bytes = memory.bytes;
        region.constant = memory.constant;
        region.shared = memory.shared;
        variables.push_back(region);
    }
    if (!stacks) stacks = static_cast<char *>(fresh(0, kMostThreads * kStack));
    return stacks;
}

void count_unwritten() {
    for (unsigned i = 0; i < launch.arrays; ++i) {
        const Region &region = regions[i];
        Memory &memory = launch.memories[i];
        if (region.constant) continue;
        memory.unwritten = region.bytes;
        for (uint64_t cell = 0; region.cells && cell < region.bytes >> region.shift; ++cell)
            memory.unwritten -= uint64_t(region.cells[cell].write.is_set()) << region.shift;
    }
}

void clean_up() {
    const auto release = [](Region &region) {
        if (region.cells) munmap(region.cells, region.cell_bytes);
        region.cells = nullptr;
    };
    for (Region &region : regions) {
        if (region.start) munmap(reinterpret_cast<void *>(region.start), std::max<uint64_t>(region.bytes, 1));
        release(region);
        region = Region{};
    }
    for (Region &region : variables) release(region);
    variables.clear();
    first_segments.clear();
    if (report->problem) {  // their fibers stand somewhere in a kernel
        for (Fiber *fiber : fibers) delete fiber;
        fibers.clear();
        idle.clear();
    }
}

void run_grid() {
    const uint64_t blocks = uint64_t(launch.grid.x) * launch.grid.y * launch.grid.z;
    for (uint64_t block = 0; block < blocks; ++block) {
        blockIdx = block_position(block);
        run_block();
    }
}

}  // namespace

extern "C" {

uintptr_t unrolled_window(unsigned slot) { return kWindows + (uintptr_t(slot) << kWindowBits) + kMiddle; }

// Run a launch on copies of its arrays; without a problem, copy back those that a kernel may write.
int unrolled_launch(const Launch *wanted, Report *out) {
    launch = *wanted;
    report = out;
    *report = unset_read = Report{};
    blockDim = launch.block;
    gridDim = launch.grid;
    thread_count = launch.block.x * launch.block.y * launch.block.z;
    for (unsigned i = 0; i < thread_count; ++i)
        positions[i] = {i % launch.block.x, i / launch.block.x % launch.block.y, i / launch.block.x / launch.block.y};
    launcher = pthread_self();
    segment = interrupted = in_kernel = 0;
    bool enough_memory = prepare();
    Signals signals;
    if (enough_memory && !_setjmp(finish)) run_grid();
    signals.restore();
    fflush(stdout);
    if (enough_memory && !report->problem) {
        count_unwritten();
        for (unsigned i = 0; i < launch.arrays; ++i)
            if (!regions[i].constant)
                memcpy(launch.memories[i].data, reinterpret_cast<void *>(regions[i].start), regions[i].bytes);
    }
    clean_up();
    return enough_memory ? 0 : -1;
}

}  // extern "C"
