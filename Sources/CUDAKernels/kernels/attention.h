// What all kernels of self-attention share, for heads of HEAD_SIZE numbers (a multiple of 8, at most 128).
//
// qkv, dqkv [batch, time, 3 * heads * HEAD_SIZE]: each position's query, key and value one after another;
// out, g [batch, time, heads * HEAD_SIZE]; sums, delta [batch, heads, time] in Float32, sums = log of the sum of
// exp(scaled score), delta = the sum of out * g. The scale is positive. A causal query sees the keys up to its own
// position.

#ifndef KERNELS_ATTENTION_H
#define KERNELS_ATTENTION_H

#include "device.h"

namespace {

constexpr int parts = HEAD_SIZE / 8;              // of 16 bytes in BFloat16; column tiles of mma
constexpr int warps = 6, gradientWarps = 4;       // of a block, with sixteen rows each

__device__ int smaller(int a, int b) { return a < b ? a : b; }

/// Where one sample's one head lies.
struct Head {
    long long rows;    // first number of its first query in qkv
    long long outs;    // of its first row in out
    long long sums;    // of its first sum
    int hidden, step;  // numbers of a position in out and in qkv

    __device__ Head(int time, int heads) {
        const long long sample = blockIdx.z;
        const int head = blockIdx.y;
        hidden = heads * HEAD_SIZE;
        step = 3 * hidden;
        rows = sample * time * step + head * HEAD_SIZE;
        outs = sample * time * hidden + head * HEAD_SIZE;
        sums = (sample * heads + head) * time;
    }
};

/// Sixteen lanes a row: they share its products.
template <class T> __device__ void find_delta(
    const T *out, const T *g, float *delta, int batch, int time, int heads
) {
    const long long count = (long long)batch * time * heads;
    const long long place = (long long)blockIdx.x * 16 + threadIdx.x / 16;
    const bool there = place < count;
    float sum = 0;
    const int lane = threadIdx.x % 16;
    const T *a = out + place * HEAD_SIZE, *b = g + place * HEAD_SIZE;
    if (there) {
        if constexpr (sizeof(T) == 2) {
            if (lane < parts) {
                const uint4 x = reinterpret_cast<const uint4 *>(a)[lane], y = reinterpret_cast<const uint4 *>(b)[lane];
                const unsigned u[4] = {x.x, x.y, x.z, x.w}, w[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
                for (int i = 0; i < 4; i++) sum += low_half(u[i]) * low_half(w[i]) + high_half(u[i]) * high_half(w[i]);
            }
        } else {
            for (int i = lane; i < HEAD_SIZE; i += 16) sum += a[i] * b[i];
        }
    }
#pragma unroll
    for (int offset = 8; offset > 0; offset /= 2) sum += __shfl_xor_sync(ALL_LANES, sum, offset);
    if (there && lane == 0) {
        const long long head = place % heads, position = place / heads % time, sample = place / heads / time;
        delta[(sample * heads + head) * time + position] = sum;
    }
}

}  // namespace

#endif
