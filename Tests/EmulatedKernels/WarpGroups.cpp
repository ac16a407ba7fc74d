// Products of groups of four warps, wgmma: each thread makes the sums that are its own, from shared memory.
//
// They are made when they are waited for. Whoever changes an operand before that, by a copy that comes too early, is
// found out: a mark of the numbers is taken when the product is asked for.

#include <vector>

#include "Emulation.h"

namespace emulated {

namespace {

/// PTX ISA, "Matrix Descriptor Format" and "128B swizzling": number k of a line, whose pieces of 16 bytes change places
/// by the line's number in its group of eight, as the bits of the whole address tell it.
float number(WgmmaOperand operand, int line, int k) {
    const unsigned start = unsigned(operand & 0x3fff) << 4, eightLines = unsigned(operand >> 32 & 0x3fff) << 4;
    const unsigned plain = start + unsigned(line / 8) * eightLines + unsigned(line % 8) * 128 + unsigned(k) * 2;
    unsigned short bits;
    memcpy(&bits, dynamicShared + (plain ^ (plain >> 3 & 0x70)), sizeof bits);
    return __uint_as_float(unsigned(bits) << 16);
}

/// The first of the two rows, eight apart, of the 64 that are a thread's.
int firstRow() { return int(current->number) / 32 % 4 * 16 + lane() / 4; }

/// Of the numbers that a thread's sums are made of.
unsigned long long mark(WgmmaOperand a, WgmmaOperand b) {
    unsigned long long hash = 1469598103934665603ull;
    const auto take = [&](float x) { hash = (hash ^ __float_as_uint(x)) * 1099511628211ull; };
    for (int k = 0; k < 16; ++k) {
        for (int half = 0; half < 2; ++half) take(number(a, firstRow() + 8 * half, k));
        for (int column = lane() % 4 * 2; column < 128; column += 8) {
            take(number(b, column, k));
            take(number(b, column + 1, k));
        }
    }
    return hash;
}

void multiply(const Thread::Product &product) {
    float left[2][16];
    for (int half = 0; half < 2; ++half) {
        for (int k = 0; k < 16; ++k) left[half][k] = number(product.a, firstRow() + 8 * half, k);
    }
    for (int j = 0; j < 32; ++j) {
        const int column = j / 2 * 8 + lane() % 4 * 2 + j % 2;
        float sums[2] = {0, 0};
        for (int k = 0; k < 16; ++k) {
            const float right = number(product.b, column, k);
            for (int half = 0; half < 2; ++half) sums[half] += left[half][k] * right;
        }
        for (int half = 0; half < 2; ++half) {
            float &sum = product.sums[j / 2 * 4 + half * 2 + j % 2];
            sum = product.added ? sum + sums[half] : sums[half];
        }
    }
}

}  // namespace

void waitForProducts(int pending) {
    Thread &thread = *current;
    const int groups = thread.productGroupCount > pending ? thread.productGroupCount - pending : 0;
    if (groups == 0) return;
    const int done = thread.productGroupEnds[groups - 1];
    for (int i = 0; i < done; ++i) {
        const Thread::Product &product = thread.products[i];
        if (mark(product.a, product.b) != product.mark) fault("An operand of wgmma changed before it was waited for.");
        multiply(product);
    }
    for (int i = done; i < thread.productCount; ++i) thread.products[i - done] = thread.products[i];
    for (int i = groups; i < thread.productGroupCount; ++i) {
        thread.productGroupEnds[i - groups] = thread.productGroupEnds[i] - done;
    }
    thread.productCount -= done;
    thread.productGroupCount -= groups;
}

}  // namespace emulated

using namespace emulated;

namespace {

/// What a CopyBarrier's eight bytes are.
struct Phases {
    unsigned ended;
    unsigned short missing, count;   // arrivals: of this phase still, of each

