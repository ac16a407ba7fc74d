// What convolutions of patches (convolution_patches_wgmma.cu) are cut into, how their blocks use shared memory, and how
// sums go out.

#ifndef KERNELS_PATCHES_H
#define KERNELS_PATCHES_H

#include "convolution.h"
#include "wgmma.h"

static const int patchLines = 16, patchWidth = 8;                         // places of a tile
static const int seenLines = patchLines + 2, seenWidth = patchWidth + 2;   // pixels it is made of
static const int seenBytes = (seenLines * seenWidth * 128 + 1023) / 1024 * 1024;
static const int tileOuts = 128, filterBytes = tileOuts * 128;
static const int filterSlots = 6, seenSlots = 4;
static const int copyingThreads = 96;
static const int roomBytes = 4096;   // of each multiplying group, for moments

/// What is convolved, and how many tiles that makes.
struct Patches {
    int batch, height, width, channels, kernelHeight, kernelWidth, top, left, outHeight, outWidth, doubled, outs;

    __device__ __forceinline__ int cells() const { return kernelHeight * kernelWidth; }
    __device__ __forceinline__ int corners() const { return doubled ? 4 : 1; }
    __device__ __forceinline__ int across() const { return outs / tileOuts; }
    __device__ __forceinline__ int columns() const { return (outWidth + patchWidth - 1) / patchWidth; }
    __device__ __forceinline__ int lines() const { return (outHeight + patchLines - 1) / patchLines; }
    __device__ __forceinline__ int tiles() const { return batch * corners() * lines() * columns() * across(); }
};

/// Where a tile lies: in an image, and if that is doubled in which corner of each square of four.
struct Tile {
    int image, cornerY, cornerX, y, x, outs, filters, patch;

    __device__ __forceinline__ Tile(const Patches &p, int number) {
        const int across = p.across(), columns = p.columns(), lines = p.lines();
        patch = number / across;
        const int line = patch / columns, all = line / lines, corner = all % p.corners();
        image = all / p.corners();
        cornerY = corner / 2;
        cornerX = corner % 2;
        y = line % lines * patchLines;
        x = patch % columns * patchWidth;
        filters = corner * across + number % across;
        outs = number % across * tileOuts;
    }
};

/// Slots of shared memory that are filled and emptied in a circle.
struct Turn {
    int slot;
    unsigned phase;

    __device__ __forceinline__ Turn(int steps, int slots) : slot(steps % slots), phase(unsigned(steps / slots) & 1) {}
    __device__ __forceinline__ void advance(int slots) {
        slot = slot + 1 == slots ? 0 : slot + 1;
        phase ^= slot == 0;
    }
};

/// How shared memory is used.
struct Room {
    char *filters, *seen, *moments;
    CopyBarrier *filtersThere, *filtersFree, *seenThere, *seenFree, *mayMultiply;

    __device__ __forceinline__ Room(char *shared)
        : filters(shared), seen(filters + filterSlots * filterBytes), moments(seen + seenSlots * seenBytes),
          filtersThere(reinterpret_cast<CopyBarrier *>(moments + 2 * roomBytes)),
          filtersFree(filtersThere + filterSlots), seenThere(filtersFree + filterSlots),
          seenFree(seenThere + seenSlots), mayMultiply(seenFree + seenSlots) {}

    __device__ __forceinline__ void make() const {
        for (int i = 0; i < filterSlots; ++i) {
            copy_barrier_make(filtersThere + i, 1);
            copy_barrier_make(filtersFree + i, 4);   // a warp of the group each
        }
        for (int i = 0; i < seenSlots; ++i) {
            copy_barrier_make(seenThere + i, copyingThreads);
            copy_barrier_make(seenFree + i, 4);
        }
        for (int i = 0; i < 2; ++i) copy_barrier_make(mayMultiply + i, 4);
    }
};

