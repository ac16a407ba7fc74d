// Convolutions as those of convolution_wgmma.cu, of stride 1, of at most 3 × 3 cells and of multiples of 128 outs, by
// blocks that stay for many tiles.
//
// A tile is a patch of 16 lines of 8 places in one image, and 128 outs. Its pixels with their margin, 18 lines of 10,
// are copied once for each 64 channels; a cell's products read them there, shifted. The first of three groups of warps
// copies, ahead of the others; these two take tiles by turns, so that one multiplies while the other writes.

#include "patches.h"

/// By one thread: the filters of all this block's tiles.
__device__ __forceinline__ void copy_filters(const Patches &p, const bf16 *filters, const Room &room) {
    const int count = p.cells() * p.channels / 64;
    Turn turn(0, filterSlots);
    for (int number = int(blockIdx.x); number < p.tiles(); number += int(gridDim.x)) {
        const bf16 *from = filters + longint(Tile(p, number).filters) * count * (filterBytes / 2);
        for (int k = 0; k < count; ++k) {
            copy_barrier_wait(room.filtersFree + turn.slot, turn.phase ^ 1);
            copy_bulk(room.filters + turn.slot * filterBytes, from, filterBytes, room.filtersThere + turn.slot);
            from += filterBytes / 2;
            turn.advance(filterSlots);
        }
    }
}

/// By three warps: the pixels of all this block's tiles.
__device__ __forceinline__ void copy_pixels(const Patches &p, const bf16 *images, const Room &room) {
    const int thread = int(threadIdx.x) - 32, piece = thread % tilePieces, first = thread / tilePieces;
    Turn turn(0, seenSlots);
    for (int number = int(blockIdx.x); number < p.tiles(); number += int(gridDim.x)) {
        const Tile tile(p, number);
        const int top = tile.y - (p.doubled ? 1 - tile.cornerY : p.top);
        const int left = tile.x - (p.doubled ? 1 - tile.cornerX : p.left);
        const bf16 *image = images + longint(tile.image) * p.height * p.width * p.channels + piece * 8;
        for (int channel = 0; channel < p.channels; channel += 64) {
            copy_barrier_wait(room.seenFree + turn.slot, turn.phase ^ 1);
            char *const to = room.seen + turn.slot * seenBytes;
#pragma unroll 5
            for (int pixel = first; pixel < seenLines * seenWidth; pixel += copyingThreads / tilePieces) {
                const int y = top + pixel / seenWidth, x = left + pixel % seenWidth;
                const bool isInside = y >= 0 && y < p.height && x >= 0 && x < p.width;
                copy_async_16(
                    to + swizzled(pixel, piece),
                    isInside ? image + (longint(y) * p.width + x) * p.channels + channel : images, isInside ? 16 : 0);
            }
            copy_async_arrive(room.seenThere + turn.slot);
            turn.advance(seenSlots);
        }
    }
    copy_async_commit();
    copy_async_wait<0>();
}

/// A group's sums of one tile: 128 places of 128 outs. A thread has of place 64·m + 16·warp + 8·h + lane / 4 the outs
/// 8·j + lane % 4 · 2, + 1 in d[m][4·j + 2·h], + 1.
struct TileSums {
    float d[2][64];

