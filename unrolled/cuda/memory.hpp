// Arrays, shared memory and variables of the module, and what may be done with them.
#pragma once

#include "state.hpp"

namespace {

Region *region_of(uintptr_t address) {
    const uintptr_t slot = (address - kWindows) >> kWindowBits;
    if (slot < kSlots) return regions[slot].start ? &regions[slot] : nullptr;
    for (Region &region : variables)
        if (address - region.start < region.bytes) return &region;
    return nullptr;
}

int number(const Region *region) {
    if (!region) return -1;
    if (region >= regions && region < regions + kSlots) return int(region - regions);
    return kSlots + int(region - variables.data());
}

void *fresh(uintptr_t place, uint64_t bytes) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (place ? MAP_FIXED_NOREPLACE : 0);
    const uint64_t size = std::max<uint64_t>(bytes, 1);
    void *memory = mmap(reinterpret_cast<void *>(place), size, PROT_READ | PROT_WRITE, flags, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

bool add_cells(Region &region, unsigned shift) {
    region.shift = shift;
    region.cell_bytes = ((region.bytes >> shift) + 1) * sizeof(Cell);
    region.cells = static_cast<Cell *>(fresh(0, region.cell_bytes));
    return region.cells;
}

// Give every byte a cell of its own, for accesses to this memory are of more than one size.
void refine(Region &region) {
    in_kernel = 0;  // not to be interrupted halfway
    const Region old = region;
    if (!add_cells(region, 0)) fail(kCrash, whoever(current, 0));
    for (uint64_t i = 0; i < region.bytes; ++i) region.cells[i] = old.cells[i >> old.shift];
    munmap(old.cells, old.cell_bytes);
    in_kernel = 1;
}

// Can a past access, of this block or an earlier one, be at the same time as one of now?
inline bool concurrent(Stamp past, bool shared) {
    const uint64_t when = past.segment();
    if (when < segment) return when < first_segment && when && !shared;  // another block, or before a barrier
    if (past.thread() == number(current)) return false;
    if (past.thread() / kWarp != number(current) / kWarp) return true;
    return past.warp_epoch() >= current->warp_epoch && past.warp_epoch() < kLastWarpEpoch;
}

void describe(Report &out, const Region *region, uintptr_t address, unsigned size) {
    out.region = number(region);
    out.index = int64_t(address - (region ? region->start : 0));
    out.unit = size;
}

[[noreturn]] void fail_at(Problem problem, Region *region, uintptr_t address, unsigned size, Access how,
                          const void *from) {
    describe(*report, region, address, size);
    fail(problem, whoever(current, 0, from, how));
}

[[noreturn]] void race(Stamp past, Access was, Region *region, uintptr_t address, unsigned size, Access how,
                       const void *from) {
    const auto block = std::upper_bound(first_segments.begin(), first_segments.end(), past.segment()) - 1;
    report->other = {block_position(uint64_t(block - first_segments.begin())), positions[past.thread()], 0, past.pc(),
                     past.atomic() ? kAtomic : was};
    fail_at(kRace, region, address, size, how, from);
}

inline void access(const void *pointer, unsigned size, Access how, const void *from) {
    const uintptr_t address = uintptr_t(pointer);
    if (address - uintptr_t(stacks) < kMostThreads * kStack) return;  // a local variable
    Region *region = region_of(address);
    const uint64_t offset = region ? address - region->start : 0;
    if (!region || offset >= region->bytes || region->bytes - offset < size)
        fail_at(kOutOfBounds, region, address, size, how, from);
    if (region->constant) {
        if (how != kRead) fail_at(kConstant, region, address, size, how, from);
        return;
    }
    if (!region->cells) {  // of a variable whose type is not known: as wide as the first access
        if (!add_cells(*region, size <= 8 && !(size & (size - 1)) && !(offset & (size - 1)) ? __builtin_ctz(size) : 0))
            fail(kCrash, whoever(current, 0));
    } else if (((offset | size) & ((uint64_t(1) << region->shift) - 1)) != 0) {
        refine(*region);
    }
    const uint64_t pc = offset_in_code(from);
    const Stamp now{uint64_t(how == kAtomic) | (pc >> kPcBits ? 0 : pc << 1) | uint64_t(number(current)) << kThreadAt |
                    uint64_t(current->warp_epoch) << kWarpEpochAt | segment << kSegmentAt};
    const Cell *last = region->cells + ((offset + size - 1) >> region->shift);
    for (Cell *cell = region->cells + (offset >> region->shift); cell <= last; ++cell) {
        if (region->shared && how != kWrite && cell->write.segment() < first_segment && !unset_read.problem) {
            unset_read.problem = kUninitialised;
            describe(unset_read, region, address, size);
            unset_read.me = whoever(current, 0, from, how);
        }
        const bool after_write = concurrent(cell->write, region->shared);
        if (after_write && !(how == kAtomic && cell->write.atomic()))
            race(cell->write, kWrite, region, address, size, how, from);
        if (how == kRead) {
            if (!concurrent(cell->read, region->shared)) cell->read = now;  // the first reader of a segment stays
        } else {
            if (concurrent(cell->read, region->shared)) race(cell->read, kRead, region, address, size, how, from);
            // the first of several atomic writers stays, and a plain write is not forgotten for an atomic one
            const bool weaker = how == kAtomic && cell->write.segment() == segment && !cell->write.atomic();
            if (!after_write && !weaker) cell->write = now;
        }
    }
}

}  // namespace