/// Sums of a place as its four lanes have them, and in pieces of sixteen bytes as memory takes them best. Numbers of a
/// place lie at x[4·j], x[4·j + 1].
template <typename U> struct Written;

template <> struct Written<float> {
    static __device__ __forceinline__ int out(int n) {
        const int lane = int(threadIdx.x) % 4;
        return n / 4 * 16 + lane % 2 * 8 + lane / 2 * 4 + n % 4;
    }

    /// Of sixteen outs, even lanes get four of the first eight, odd ones of the others.
    static __device__ __forceinline__ void turn(float *x) {
        const bool isOdd = threadIdx.x % 2;
#pragma unroll
        for (int j = 0; j < 16; j += 2) {
#pragma unroll
            for (int k = 0; k < 2; ++k) {
                float &first = x[4 * j + k], &second = x[4 * (j + 1) + k];
                const float other = __shfl_xor_sync(ALL_LANES, isOdd ? first : second, 1);
                if (isOdd) first = other;
                else second = other;
            }
        }
    }

    static __device__ __forceinline__ void put(float *x, const float *addend, float *to) {
        if (addend) {
            float4 more[8];
#pragma unroll
            for (int j = 0; j < 8; ++j) more[j] = *reinterpret_cast<const float4 *>(addend + out(4 * j));
#pragma unroll
            for (int j = 0; j < 8; ++j) {
                x[8 * j] += more[j].x;
                x[8 * j + 1] += more[j].y;
                x[8 * j + 4] += more[j].z;
                x[8 * j + 5] += more[j].w;
            }
        }
#pragma unroll
        for (int j = 0; j < 8; ++j) {
            *reinterpret_cast<float4 *>(to + out(4 * j)) =
                make_float4(x[8 * j], x[8 * j + 1], x[8 * j + 4], x[8 * j + 5]);
        }
    }
};

template <> struct Written<bf16> {
    static __device__ __forceinline__ int out(int n) { return n / 8 * 32 + int(threadIdx.x) % 4 * 8 + n % 8; }

    /// Of 32 outs, each lane gets eight.
    static __device__ __forceinline__ void turn(float *x) {
        const bool isOdd = threadIdx.x & 1, isLate = threadIdx.x & 2;
#pragma unroll
        for (int j = 0; j < 16; j += 4) {
            unsigned pairs[4];
#pragma unroll
            for (int k = 0; k < 4; ++k) pairs[k] = pack_bf16(x[4 * (j + k)], x[4 * (j + k) + 1]);
#pragma unroll
            for (int k = 0; k < 4; k += 2) {
                const unsigned other = __shfl_xor_sync(ALL_LANES, isOdd ? pairs[k] : pairs[k + 1], 1);
                if (isOdd) pairs[k] = other;
                else pairs[k + 1] = other;
            }
#pragma unroll
            for (int k = 0; k < 2; ++k) {
                const unsigned other = __shfl_xor_sync(ALL_LANES, isLate ? pairs[k] : pairs[k + 2], 2);
                if (isLate) pairs[k] = other;
                else pairs[k + 2] = other;
            }
#pragma unroll
            for (int k = 0; k < 4; ++k) {
                x[4 * (j + k)] = low_half(pairs[k]);
                x[4 * (j + k) + 1] = high_half(pairs[k]);
            }
        }
    }

    static __device__ __forceinline__ void put(const float *x, const float *, bf16 *to) {
#pragma unroll
        for (int j = 0; j < 16; j += 4) {
            uint4 piece;
            piece.x = pack_bf16(x[4 * j], x[4 * j + 1]);
            piece.y = pack_bf16(x[4 * j + 4], x[4 * j + 5]);
            piece.z = pack_bf16(x[4 * j + 8], x[4 * j + 9]);
            piece.w = pack_bf16(x[4 * j + 12], x[4 * j + 13]);
            *reinterpret_cast<uint4 *>(to + out(2 * j)) = piece;
        }
    }
};

#endif