    /// Asks for the products of 64 numbers of each place and filter.
    __device__ __forceinline__ void add(const char *seen, const char *filters) {
        wgmma_hold(d[0]);
        wgmma_hold(d[1]);
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < 4; ++k) {
#pragma unroll
            for (int m = 0; m < 2; ++m) {
                const char *places = seen + m * (patchLines / 2) * seenWidth * 128;
                wgmma_m64n128k16_bf16(
                    d[m], wgmma_operand(places, k, seenWidth * 128), wgmma_operand(filters, k), true);
            }
        }
        wgmma_commit();
    }

    /// All products of a tile, the group's `turn`-th of the block.
    __device__ __forceinline__ void multiply(const Patches &p, const Room &room, int turn) {
        const int cells = p.cells(), chunks = p.channels / 64, lane = int(threadIdx.x) % 32;
        Turn filters(turn * cells * chunks, filterSlots), seen(turn * chunks, seenSlots);
        // A barrier tells only whether a phase is odd: who would wait for a later one first lets the other group come
        // to the end of its tile.
        copy_barrier_wait(room.mayMultiply + turn % 2, unsigned(turn - 1) / 2 & 1);
#pragma unroll
        for (int i = 0; i < 128; ++i) d[i / 64][i % 64] = 0;
        int cellY = 0, cellX = 0, before = 0, seenBefore = 0;
        for (int k = 0; k < cells * chunks; ++k) {
            const bool isNew = cellY == 0 && cellX == 0;
            if (isNew) {
                copy_barrier_wait(room.seenThere + seen.slot, seen.phase);
                show_shared_writes();
            }
            copy_barrier_wait(room.filtersThere + filters.slot, filters.phase);
            add(
                room.seen + seen.slot * seenBytes + (cellY * seenWidth + cellX) * 128,
                room.filters + filters.slot * filterBytes);
            wgmma_wait<1>();
            copy_barrier_arrive(room.filtersFree + before, lane == 0 && k > 0);
            copy_barrier_arrive(room.seenFree + seenBefore, lane == 0 && k > 0 && isNew);
            before = filters.slot;
            seenBefore = seen.slot;
            filters.advance(filterSlots);
            if (++cellX == p.kernelWidth) {
                cellX = 0;
                if (++cellY == p.kernelHeight) {
                    cellY = 0;
                    seen.advance(seenSlots);
                }
            }
        }
        copy_barrier_arrive(room.mayMultiply + 1 - turn % 2, lane == 0);
        wgmma_wait<0>();
        wgmma_hold(d[0]);
        wgmma_hold(d[1]);
        copy_barrier_arrive(room.filtersFree + before, lane == 0);
        copy_barrier_arrive(room.seenFree + seenBefore, lane == 0);
    }

    /// Adds bias and addend, writes, and leaves of each place what was written: number n is of out Written<U>::out(n).
    template <typename U>
    __device__ __forceinline__ void write(
        const Patches &p, const Tile &tile, const float *bias, const float *addend, U *out) {
        const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32 % 4, x = tile.x + lane / 4;
        const int factor = p.doubled ? 2 : 1, lineWidth = p.outWidth * factor;
        const longint corner = (longint(tile.image) * p.outHeight * factor + tile.cornerY) * lineWidth + tile.cornerX;
        if (bias) {
#pragma unroll
            for (int j = 0; j < 16; ++j) {
                const float2 offset = *reinterpret_cast<const float2 *>(bias + tile.outs + j * 8 + lane % 4 * 2);
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    d[i / 2][4 * j + 2 * (i % 2)] += offset.x;
                    d[i / 2][4 * j + 2 * (i % 2) + 1] += offset.y;
                }
            }
        }
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int y = tile.y + i / 2 * (patchLines / 2) + warp * 2 + i % 2;
            const longint at = (corner + longint(y * factor) * lineWidth + x * factor) * p.outs + tile.outs;
            Written<U>::turn(d[i / 2] + 2 * (i % 2));
            if (y < p.outHeight && x < p.outWidth) {
                Written<U>::put(d[i / 2] + 2 * (i % 2), addend ? addend + at : nullptr, out + at);
            }
        }
    }

    /// Lanes that have sums of the same outs get half of them each, of both.
    template <int half> static __device__ __forceinline__ void share(float *sums) {
        const bool isLater = threadIdx.x & half / 2;
#pragma unroll
        for (int n = 0; n < half; ++n) {
            const float other = __shfl_xor_sync(ALL_LANES, isLater ? sums[n] : sums[n + half], half / 2);
            sums[n] = (isLater ? sums[n + half] : sums[n]) + other;
        }
    }

    /// Σ x and Σ x² of each out over the tile's places, those of a warp first: table [2, outs]. `room` has 1024 numbers
    /// of shared memory.
    template <typename U> __device__ __forceinline__ void moments(float *room, double *table, int outs) const {
        const int lane = int(threadIdx.x) % 32, thread = int(threadIdx.x) % 128, group = int(threadIdx.x) / 128;
        float sums[64];   // of 32 outs, then of squares
#pragma unroll
        for (int n = 0; n < 32; ++n) {
            sums[n] = sums[32 + n] = 0;
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const float x = d[i / 2][n / 2 * 4 + i % 2 * 2 + n % 2];
                sums[n] += x;
                sums[32 + n] += x * x;
            }
        }
        share<32>(sums);
        share<16>(sums);
        share<8>(sums);
        group_barrier(group);   // nobody reads the tile's before any more
        float *own = room + thread / 32 * 256 + lane / 16 * 128;
