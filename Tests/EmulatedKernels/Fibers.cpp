// The threads of one block as fibers on one thread of the CPU: each runs until it has to wait for others.
//
// Which fibers can run is a set of bits; who waits leaves it and goes on with the next one in it, who comes last to a
// barrier or to a warp's meeting puts the others back.

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <utility>

#include "Emulation.h"
#include "Switch.h"

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

// All statically sized shared memory of all kernels lies in one section, whose ends the linker names.
extern "C" char __start_emulated_shared[] __attribute__((weak));
extern "C" char __stop_emulated_shared[] __attribute__((weak));

namespace emulated {

Thread *current;
Place block, blockSize, gridSize;
char *dynamicShared;

namespace {

const int mostThreads = 1024, mostWarps = mostThreads / 32;
const size_t stackSize = 128 << 10, mostShared = 227 << 10;

struct Warp {
    char slots[2][32 * slotSize];   // by turns: who is quick may be one meeting ahead of who still reads
    unsigned turn;
    int there;
    Whole whole;
};

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
Registration *registrations;
char *stacks;
Thread *threads;
Warp *warps;
uint64_t ready[mostThreads / 64];
int alive, waiting, votes[2];
unsigned votingTurn;
int order, status;
void *outside;
Call call;
void **callArguments;

int lanesOf(int warp) { return std::min(32, int(blockSize.x) - warp * 32); }

void wake(int thread) { ready[thread / 64] |= uint64_t(1) << thread % 64; }
void sleep(int thread) { ready[thread / 64] &= ~(uint64_t(1) << thread % 64); }
void wakeWarp(int warp) {
    const uint64_t bits = lanesOf(warp) == 32 ? 0xffffffffu : (1u << lanesOf(warp)) - 1;
    ready[warp / 2] |= bits << (warp % 2 * 32);
}

/// The next thread that can run, from the current one on; -1: none.
int nextReady() {
    const int words = (int(blockSize.x) + 63) / 64, from = current == nullptr ? 0 : int(current->number);
    const int word = from / 64;
    for (int i = 0; i <= words; ++i) {
        const int place = order == 0 ? (word + i) % words : (word - i + 2 * words) % words;
        uint64_t bits = ready[place];
        if (i == 0) bits &= order == 0 ? ~uint64_t(0) << from % 64 : ~uint64_t(0) >> (63 - from % 64);
        if (bits == 0) continue;
        return place * 64 + (order == 0 ? __builtin_ctzll(bits) : 63 - __builtin_clzll(bits));
    }
    return -1;
}

/// Goes on with another thread, or outside when none can run; returns when the current one can again.
void yield() {
    Thread *const left = current;
    const int next = nextReady();
    if (next == int(left->number)) return;
    if (next < 0) {
        if (alive > 0 && status == 0) status = 2;
        emulated_switch(&left->stack, outside);
    } else {
        current = &threads[next];
        emulated_switch(&left->stack, current->stack);
    }
}

void openBarrier() {
    waiting = 0;
    votingTurn ^= 1;
    votes[votingTurn] = 0;
    for (int thread = 0; thread < int(blockSize.x); ++thread) {
        if (threads[thread].stack != nullptr) wake(thread);
    }
}

void runBlock() {
    if (__start_emulated_shared != nullptr) {
        memset(__start_emulated_shared, 0xff, __stop_emulated_shared - __start_emulated_shared);
    }
    alive = int(blockSize.x);
    waiting = 0;
    votes[0] = votes[1] = 0;
    memset(ready, 0, sizeof ready);
    for (int thread = 0; thread < alive; ++thread) {
        Thread &fresh = threads[thread];
        fresh.place = {unsigned(thread), 0, 0};
        fresh.number = unsigned(thread);
        fresh.copyCount = fresh.groupCount = 0;
        fresh.productCount = fresh.productGroupCount = 0;
        // Ends of stacks lie apart, so that they do not all fight for the same lines of the cache.
        fresh.stack = prepared(stacks + (thread + 1) * stackSize - thread % 64 * 576);
        wake(thread);
    }
    for (int warp = 0; warp < (alive + 31) / 32; ++warp) warps[warp].there = 0;
    current = &threads[order == 0 ? 0 : alive - 1];
    emulated_switch(&outside, current->stack);
}

bool prepareMemory() {
    if (stacks != nullptr) return true;
    const size_t bytes = mostThreads * stackSize;
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return false;
    threads = static_cast<Thread *>(calloc(mostThreads, sizeof(Thread)));
    warps = static_cast<Warp *>(calloc(mostWarps, sizeof(Warp)));
    dynamicShared = static_cast<char *>(aligned_alloc(1024, mostShared + 1024 - mostShared % 1024));
    if (threads == nullptr || warps == nullptr || dynamicShared == nullptr) return false;
    stacks = static_cast<char *>(memory);
    return true;
}

}  // namespace

int barrier(int vote) {
    const unsigned turn = votingTurn;
    votes[turn] |= vote;
    if (++waiting == alive) {
        openBarrier();
    } else {
        sleep(int(current->number));
        yield();
    }
    return votes[turn];
}

bool pause() {
    Thread *const left = current;
    sleep(int(left->number));
    const int next = nextReady();
    wake(int(left->number));
    if (next < 0 || status != 0) return false;
    current = &threads[next];
    emulated_switch(&left->stack, current->stack);
    return true;
}

char *meet(const void *gift, size_t count, Whole whole) {
    const int number = int(current->number), lanes = lanesOf(number / 32);
    Warp &warp = warps[number / 32];
    char *const slots = warp.slots[warp.turn];
    if (count > 0) memcpy(slots + number % 32 * slotSize, gift, count);
    if (warp.there == 0) warp.whole = whole;
    if (warp.whole != whole) fault("Lanes of a warp do different things.");
    if (++warp.there == lanes) {
        if (whole != nullptr) whole(slots, lanes);
        warp.there = 0;
        warp.turn ^= 1;
        wakeWarp(number / 32);
    } else {
        sleep(number);
        yield();
    }
    return slots;
}

unsigned ballot(bool vote) {
    const char gift = vote;
    const char *slots = meet(&gift, 1, nullptr);
    unsigned votes = 0;
    for (int lane = 0; lane < lanesOf(int(current->number) / 32); ++lane) {
        votes |= unsigned(slots[lane * slotSize]) << lane;
    }
    return votes;
}

void fault(const char *sentence) {
    if (status == 0) fprintf(stderr, "Emulated kernel: %s\n", sentence);
    status = 4;
}

Registration::Registration(const Kernel *kernels, int count, int headSize)
    : kernels(kernels), count(count), headSize(headSize), next(registrations) {
    registrations = this;
}

}  // namespace emulated

