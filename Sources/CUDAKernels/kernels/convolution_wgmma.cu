// Convolutions as those of convolution.cu, in BFloat16, for GPUs whose groups of four warps multiply (compute capability
// 9.0). Two groups share a tile of 128 or 256 rows and 128 outs.

#include "convolution.h"
#include "wgmma.h"

/// A group's sums: `parts` times 64 rows of 128 outs.
template <int parts> struct GroupSums {
    float d[parts][64];

    __device__ __forceinline__ void hold() {
#pragma unroll
        for (int part = 0; part < parts; ++part) wgmma_hold(d[part]);
    }

    /// Asks for the products of 64 numbers of each window and filter, the first of all or more.
    __device__ __forceinline__ void add(const char *windows, const char *filters, bool isFirst) {
        const int group = int(threadIdx.x) / 128;
        hold();
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < 4; ++k) {
#pragma unroll
            for (int part = 0; part < parts; ++part) {
                const char *rows = windows + swizzled((group * parts + part) * 64, 0);
                wgmma_m64n128k16_bf16(d[part], wgmma_operand(rows, k), wgmma_operand(filters, k), k > 0 || !isFirst);
            }
        }
        wgmma_commit();
        hold();
    }

    /// Calls body(row, out, sum of it, sum of the next out) for every second out.
    template <typename Body> __device__ __forceinline__ void each(Body body) const {
        const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
#pragma unroll
        for (int part = 0; part < parts; ++part)
#pragma unroll
            for (int half = 0; half < 2; ++half)
#pragma unroll
                for (int j = 0; j < 16; ++j)
                    body(
                        (warp / 4 * parts + part) * 64 + warp % 4 * 16 + half * 8 + lane / 4, j * 8 + lane % 4 * 2,
                        d[part][4 * j + 2 * half], d[part][4 * j + 2 * half + 1]);
    }
};

/// Blocks: one for each tile of rows and of outs, those of the same rows beside each other. Pieces are copied two steps
/// ahead, while the products of `open` steps before may still be working: shared memory has (3 + open) ·
/// (tileRows + 128) · 128 bytes.
template <typename U, int tileRows, int open>
__device__ __forceinline__ void convolve(
    const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, const Windows &w,
    char *shared) {
    const int outs = 128, stages = 3 + open, ahead = 2;
    const int windowBytes = tileRows * tilePieces * 16, stageBytes = windowBytes + outs * tilePieces * 16;
    const int step = tilePieces * 8;
    const unsigned tilesAcross = unsigned(w.outs + outs - 1) / outs;
    const int rowTile = int(blockIdx.x / tilesAcross);
    const int firstRow = rowTile * tileRows, firstOut = int(blockIdx.x - unsigned(rowTile) * tilesAcross) * outs;
    const int inner = w.kernelHeight * w.kernelWidth * w.channels;
    const int count = (inner + step - 1) / step;

    Reader<bf16, tileRows> reader(w, images, firstRow);
#pragma unroll
    for (int k = 0; k < ahead; ++k) {
        if (k < count) {
            reader.load(shared + k * stageBytes);
            load_filters<bf16, outs>(shared + k * stageBytes + windowBytes, filters, firstOut, w.outs, k * step, inner);
            reader.advance();
        }
        copy_async_commit();
    }
    GroupSums<tileRows / 128> sums;
    int slot = 0, free = ahead;
    for (int k = 0; k < count; ++k) {
        copy_async_wait<ahead - 1>();
        show_shared_writes();
        wgmma_wait<open>();   // those that read what the next copies will write over
        __syncthreads();
        sums.add(shared + slot * stageBytes, shared + slot * stageBytes + windowBytes, k == 0);
        if (k + ahead < count) {
            reader.load(shared + free * stageBytes);
            load_filters<bf16, outs>(
                shared + free * stageBytes + windowBytes, filters, firstOut, w.outs, (k + ahead) * step, inner);
            reader.advance();
        }
        copy_async_commit();
        slot = slot + 1 == stages ? 0 : slot + 1;
        free = free + 1 == stages ? 0 : free + 1;
    }
    wgmma_wait<0>();
    sums.hold();
    const Writer<U> writer = {out, bias, addend, firstRow, firstOut, w.rows, w.outs};
    sums.each(writer);
}

#define CONVOLUTION(name, U, tileRows, open, blocks)                                                                 \
    extern "C" __global__ void __launch_bounds__(256, blocks) name(                                                  \
        const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, int rows,           \
        int height, int width, int channels, int kernelHeight, int kernelWidth, int stride, int top, int left,       \
        int outHeight, int outWidth, int doubled, int outCount) {                                                    \
        DYNAMIC_SHARED_TILES(char, shared);                                                                          \
        const Windows windows = {rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left,        \
                                 outHeight, outWidth, doubled, outCount};                                            \
        convolve<U, tileRows, open>(images, filters, bias, addend, out, windows, shared);                            \
    }

CONVOLUTION(convolve_wgmma_bf16_f32, float, 128, 0, 2)
CONVOLUTION(convolve_wgmma_bf16_bf16, bf16, 128, 0, 2)
CONVOLUTION(convolve_wgmma_large_bf16_f32, float, 256, 1, 1)
CONVOLUTION(convolve_wgmma_large_bf16_bf16, bf16, 256, 1, 1)
