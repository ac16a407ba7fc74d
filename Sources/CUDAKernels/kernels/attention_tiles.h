// Tiles of BFloat16 for self-attention: the scores are never written (Dao 2023, "FlashAttention-2"). A warp keeps
// sixteen rows in registers while tiles of 32 rows of the other side stream through shared memory, the next tile on its
// way while this one is used.

#ifndef KERNELS_ATTENTION_TILES_H
#define KERNELS_ATTENTION_TILES_H

#include "attention.h"

namespace {

constexpr int steps = (HEAD_SIZE + 15) / 16;      // of 16 columns; the last is filled up with zeros
constexpr int stride = steps * 16 + 8;            // of a row in shared memory: an odd number of 16 bytes, so that
                                                  // eight rows lie in different banks
constexpr int tileRows = 32;
constexpr int blocks = HEAD_SIZE > 112 ? 1 : 2;   // at once on a multiprocessor: leaves 168 registers or 255
constexpr float log2e = 1.44269504088896341f;

/// What streams through shared memory: two tiles of two matrices each, and the sums (to base 2) and deltas of both
/// tiles' queries.
struct Stream {
    alignas(16) bf16 tiles[2][2][tileRows * stride];
    float statistics[2][2][tileRows];
};

/// Zeros in the columns that fill up the last step; copies never write there.
__device__ void clear_padding(Stream &stream) {
    if (HEAD_SIZE % 16 == 0) return;
    for (int row = threadIdx.x; row < 4 * tileRows; row += blockDim.x) {
        bf16 *at = stream.tiles[0][0] + row * stride + HEAD_SIZE;
        *reinterpret_cast<uint4 *>(at) = make_uint4(0, 0, 0, 0);
    }
}

/// Begins to copy rows first ..< first + 32 of two matrices; zeros where there is no row.
template <int threads> __device__ void load_tiles(
    bf16 (&tiles)[2][tileRows * stride], const bf16 *left, int leftStep, const bf16 *right, int rightStep, int first,
    int time
) {
    constexpr int lanes = parts > 8 ? 16 : parts > 4 ? 8 : parts > 2 ? 4 : parts;   // that share a row
    constexpr int rows = threads / lanes;                                           // at once
    const int row = threadIdx.x / lanes, column = threadIdx.x % lanes * 8;
    constexpr int unrolled = threads > 128 ? 1 : tileRows;   // fewer addresses at once where registers are scarce
    if (column < HEAD_SIZE) {
#pragma unroll unrolled
        for (int side = 0; side < 2; side++) {
            const int step = side ? rightStep : leftStep;
            const bf16 *from = (side ? right : left) + column;
            bf16 *to = tiles[side] + row * stride + column;
#pragma unroll unrolled
            for (int round = 0; round < tileRows; round += rows) {
                if (round + rows <= tileRows || round + row < tileRows) {
                    const int place = first + round + row;
                    copy_async_16(to + round * stride, from + smaller(place, time - 1) * step, place < time ? 16 : 0);
                }
            }
        }
    }
    copy_async_commit();
}

/// Sixteen rows as the left operand of mma, straight from global memory; zeros where there is no row or column.
__device__ void load_rows(unsigned (&a)[steps][4], const bf16 *rows, int step, int first, int time) {
    const int lane = threadIdx.x % 32, row = first + lane / 4, column = lane % 4 * 2;
#pragma unroll
    for (int k = 0; k < steps; k++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const int r = row + i % 2 * 8, c = 16 * k + i / 2 * 8;
            const bool there = c < HEAD_SIZE && r < time;
            a[k][i] = there ? *reinterpret_cast<const unsigned *>(rows + r * step + c + column) : 0u;
        }
    }
}

/// c += a · bᵀ for sixteen rows of a tile: two column tiles of the product.
__device__ void multiply_transposed(float (&c)[2][4], const unsigned (&a)[4], const bf16 *tile, int step) {
    const int lane = threadIdx.x % 32;
    unsigned b[4];
    ldmatrix_x4(b, tile + (lane / 16 * 8 + lane % 8) * stride + 16 * step + lane / 8 % 2 * 8);
    mma_m16n8k16_bf16(c[0], a, b);
    mma_m16n8k16_bf16(c[1], a, b + 2);
}

/// c += a · b, where b is sixteen rows of a tile.
__device__ void multiply(float (&c)[parts][4], const unsigned (&a)[4], const bf16 *tile) {
    const int lane = threadIdx.x % 32;
    const bf16 *from = tile + lane % 16 * stride + lane / 16 * 8;
#pragma unroll
    for (int pair = 0; pair < steps; pair++) {
        unsigned b[4];
        ldmatrix_x4_trans(b, from + 16 * pair);
        mma_m16n8k16_bf16(c[2 * pair], a, b);
        if (2 * pair + 1 < parts) mma_m16n8k16_bf16(c[2 * pair + 1 < parts ? 2 * pair + 1 : 0], a, b + 2);
    }
}

/// Two column tiles of a product as the left operand of the next.
__device__ void pack(unsigned (&a)[4], const float (&c)[2][4]) {
    a[0] = pack_bf16(c[0][0], c[0][1]);
    a[1] = pack_bf16(c[0][2], c[0][3]);
    a[2] = pack_bf16(c[1][0], c[1][1]);
    a[3] = pack_bf16(c[1][2], c[1][3]);
}

template <int rows> __device__ void clear(float (&c)[rows][4]) {
#pragma unroll
    for (int n = 0; n < rows; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) c[n][i] = 0;
    }
}

/// Writes sixteen rows, each half's numbers times its factor.
__device__ void store_rows(bf16 *rows, int step, int first, int time, const float (&c)[parts][4], float low, float high)
{
    const int lane = threadIdx.x % 32, row = first + lane / 4, column = lane % 4 * 2;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int r = row + 8 * half;
        if (r >= time) continue;
        const float factor = half ? high : low;
        unsigned *to = reinterpret_cast<unsigned *>(rows + (long long)r * step + column);
#pragma unroll
        for (int n = 0; n < parts; n++) to[4 * n] = pack_bf16(c[n][2 * half] * factor, c[n][2 * half + 1] * factor);
    }
}

/// The largest, or the sum, over the four lanes that share a row of a product.
__device__ float row_maximum(float x) {
    x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 1));
    return fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 2));
}
__device__ float row_sum(float x) {
    x += __shfl_xor_sync(ALL_LANES, x, 1);
    return x + __shfl_xor_sync(ALL_LANES, x, 2);
}

}  // namespace

#endif
