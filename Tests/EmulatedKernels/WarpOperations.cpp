// What a warp does together: products by tensor cores, matrices from shared memory, and copies that arrive later.

#include <utility>

#include "Emulation.h"

namespace emulated {

/// PTX ISA, "Matrix Fragments for mma.m16n8k16": which numbers of A [16, 16], B [16, 8] and C, D [16, 8] lie in which
/// registers of which lane. With g = lane / 4 and t = lane % 4: a0…a3 hold rows g, g + 8, g, g + 8 at columns 2t,
/// 2t + 1 (a2, a3: + 8); b0, b1 rows 2t, 2t + 1 (b1: + 8) of column g; c0, c1 row g and c2, c3 row g + 8 at columns
/// 2t, 2t + 1.
void multiply(char *slots, int lanes) {
    if (lanes != 32) fault("A product of a warp needs all 32 lanes.");
    float a[16][16], b[16][8], c[16][8];
    for (int lane = 0; lane < 32; ++lane) {
        const int g = lane / 4, t = lane % 4;
        const char *slot = slots + lane * slotSize;
        float sums[4];
        unsigned left[4], right[2];
        memcpy(sums, slot, 16);
        memcpy(left, slot + 16, 16);
        memcpy(right, slot + 32, 8);
        for (int half = 0; half < 2; ++half) {
            for (int i = 0; i < 4; ++i) {
                a[g + i % 2 * 8][2 * t + half + i / 2 * 8] = __uint_as_float(left[i] >> (16 * half) << 16);
            }
            for (int i = 0; i < 2; ++i) b[2 * t + half + i * 8][g] = __uint_as_float(right[i] >> (16 * half) << 16);
            for (int i = 0; i < 2; ++i) c[g + i * 8][2 * t + half] = sums[2 * i + half];
        }
    }
    for (int row = 0; row < 16; ++row) {
        float sums[8] = {};
        for (int inner = 0; inner < 16; ++inner) {
            for (int column = 0; column < 8; ++column) sums[column] += a[row][inner] * b[inner][column];
        }
        for (int column = 0; column < 8; ++column) c[row][column] += sums[column];
    }
    for (int lane = 0; lane < 32; ++lane) {
        const int g = lane / 4, t = lane % 4;
        const float sums[] = {c[g][2 * t], c[g][2 * t + 1], c[g + 8][2 * t], c[g + 8][2 * t + 1]};
        memcpy(slots + lane * slotSize, sums, 16);
    }
}

/// PTX ISA, ldmatrix: lane 8·m + r gives the address of row r of matrix m; each lane gets of each matrix the numbers
/// 2t, 2t + 1 of row g, or, turned, rows 2t, 2t + 1 of column g.
template <int matrices, bool turned> void loadMatrices(unsigned *to, const void *row) {
    if (lane() < 8 * matrices && reinterpret_cast<size_t>(row) % 16 != 0) fault("A row of ldmatrix is not aligned.");
    const char *slots = meet(&row, sizeof row, nullptr);
    const int g = lane() / 4, t = lane() % 4;
    for (int matrix = 0; matrix < matrices; ++matrix) {
        unsigned halves[2];
        for (int half = 0; half < 2; ++half) {
            const int line = turned ? 2 * t + half : g, column = turned ? g : 2 * t + half;
            const unsigned short *from;
            memcpy(&from, slots + (8 * matrix + line) * slotSize, sizeof from);
            halves[half] = from[column];
        }
        to[matrix] = halves[0] | halves[1] << 16;
    }
    meet(nullptr, 0, nullptr);   // nobody writes to the memory before all have read
}

template void loadMatrices<4, false>(unsigned *, const void *);
template void loadMatrices<2, false>(unsigned *, const void *);
template void loadMatrices<4, true>(unsigned *, const void *);
template void loadMatrices<2, true>(unsigned *, const void *);

void waitForCopies(int pending) {
    Thread &thread = *current;
    const int groups = thread.groupCount > pending ? thread.groupCount - pending : 0;
    if (groups == 0) return;
    const int done = thread.groupEnds[groups - 1];
    for (int i = 0; i < done; ++i) {
        const Thread::Copy &copy = thread.copies[i];
        memset(copy.to, 0, 16);
        memcpy(copy.to, copy.from, size_t(copy.bytes));
    }
    for (int i = done; i < thread.copyCount; ++i) thread.copies[i - done] = thread.copies[i];
    for (int i = groups; i < thread.groupCount; ++i) thread.groupEnds[i - groups] = thread.groupEnds[i] - done;
    thread.copyCount -= done;
    thread.groupCount -= groups;
}

}  // namespace emulated

void copy_async_16(void *shared, const void *global, int bytes) {
    emulated::Thread &thread = *emulated::current;
    const bool isAligned = reinterpret_cast<size_t>(shared) % 16 == 0 && reinterpret_cast<size_t>(global) % 16 == 0;
    if (!isAligned || bytes < 0 || bytes > 16) {
        return emulated::fault("An asynchronous copy is not of 16 aligned bytes.");
    }
    if (thread.copyCount == emulated::Thread::copyCapacity) return emulated::fault("Too many copies wait.");
    thread.copies[thread.copyCount++] = {shared, global, bytes};
}

void copy_async_commit() {
    emulated::Thread &thread = *emulated::current;
    if (thread.groupCount == emulated::Thread::copyCapacity) return emulated::fault("Too many groups of copies wait.");
    thread.groupEnds[thread.groupCount++] = thread.copyCount;
}
