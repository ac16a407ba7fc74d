// Convolutions as products of windows that are never laid out: each block makes 128 (or 256) places of the result for
// 128 (or 16) filters, and gathers its windows piece by piece into shared memory while pieces before are multiplied.
//
// BFloat16 by tensor cores with Float32 sums; Float32 by plain multiplications. Channels are a multiple of the
// numbers in 16 bytes. Sums are made in the order kernel line, kernel place, channel: a place of the result does not
// depend on its batch.

#include "convolution.h"

template <typename T, int tileRows, int outs> struct Sums;

/// Eight warps; each makes 64 × 64 numbers of 256 × 128, 64 × 32 of 128 × 128, or 16 × 16 of 128 × 16.
template <int tileRows, int outs> struct Sums<bf16, tileRows, outs> {
    static const int across = outs < 32 ? 1 : tileRows == 256 ? outs / 64 : outs / 32;   // warps beside each other
    static const int rowParts = tileRows / (8 / across) / 16, outParts = outs / across / 8;
    float d[rowParts][outParts][4];

    __device__ __forceinline__ int firstRow() const { return int(threadIdx.x) / 32 / across * rowParts * 16; }
    __device__ __forceinline__ int firstOut() const { return int(threadIdx.x) / 32 % across * outParts * 8; }

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j)
#pragma unroll
                for (int n = 0; n < 4; ++n) d[i][j][n] = 0;
    }

    __device__ __forceinline__ void add(const char *windows, const char *filters) {
        const int lane = int(threadIdx.x) % 32;
#pragma unroll
        for (int k = 0; k < tilePieces; k += 2) {
            unsigned b[outParts][2];
#pragma unroll
            for (int j = 0; j < outParts; j += 2) {
                unsigned both[4];
                ldmatrix_x4(both, filters + swizzled(firstOut() + j * 8 + lane / 16 * 8 + lane % 8, k + lane / 8 % 2));
                b[j][0] = both[0];
                b[j][1] = both[1];
                b[j + 1][0] = both[2];
                b[j + 1][1] = both[3];
            }
#pragma unroll
            for (int i = 0; i < rowParts; ++i) {
                unsigned a[4];
                ldmatrix_x4(a, windows + swizzled(firstRow() + i * 16 + lane % 16, k + lane / 16));
#pragma unroll
                for (int j = 0; j < outParts; ++j) mma_m16n8k16_bf16(d[i][j], a, b[j]);
            }
        }
    }

    /// Calls body(row, out, sum of it, sum of the next out) for every second out.
    template <typename Body> __device__ __forceinline__ void each(Body body) {
        const int lane = int(threadIdx.x) % 32;
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int half = 0; half < 2; ++half)
#pragma unroll
                for (int j = 0; j < outParts; ++j)
                    body(
                        firstRow() + i * 16 + half * 8 + lane / 4, firstOut() + j * 8 + lane % 4 * 2,
                        d[i][j][2 * half], d[i][j][2 * half + 1]);
    }
};

/// Sixteen by sixteen threads; each makes every sixteenth row, and pairs of outs.
template <int tileRows, int outs> struct Sums<float, tileRows, outs> {
    static const int rowParts = tileRows / 16, outParts = outs / 16;
    float d[rowParts][outParts];

    __device__ __forceinline__ int firstRow() const { return int(threadIdx.x) / 32 % 2 * 8 + int(threadIdx.x) % 8; }
    __device__ __forceinline__ int firstOut() const {
        return int(threadIdx.x) / 64 * 4 + int(threadIdx.x) % 32 / 8;
    }

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j) d[i][j] = 0;
    }

    __device__ __forceinline__ void add(const char *windows, const char *filters) {
#pragma unroll 1
        for (int k = 0; k < tilePieces; ++k) {
            // Half of the rows at a time, which registers have room for.
#pragma unroll
            for (int half = 0; half < rowParts; half += rowParts / 2) {
                float4 a[rowParts / 2];
#pragma unroll
                for (int i = 0; i < rowParts / 2; ++i)
                    a[i] = *reinterpret_cast<const float4 *>(windows + swizzled(firstRow() + 16 * (half + i), k));
#pragma unroll
                for (int j = 0; j < outParts; ++j) {
                    const float4 b = *reinterpret_cast<const float4 *>(filters + swizzled(firstOut() + 16 * j, k));
#pragma unroll
                    for (int i = 0; i < rowParts / 2; ++i) {
                        d[half + i][j] = fmaf(a[i].x, b.x, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].y, b.y, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].z, b.z, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].w, b.w, d[half + i][j]);
                    }
                }
            }
        }
    }

    template <typename Body> __device__ __forceinline__ void each(Body body) {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j) body(firstRow() + 16 * i, firstOut() + 16 * j, d[i][j]);
    }
};

