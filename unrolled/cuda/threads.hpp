// Threads of a block as fibers, and the barriers at which they meet.
#pragma once

#include "state.hpp"

namespace {

// Switch without the system call of swapcontext, which serves to begin a fiber only.
void suspend(State state, unsigned line) {
    current->state = state;
    current->line = line;
    in_kernel = 0;
    if (!_setjmp(current->fiber->place)) _longjmp(scheduler, 1);
}

void live() {
    Fiber *me = newborn;
    if (!_setjmp(me->place)) setcontext(&creator);
    for (;;) {
        launch.call(launch.arguments);
        current->state = kEnded;
        current->fiber = nullptr;
        Thread *next = current + 1;  // goes on in the same fiber, if it has not begun
        if (next < threads + thread_count && next->state == kReady && !next->fiber) {
            next->fiber = me;
            current = next;
            threadIdx = positions[number(current)];
            continue;
        }
        in_kernel = 0;
        idle.push_back(me);
        if (!_setjmp(me->place)) _longjmp(scheduler, 1);
    }
}

Fiber *idle_fiber() {
    if (idle.empty()) {
        Fiber *fiber = newborn = new Fiber;
        fiber->stack = stacks + fibers.size() * kStack;
        mprotect(fiber->stack, kPage, PROT_NONE);  // so that running over is noticed
        ucontext_t context;
        getcontext(&context);
        context.uc_stack.ss_sp = fiber->stack + kPage;
        context.uc_stack.ss_size = kStack - kPage;
        context.uc_link = nullptr;
        makecontext(&context, live, 0);
        swapcontext(&creator, &context);
        fibers.push_back(fiber);
        return fiber;
    }
    Fiber *fiber = idle.back();
    idle.pop_back();
    return fiber;
}

void resume(Thread &thread) {
    if (interrupted) fail(kInterrupted, whoever(&thread, 0));
    if (!thread.fiber) thread.fiber = idle_fiber();
    current = &thread;
    threadIdx = positions[number(&thread)];
    if (!_setjmp(scheduler)) {
        in_kernel = 1;
        _longjmp(thread.fiber->place, 1);
    }
}

// ---- barriers

unsigned existing_lanes(unsigned warp) {
    const unsigned count = std::min(kWarp, thread_count - warp * kWarp);
    return count == kWarp ? ~0u : (1u << count) - 1;
}

// Let those lanes of a warp go on that wait for each other and have all arrived; tell whether there were any.
bool release_warp(unsigned warp) {
    Thread *lanes = threads + warp * kWarp;
    bool released = false;
    for (unsigned lane = 0; lane < kWarp && warp * kWarp + lane < thread_count; ++lane) {
        const Thread &first = lanes[lane];
        if (first.state != kAtWarp) continue;
        const unsigned mask = (first.mask | 1u << lane) & existing_lanes(warp), line = first.line;
        unsigned arrived = 0, epoch = 0;
        for (unsigned i = 0; i < kWarp; ++i)
            if (mask >> i & 1 && lanes[i].state == kAtWarp && lanes[i].line == line && lanes[i].mask == first.mask)
                arrived |= 1u << i, epoch = std::max(epoch, lanes[i].warp_epoch);
        if (arrived != mask) continue;
        for (unsigned i = 0; i < kWarp; ++i)
            if (mask >> i & 1) {
                lanes[i].state = kReady;
                lanes[i].published = lanes[i].offered;
                lanes[i].warp_epoch = epoch;
            }
        released = true;
    }
    return released;
}

[[noreturn]] void fail_divergent() {
    Thread *waiting = std::find_if(threads, threads + thread_count, [](Thread &t) { return t.state == kAtWarp; });
    if (waiting != threads + thread_count) {
        Thread *lanes = threads + number(waiting) / kWarp * kWarp;
        for (unsigned i = 0; i < kWarp; ++i) {
            const Thread &lane = lanes[i];
            if (&lane - threads >= thread_count || !(waiting->mask >> i & 1) || &lane == waiting) continue;
            if (lane.state == kAtWarp && lane.line == waiting->line && lane.mask == waiting->mask) continue;
            report->other = whoever(&lane, lane.state == kEnded ? 0 : lane.line);
            report->a = lane.state;
            break;
        }
        fail(kDivergentWarp, whoever(waiting, waiting->line));
    }
    waiting = std::find_if(threads, threads + thread_count, [](Thread &t) { return t.state == kAtBarrier; });
    Thread *other = std::find_if(threads, threads + thread_count, [waiting](Thread &t) {
        return t.state == kEnded || t.line != waiting->line;
    });
    report->other = whoever(other, other->state == kEnded ? 0 : other->line);
    report->a = other->state;
    fail(kDivergentBarrier, whoever(waiting, waiting->line));
}

void run_block() {
    first_segment = ++segment;
    if (segment >> kSegmentBits) fail(kCrash, whoever(threads, 0));
    first_segments.push_back(uint32_t(segment));
    for (unsigned i = 0; i < thread_count; ++i) threads[i] = Thread{};
    for (;;) {
        unsigned ended = 0, at_barrier = 0;
        for (Thread *thread = threads; thread != threads + thread_count; ++thread) {
            if (thread->state == kReady) resume(*thread);
            ended += thread->state == kEnded;
            at_barrier += thread->state == kAtBarrier && thread->line == threads->line;
        }
        if (unset_read.problem && ended + at_barrier == thread_count) fail(kUninitialised, unset_read.me);
        if (ended == thread_count) return;
        bool released = false;
        if (at_barrier == thread_count) {
            ++segment;
            barrier_count = 0;
            for (unsigned i = 0; i < thread_count; ++i) {
                barrier_count += threads[i].predicate != 0;
                threads[i].state = kReady;
                threads[i].warp_epoch = 0;
            }
            released = true;
        } else {
            for (unsigned warp = 0; warp * kWarp < thread_count; ++warp) released |= release_warp(warp);
        }
        if (!released) fail_divergent();
    }
}

}  // namespace
