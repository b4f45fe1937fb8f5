// The scheduler behind emulation.h.
#include "emulation.h"

#include <deque>
#include <setjmp.h>
#include <ucontext.h>
#include <vector>

Index3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {
namespace {

constexpr size_t STACK = 64 * 1024;

/** A thread of the block. It lives on from block to block; jumps, which leave the signal mask alone, are its cheap switches. */
struct Fiber {
    std::vector<char> stack;
    jmp_buf place;
    bool entered = false;
    bool finished = true;
};

Kernel* kernels = nullptr;
jmp_buf scheduler;
std::deque<Fiber> fibers;
Fiber* current = nullptr;
const Kernel* running = nullptr;
void** runningArguments = nullptr;

void giveWay() {
    if (_setjmp(current->place) == 0) {
        _longjmp(scheduler, 1);
    }
}

void runThreads() {
    for (;;) {
        running->call(runningArguments);
        current->finished = true;
        giveWay();
    }
}

/** Lets the current thread run up to its next barrier or its end. */
__attribute__((noinline)) void resume() {
    if (_setjmp(scheduler) != 0) {
        return;
    }
    if (current->entered) {
        _longjmp(current->place, 1);
    }
    current->entered = true;
    current->stack.resize(STACK);
    ucontext_t start;
    getcontext(&start);
    start.uc_stack.ss_sp = current->stack.data();
    start.uc_stack.ss_size = current->stack.size();
    start.uc_link = nullptr;
    makecontext(&start, runThreads, 0);
    setcontext(&start);
}

Index3 indexOf(unsigned thread) {
    return {thread % blockDim.x, thread / blockDim.x % blockDim.y, thread / (blockDim.x * blockDim.y)};
}

/** Runs every thread up to its next barrier or its end; returns how many are not at an end. */
unsigned runPhase(unsigned threads, bool backwards) {
    unsigned waiting = 0;
    for (unsigned i = 0; i < threads; i++) {
        const unsigned thread = backwards ? threads - 1 - i : i;
        current = &fibers[thread];
        if (!current->finished) {
            threadIdx = indexOf(thread);
            resume();
            waiting += !current->finished;
        }
    }
    return waiting;
}

/** False if some threads have ended while others wait at a barrier. */
bool runBlock(unsigned threads, bool backwards) {
    for (unsigned thread = 0; thread < threads; thread++) {
        fibers[thread].finished = false;
    }
    unsigned waiting;
    while ((waiting = runPhase(threads, backwards)) == threads) {
    }
    return waiting == 0;
}

} // namespace

Kernel::Kernel(const char* kernelName, void (*kernelCall)(void**)) : name(kernelName), call(kernelCall), next(kernels) {
    kernels = this;
}

} // namespace emulation

void __syncthreads() {
    emulation::giveWay();
}

/** What a thread brings to a product of its warp: it holds its parts of the matrices as PTX lays down for m16n8k8. */
struct Piece {
    float* d;
    float a[4];
    float b[2];
};

/** The last thread of a warp to come multiplies for all. */
void multiplyPiece(float* d, const unsigned* a, const unsigned* b) {
    static Piece pieces[1024];
    static unsigned arrived[32];
    const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x;
    // Of a tf32 operand 10 bits behind the point are read.
    const auto operand = [](unsigned bits) { return __uint_as_float(bits & 0xffffe000u); };
    pieces[thread] = {d, {operand(a[0]), operand(a[1]), operand(a[2]), operand(a[3])}, {operand(b[0]), operand(b[1])}};
    if (++arrived[thread / 32] == 32) {
        arrived[thread / 32] = 0;
        const Piece* warp = pieces + thread / 32 * 32;
        for (unsigned row = 0; row < 16; row++) {
            for (unsigned column = 0; column < 8; column++) {
                float* to = warp[row % 8 * 4 + column / 2].d + row / 8 * 2 + column % 2;
                double sum = *to;
                for (unsigned k = 0; k < 8; k++) {
                    sum += double(warp[row % 8 * 4 + k % 4].a[row / 8 + k / 4 * 2]) * warp[column * 4 + k % 4].b[k / 4];
                }
                *to = float(sum);
            }
        }
    }
    emulation::giveWay();
}

/**
 * Runs a kernel to its end. The threads of a block run in ascending order between two barriers, or in descending order: a kernel
 * whose results differ has a race.
 *
 * @return 0, or 1 for an unknown name, 2 for a barrier that not all threads of a block reach, 3 for a block that no GPU runs
 */
extern "C" int gk_launch(const char* name, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                         int backwards, void** arguments) {
    using namespace emulation;
    running = kernels;
    while (running != nullptr && strcmp(running->name, name) != 0) {
        running = running->next;
    }
    if (running == nullptr) {
        return 1;
    }
    const unsigned threads = blockX * blockY;
    if (threads == 0 || threads > 1024 || gridY > 65535 || gridZ > 65535) {
        return 3;
    }
    while (fibers.size() < threads) {
        fibers.emplace_back();
    }
    runningArguments = arguments;
    gridDim = {gridX, gridY, gridZ};
    blockDim = {blockX, blockY, 1};
    for (unsigned z = 0; z < gridZ; z++) {
        for (unsigned y = 0; y < gridY; y++) {
            for (unsigned x = 0; x < gridX; x++) {
                blockIdx = {x, y, z};
                if (!runBlock(threads, backwards != 0)) {
                    // Some are stuck in the kernel.
                    fibers.clear();
                    return 2;
                }
            }
        }
    }
    return 0;
}
