// Interrupts and crashes while a kernel runs.
#pragma once

#include "state.hpp"

namespace {

void on_signal(int signal, siginfo_t *, void *) {
    if (!pthread_equal(pthread_self(), launcher)) {
        pthread_kill(launcher, signal);
    } else if (signal == SIGINT && !in_kernel) {
        interrupted = 1;  // the scheduler will see it
    } else {
        fail(signal == SIGINT ? kInterrupted : kCrash, whoever(current, 0));
    }
}

constexpr int kSignals[] = {SIGINT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

class Signals {  // ours while a kernel runs, for Python's own do nothing before it has ended
  public:
    Signals() {
        stack_t stack{};
        stack.ss_sp = spare_;
        stack.ss_size = sizeof spare_;
        sigaltstack(&stack, &old_stack_);
        struct sigaction ours {};
        ours.sa_sigaction = on_signal;
        ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
        for (int i = 0; i < 5; ++i) sigaction(kSignals[i], &ours, &old_[i]);
        pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    }
    void restore() {
        for (int i = 0; i < 5; ++i) sigaction(kSignals[i], &old_[i], nullptr);
        sigaltstack(&old_stack_, nullptr);
        pthread_sigmask(SIG_SETMASK, &mask_, nullptr);  // a handler that was left has its signal blocked
    }

  private:
    alignas(16) char spare_[32 << 10];
    stack_t old_stack_;
    struct sigaction old_[5];
    sigset_t mask_;
};

}  // namespace
