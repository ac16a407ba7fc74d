// Products of groups of four warps, wgmma: each thread makes the sums that are its own, from shared memory.
//
// They are made when they are waited for. Whoever changes an operand before that, by a copy that comes too early, is
// found out: a mark of the numbers is taken when the product is asked for.

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

/// A copy that arrives when it is waited for; one at a time for each barrier.
struct BulkCopy {
    CopyBarrier *barrier;
    void *to;
    const void *from;
    unsigned bytes;
};
BulkCopy bulkCopies[16];

}  // namespace

void copy_barrier_make(CopyBarrier *barrier) {
    *barrier = 0;   // phases that have ended
    for (BulkCopy &copy : bulkCopies) {
        if (copy.barrier == barrier) copy.barrier = nullptr;
    }
}

void copy_bulk(void *shared, const void *global, unsigned bytes, CopyBarrier *barrier) {
    const size_t places = reinterpret_cast<size_t>(shared) | reinterpret_cast<size_t>(global) | bytes;
    if (places % 16 != 0) return fault("A bulk copy is not of 16 aligned bytes.");
    BulkCopy *room = nullptr;
    for (BulkCopy &copy : bulkCopies) {
        if (copy.barrier == barrier) return fault("A barrier has a bulk copy already.");
        if (copy.barrier == nullptr) room = &copy;
    }
    if (room == nullptr) return fault("Too many bulk copies wait.");
    *room = {barrier, shared, global, bytes};
}

void copy_barrier_wait(CopyBarrier *barrier, unsigned phase) {
    while (*barrier % 2 == phase) {
        for (BulkCopy &copy : bulkCopies) {
            if (copy.barrier != barrier) continue;
            memcpy(copy.to, copy.from, copy.bytes);
            copy.barrier = nullptr;
            ++*barrier;
            return;
        }
        // The thread that asks for it may not have come so far.
        if (!pause()) return fault("A bulk copy is waited for that nobody asks for.");
    }
}

WgmmaOperand wgmma_operand(const char *tile, int k) {
    const size_t start = size_t(tile - dynamicShared);
    if (start % 1024 != 0 || start >= 1 << 18) fault("A tile of wgmma begins at no multiple of 1024 bytes.");
    return WgmmaOperand((start >> 4) + 2 * size_t(k)) | WgmmaOperand(1024 >> 4) << 32 | WgmmaOperand(1) << 62;
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