/// Blocks: one for each tile of rows and of outs, those of the same rows beside each other. Shared memory:
/// stages · (tileRows + outs) · 128 bytes.
template <typename T, typename U, int tileRows, int outs, int stages>
__device__ __forceinline__ void convolve(
    const T *images, const T *filters, const float *bias, const float *addend, U *out, const Windows &w, char *shared) {
    const int windowBytes = tileRows * tilePieces * 16, stageBytes = windowBytes + outs * tilePieces * 16;
    const int step = tilePieces * 16 / int(sizeof(T));
    const unsigned tilesAcross = unsigned(w.outs + outs - 1) / outs;
    const int rowTile = int(blockIdx.x / tilesAcross);
    const int firstRow = rowTile * tileRows, firstOut = int(blockIdx.x - unsigned(rowTile) * tilesAcross) * outs;
    const int inner = w.kernelHeight * w.kernelWidth * w.channels;
    const int count = (inner + step - 1) / step;

    Reader<T, tileRows> reader(w, images, firstRow);
#pragma unroll
    for (int stage = 0; stage < stages - 1; ++stage) {
        if (stage < count) {
            reader.load(shared + stage * stageBytes);
            load_filters<T, outs>(
                shared + stage * stageBytes + windowBytes, filters, firstOut, w.outs, stage * step, inner);
            reader.advance();
        }
        copy_async_commit();
    }
    Sums<T, tileRows, outs> sums;
    sums.clear();
    int slot = 0, free = stages - 1;
    for (int k = 0; k < count; ++k) {
        copy_async_wait<stages - 2>();
        __syncthreads();
        if (k + stages - 1 < count) {
            reader.load(shared + free * stageBytes);
            load_filters<T, outs>(
                shared + free * stageBytes + windowBytes, filters, firstOut, w.outs, (k + stages - 1) * step, inner);
            reader.advance();
        }
        copy_async_commit();
        sums.add(shared + slot * stageBytes, shared + slot * stageBytes + windowBytes);
        slot = slot + 1 == stages ? 0 : slot + 1;
        free = free + 1 == stages ? 0 : free + 1;
    }
    const Writer<U> writer = {out, bias, addend, firstRow, firstOut, w.rows, w.outs};
    sums.each(writer);
}

#define CONVOLUTION(name, T, U, tileRows, outs, stages, blocks)                                                      \
    extern "C" __global__ void __launch_bounds__(256, blocks) name(                                                  \
        const T *images, const T *filters, const float *bias, const float *addend, U *out, int rows, int height,     \
        int width, int channels, int kernelHeight, int kernelWidth, int stride, int top, int left,                   \
        int outHeight, int outWidth, int doubled, int outCount) {                                                    \
        DYNAMIC_SHARED(char, shared);                                                                                \
        const Windows windows = {rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left,        \
                                 outHeight, outWidth, doubled, outCount};                                            \
        convolve<T, U, tileRows, outs, stages>(images, filters, bias, addend, out, windows, shared);                 \
    }

// Names: many or few outs, of many rows or few.
CONVOLUTION(convolve_f32_f32, float, float, 128, 128, 3, 2)
CONVOLUTION(convolve_bf16_f32, bf16, float, 128, 128, 3, 2)
CONVOLUTION(convolve_bf16_bf16, bf16, bf16, 128, 128, 3, 2)
CONVOLUTION(convolve_large_bf16_f32, bf16, float, 256, 128, 4, 1)
CONVOLUTION(convolve_large_bf16_bf16, bf16, bf16, 256, 128, 4, 1)
CONVOLUTION(convolve_few_f32_f32, float, float, 128, 16, 3, 2)
CONVOLUTION(convolve_few_bf16_f32, bf16, float, 128, 16, 3, 2)
CONVOLUTION(convolve_few_bf16_bf16, bf16, bf16, 128, 16, 3, 2)