#pragma unroll
        for (int n = 0; n < 8; ++n) own[Written<U>::out(lane / 4 % 4 * 8 + n)] = sums[n];
        group_barrier(group);
#pragma unroll
        for (int power = 0; power < 2; ++power) {
            double sum = 0;
#pragma unroll
            for (int warp = 0; warp < 4; ++warp) sum += room[warp * 256 + power * 128 + thread];
            table[longint(power) * outs + thread] = sum;
        }
    }
};

/// Blocks: as many as are at work together, one on a multiprocessor, each of 384 threads and with
/// 6 · 16384 + 4 · 23552 + 2 · 4096 + 176 bytes of shared memory.
///
/// `filters` are tiles as tile_filters_bf16 makes them. If `doubled`, images are seen with each pixel twice in both
/// directions, 3 × 3 cells are 2 × 2 in each corner of the four places that a pixel makes, tiles of filters are those
/// of the four corners (double_filters_bf16), and out has twice as many lines and columns as outHeight and outWidth.
///
/// `addend`, for Float32 results, may be NULL as `bias` may.
///
/// `moments` [batch, patches, 2, outs], unless it is NULL: Σ x and Σ x² of what was written in each patch; patches and
/// tiles of outs are then whole.
template <typename U>
__device__ __forceinline__ void convolve(
    const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, double *moments,
    const Patches &p, char *shared) {
    const Room room(shared);
    if (threadIdx.x == 0) room.make();
    __syncthreads();
    const int group = __shfl_sync(ALL_LANES, int(threadIdx.x) / 128, 0);   // known to be a warp's
    if (group == 0) {
        registers_give<72>();
        if (threadIdx.x == 0) copy_filters(p, filters, room);
        if (threadIdx.x >= 128 - copyingThreads) copy_pixels(p, images, room);
    } else {
        registers_take<216>();
        int turn = group - 1;
        for (int number = int(blockIdx.x) + turn * int(gridDim.x); number < p.tiles(); number += 2 * int(gridDim.x)) {
            const Tile tile(p, number);
            TileSums sums;
            sums.multiply(p, room, turn);
            turn += 2;
            sums.write(p, tile, bias, addend, out);
            if (moments == nullptr) continue;
            sums.template moments<U>(
                reinterpret_cast<float *>(room.moments + (group - 1) * roomBytes),
                moments + longint(tile.patch) * 2 * p.outs + tile.outs, p.outs);
        }
    }
}

#define CONVOLUTION(name, U)                                                                                         \
    extern "C" __global__ void __launch_bounds__(384, 1) name(                                                       \
        const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, double *moments,    \
        int batch, int height, int width, int channels, int kernelHeight, int kernelWidth, int top, int left,        \
        int outHeight, int outWidth, int doubled, int outs) {                                                        \
        DYNAMIC_SHARED_TILES(char, shared);                                                                          \
        const Patches patches = {batch, height, width, channels, kernelHeight, kernelWidth, top, left, outHeight,    \
                                 outWidth, doubled, outs};                                                           \
        convolve<U>(images, filters, bias, addend, out, moments, patches, shared);                                   \
    }

CONVOLUTION(convolve_patches_bf16_f32, float)
CONVOLUTION(convolve_patches_bf16_bf16, bf16)