    void arrive() {
        if (--missing > 0) return;
        ended += 1;
        missing = count;
    }
};
static_assert(sizeof(Phases) == sizeof(CopyBarrier), "a barrier has eight bytes");

Phases &phases(CopyBarrier *barrier) { return *reinterpret_cast<Phases *>(barrier); }

/// Copies that arrive as late as they can: when their barrier is waited for and cannot do without them.
struct Arrival {
    CopyBarrier *barrier;
    std::vector<Thread::Copy> copies;   // of whatever number of bytes, zeros behind it up to sixteen
    bool isBulk;
};
std::vector<Arrival> arrivals;

/// Lets as many copies arrive as a phase lacks, if so many are on their way.
void letArrive(CopyBarrier *barrier) {
    const auto isIts = [&](const Arrival &each) { return each.barrier == barrier; };
    const int missing = phases(barrier).missing;
    if (std::count_if(arrivals.begin(), arrivals.end(), isIts) < missing) return;
    for (int i = 0; i < missing; ++i) {
        const auto first = std::find_if(arrivals.begin(), arrivals.end(), isIts);
        for (const Thread::Copy &copy : first->copies) {
            if (copy.bytes < 16) memset(copy.to, 0, 16);
            memcpy(copy.to, copy.from, size_t(copy.bytes));
        }
        arrivals.erase(first);
        phases(barrier).arrive();
    }
}

/// Lets other threads go on until `isOver`.
template <typename Condition> void waitUntil(Condition isOver, const char *sentence) {
    for (int turns = 0; !isOver(); ++turns) {
        if (!pause() || turns > 1 << 20) return fault(sentence);
    }
}

struct GroupMeeting { unsigned there, turn; };
GroupMeeting meetings[16];

}  // namespace

void copy_barrier_make(CopyBarrier *barrier, unsigned count) {
    phases(barrier) = {0, (unsigned short)count, (unsigned short)count};
    const auto isIts = [&](const Arrival &each) { return each.barrier == barrier; };
    arrivals.erase(std::remove_if(arrivals.begin(), arrivals.end(), isIts), arrivals.end());
    for (GroupMeeting &each : meetings) each.there = 0;
}

void copy_bulk(void *shared, const void *global, unsigned bytes, CopyBarrier *barrier) {
    const size_t places = reinterpret_cast<size_t>(shared) | reinterpret_cast<size_t>(global) | bytes;
    if (places % 16 != 0) return fault("A bulk copy is not of 16 aligned bytes.");
    for (const Arrival &each : arrivals) {
        if (each.isBulk && each.barrier == barrier) return fault("A barrier has a bulk copy already.");
    }
    arrivals.push_back({barrier, {{shared, global, int(bytes)}}, true});
}

void copy_async_arrive(CopyBarrier *barrier) {
    Thread &thread = *current;
    if (thread.groupCount > 0) return fault("Copies that arrive at a barrier stand behind a group of others.");
    arrivals.push_back({barrier, {thread.copies, thread.copies + thread.copyCount}, false});
    thread.copyCount = 0;
}

void copy_barrier_arrive(CopyBarrier *barrier, bool does) {
    if (does) phases(barrier).arrive();
}

void copy_barrier_wait(CopyBarrier *barrier, unsigned phase) {
    waitUntil(
        [&] {
            if (phases(barrier).ended % 2 == phase) letArrive(barrier);
            return phases(barrier).ended % 2 != phase;
        },
        "A barrier is waited for at which too few arrive.");
}

void group_barrier(int number) {
    GroupMeeting &meeting = meetings[number];
    const unsigned turn = meeting.turn;
    if (++meeting.there == 128) {
        meeting.there = 0;
        meeting.turn += 1;
    }
    waitUntil([&] { return meeting.turn != turn; }, "A group's barrier is waited for to which not all come.");
}

WgmmaOperand wgmma_operand(const char *tile, int k, int eight) {
    const size_t start = size_t(tile - dynamicShared);
    if (start % 128 != 0 || start >= 1 << 18) fault("A tile of wgmma begins at no multiple of 128 bytes.");
    return WgmmaOperand((start >> 4) + 2 * size_t(k)) | WgmmaOperand(eight >> 4) << 32 | WgmmaOperand(1) << 62;
}

void wgmma_m64n128k16_bf16(float d[64], WgmmaOperand a, WgmmaOperand b, bool added) {
    Thread &thread = *current;
    if (blockSize.x % 128 != 0) return fault("A product of a warp group needs all its 128 threads.");
    if (thread.productCount == Thread::productCapacity) return fault("Too many products wait.");
    thread.products[thread.productCount++] = {d, a, b, mark(a, b), added};
}

void wgmma_commit() {
    Thread &thread = *current;
    if (thread.productGroupCount == Thread::productCapacity) return fault("Too many groups of products wait.");
    thread.productGroupEnds[thread.productGroupCount++] = thread.productCount;
}