using namespace emulated;

/// Where each fiber begins; it never returns.
extern "C" void emulated_begin() {
    call(callArguments);
    Thread *const done = current;
    emulated::sleep(int(done->number));
    alive -= 1;
    void *last = nullptr;
    done->stack = nullptr;
    if (alive > 0 && waiting == alive) openBarrier();
    const int next = nextReady();
    if (next < 0) {
        if (alive > 0 && status == 0) status = 2;
        emulated_switch(&last, outside);
    }
    current = &threads[next];
    emulated_switch(&last, current->stack);
}

extern "C" void emulated_set_order(int to) {
    pthread_mutex_lock(&lock);
    order = to;
    pthread_mutex_unlock(&lock);
}

extern "C" const char *emulated_kernel(int index, int *head_size) {
    for (Registration *each = registrations; each != nullptr; index -= each->count, each = each->next) {
        if (index >= each->count) continue;
        *head_size = each->headSize;
        return each->kernels[index].name;
    }
    return nullptr;
}

extern "C" int emulated_launch(
    const char *function, int head_size, unsigned gx, unsigned gy, unsigned gz, unsigned perBlock, size_t shared,
    void **arguments) {
    Call found = nullptr;
    for (Registration *each = registrations; each != nullptr; each = each->next) {
        for (int i = 0; i < each->count && each->headSize == head_size; ++i) {
            if (strcmp(each->kernels[i].name, function) == 0) found = each->kernels[i].call;
        }
    }
    if (found == nullptr) return 1;
    const bool isGrid = gx >= 1 && gx <= 2147483647u && gy >= 1 && gy <= 65535 && gz >= 1 && gz <= 65535;
    if (!isGrid || perBlock < 1 || perBlock > mostThreads || shared > mostShared) return 3;
    pthread_mutex_lock(&lock);
    status = prepareMemory() ? 0 : 3;
    call = found;
    callArguments = arguments;
    gridSize = {gx, gy, gz};
    blockSize = {perBlock, 1, 1};
    for (unsigned z = 0; z < gz; ++z) {
        for (unsigned y = 0; y < gy; ++y) {
            for (unsigned x = 0; x < gx && status == 0; ++x) {
                block = {x, y, z};
                memset(dynamicShared, 0xff, shared);
                runBlock();
            }
        }
    }
    const int result = status;
    pthread_mutex_unlock(&lock);
    return result;
}
